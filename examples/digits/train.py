"""Learn to read handwritten digits: a small neural network, Python standard library only.

    python3 train.py --epochs 5 --lr 0.2

One hidden layer, softmax, minibatch gradient descent, a checkpoint after every epoch.
"""
import argparse
import gzip
import json
import math
import os
import random
import time
from operator import mul
from pathlib import Path

try:
    import lab  # on PYTHONPATH of every job; without it, all of this runs the same
except ImportError:
    lab = None


def main():
    opts = options()
    train, validation, test = split(read_images(opts.data), opts.seed)
    epoch, layers = 0, new_network(len(train[0][0]), opts.hidden, opts.seed)
    if opts.resume_from_checkpoint:
        epoch, layers = load_checkpoint(opts.resume_from_checkpoint)
        print(f"continuing after epoch {epoch}", flush=True)

    while epoch < opts.epochs:
        epoch, began = epoch + 1, time.monotonic()
        train_loss = learn(layers, train, opts.lr, opts.batch_size, f"{opts.seed}/{epoch}")
        loss, accuracy = evaluate(layers, validation)
        if lab:
            metrics = {"loss": train_loss, "validation_loss": loss, "accuracy": accuracy}
            lab.log_metrics(metrics, step=epoch)
        save_checkpoint(opts.out / f"step_{epoch}", epoch, layers)
        print(f"epoch {epoch}/{opts.epochs}: loss {train_loss:.4f}, validation loss {loss:.4f},"
              f" accuracy {accuracy:.1%}, {time.monotonic() - began:.1f} s", flush=True)

    loss, accuracy = evaluate(layers, test)
    if lab:
        lab.log_metrics({"test_loss": loss, "test_accuracy": accuracy}, step=epoch)
    stderr = math.sqrt(accuracy * (1 - accuracy) / len(test))
    tasks = {"accuracy": {"value": accuracy, "stderr": stderr, "n": len(test)}, "loss": loss}
    write_json((opts.results or opts.out) / "result.json", {"tasks": tasks, "primary": "accuracy"})
    print(f"test accuracy {accuracy:.1%} on {len(test)} images", flush=True)


def options():
    p = argparse.ArgumentParser(description="learn to read handwritten digits")
    p.add_argument("--data", type=Path, default=Path(__file__).parent / "data" / "digits.csv.gz")
    p.add_argument("--out", type=Path, default=Path("out"), help="gets a step_<N> for each epoch")
    p.add_argument("--results", type=Path, help="gets result.json (default: --out)")
    p.add_argument("--epochs", type=int, default=5)
    p.add_argument("--lr", type=float, default=0.2)
    p.add_argument("--batch-size", type=int, default=16)
    p.add_argument("--hidden", type=int, default=64, help="units in the hidden layer")
    p.add_argument("--seed", type=int, default=0, help="of the split, the weights and the order")
    p.add_argument("--resume_from_checkpoint", default=os.environ.get("LAB_RESUME_FROM"))
    return p.parse_args()


def read_images(path):
    """One image a line: 64 pixels of 0 to 16, then the digit. A constant 1 carries the bias."""
    with gzip.open(path, "rt") as lines:
        rows = [[int(cell) for cell in line.split(",")] for line in lines]
    return [([pixel / 16 for pixel in row[:-1]] + [1.0], row[-1]) for row in rows]


def split(images, seed):
    """70 % to learn from, 15 % to watch, 15 % to judge by, drawn anew for each seed."""
    random.Random(f"{seed}/split").shuffle(images)
    a, b = len(images) * 70 // 100, len(images) * 85 // 100
    return images[:a], images[a:b], images[b:]


def new_network(inputs, hidden, seed):
    gauss = random.Random(f"{seed}/weights").gauss
    layer = [[gauss(0, inputs**-0.5) for _ in range(inputs)] for _ in range(hidden)]
    return [layer, [[gauss(0, hidden**-0.5) for _ in range(hidden + 1)] for _ in range(10)]]


def forward(layers, pixels):
    hidden = [math.tanh(sum(map(mul, row, pixels))) for row in layers[0]] + [1.0]
    scores = [sum(map(mul, row, hidden)) for row in layers[1]]
    exps = [math.exp(score - max(scores)) for score in scores]
    return hidden, [e / sum(exps) for e in exps]


def learn(layers, images, lr, batch_size, seed):
    """One pass in an order of its own, so that a resumed run ends where an unbroken one does."""
    total, order = 0.0, random.Random(seed).sample(images, len(images))
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        slopes = [[[0.0] * len(row) for row in layer] for layer in layers]
        for pixels, digit in batch:
            hidden, chances = forward(layers, pixels)
            total -= math.log(max(chances[digit], 1e-12))
            errors = [chance - (k == digit) for k, chance in enumerate(chances)]
            back = [sum(map(mul, errors, column)) * (1 - h * h)
                    for column, h in zip(zip(*layers[1]), hidden[:-1])]
            add(slopes[1], errors, [hidden] * len(errors))
            add(slopes[0], back, [pixels] * len(back))
        for layer, slope in zip(layers, slopes):
            add(layer, [-lr / len(batch)] * len(layer), slope)
    return total / len(images)


def add(rows, factors, others):
    """rows += factors * others, row by row, in place."""
    for row, factor, other in zip(rows, factors, others):
        row[:] = [a + factor * b for a, b in zip(row, other)]


def evaluate(layers, images):
    loss, right = 0.0, 0
    for pixels, digit in images:
        chances = forward(layers, pixels)[1]
        loss -= math.log(max(chances[digit], 1e-12))
        right += chances.index(max(chances)) == digit
    return loss / len(images), right / len(images)


def save_checkpoint(directory, epoch, layers):
    """The marker comes last: a directory that has one is complete."""
    write_json(directory / "weights.json", {"epoch": epoch, "layers": layers})
    write_json(directory / "_CHECKPOINT_METADATA", {"epoch": epoch})


def load_checkpoint(directory):
    saved = json.loads(Path(directory, "weights.json").read_text())
    return saved["epoch"], saved["layers"]


def write_json(path, value):
    """All of the file or none of it, whenever the job may be killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    with open(temporary, "w") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


if __name__ == "__main__":
    main()
