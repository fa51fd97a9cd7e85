"""Judge a checkpoint of train.py by the images that no training saw: digit by digit.

    python3 evaluate.py --checkpoint out/step_5
"""
import argparse
import math
from pathlib import Path

from train import evaluate, load_checkpoint, read_images, split, write_json

try:
    import lab  # on PYTHONPATH of every job; without it, all of this runs the same
except ImportError:
    lab = None


def main():
    opts = options()
    epoch, layers = load_checkpoint(opts.checkpoint)
    test = split(read_images(opts.data), opts.seed)[2]
    loss, accuracy = evaluate(layers, test)
    tasks = {"accuracy": score(accuracy, len(test)), "loss": loss}
    for digit in range(10):
        images = [image for image in test if image[1] == digit]
        tasks[f"digit_{digit}"] = score(evaluate(layers, images)[1], len(images))
    if lab:
        lab.log_metrics({"test_loss": loss, "test_accuracy": accuracy}, step=epoch)
    write_json(opts.results / "result.json", {"tasks": tasks, "primary": "accuracy"})
    hardest = min((task for task in tasks if task.startswith("digit_")), key=lambda task: tasks[task]["value"])
    print(f"epoch {epoch}: test accuracy {accuracy:.1%} on {len(test)} images; hardest is {hardest[-1]}", flush=True)


def options():
    p = argparse.ArgumentParser(description="judge a checkpoint of train.py")
    p.add_argument("--checkpoint", type=Path, required=True, help="a step_<N> of train.py")
    p.add_argument("--data", type=Path, default=Path(__file__).parent / "data" / "digits.csv.gz")
    p.add_argument("--results", type=Path, default=Path("out"), help="gets result.json")
    p.add_argument("--seed", type=int, default=0, help="of the split: the one of the training")
    return p.parse_args()


def score(accuracy, n):
    return {"value": accuracy, "stderr": math.sqrt(accuracy * (1 - accuracy) / n) if n else 0.0, "n": n}


if __name__ == "__main__":
    main()
