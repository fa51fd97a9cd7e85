#!/usr/bin/env python3
"""Learn to read handwritten digits: a small neural network, Python standard library only.

    python3 train.py --epochs 5 --lr 0.2

One hidden layer of tanh units, softmax on top, minibatch gradient descent. A checkpoint is
kept after every epoch, and a run that continues from one ends where an unbroken run ends.
"""
import argparse
import gzip
import json
import math
import os
import random
import time
from operator import mul

try:
    import lab  # on PYTHONPATH of every job; without it, all of this runs the same
except ImportError:
    lab = None

HERE = os.path.dirname(os.path.abspath(__file__))
DIGITS = 10


def main():
    opts = options()
    train, validation, test = split(read_images(opts.data), opts.seed)
    if opts.resume_from_checkpoint:
        epoch, layers = load_checkpoint(opts.resume_from_checkpoint)
        print(f"continuing after epoch {epoch} of {opts.resume_from_checkpoint}", flush=True)
    else:
        epoch, layers = 0, new_network(len(train[0][0]), opts.hidden, opts.seed)

    while epoch < opts.epochs:
        epoch += 1
        began = time.monotonic()
        train_loss = learn(layers, train, opts.lr, opts.batch_size, f"{opts.seed}/{epoch}")
        loss, accuracy = evaluate(layers, validation)
        log(epoch, train_loss=train_loss, validation_loss=loss, validation_accuracy=accuracy)
        save_checkpoint(os.path.join(opts.out, f"step_{epoch}"), epoch, layers)
        print(
            f"epoch {epoch}/{opts.epochs}  loss {train_loss:.4f}  validation loss {loss:.4f}"
            f"  accuracy {accuracy:.1%}  {time.monotonic() - began:.1f} s",
            flush=True,
        )

    loss, accuracy = evaluate(layers, test)
    log(epoch, test_loss=loss, test_accuracy=accuracy)
    stderr = math.sqrt(accuracy * (1 - accuracy) / len(test))
    result = {
        "tasks": {"accuracy": {"value": accuracy, "stderr": stderr, "n": len(test)}, "loss": loss},
        "primary": "accuracy",
    }
    write_json(os.path.join(opts.results or opts.out, "result.json"), result)
    print(f"test accuracy {accuracy:.1%} on {len(test)} images", flush=True)


def options():
    p = argparse.ArgumentParser(description="learn to read handwritten digits")
    p.add_argument("--data", default=os.path.join(HERE, "data", "digits.csv.gz"))
    p.add_argument("--out", default="out", help="a directory step_<N> for each epoch")
    p.add_argument("--results", help="where result.json goes (default: --out)")
    p.add_argument("--epochs", type=int, default=5)
    p.add_argument("--lr", type=float, default=0.2)
    p.add_argument("--batch-size", type=int, default=16)
    p.add_argument("--hidden", type=int, default=32, help="units in the hidden layer")
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
    rng = random.Random(f"{seed}/weights")
    layer = lambda rows, cols: [[rng.gauss(0, cols**-0.5) for _ in range(cols)] for _ in range(rows)]
    return [layer(hidden, inputs), layer(DIGITS, hidden + 1)]


def forward(layers, pixels):
    hidden = [math.tanh(sum(map(mul, weights, pixels))) for weights in layers[0]] + [1.0]
    scores = [sum(map(mul, weights, hidden)) for weights in layers[1]]
    exps = [math.exp(score - max(scores)) for score in scores]
    return hidden, [e / sum(exps) for e in exps]


def learn(layers, images, lr, batch_size, seed):
    """One pass over the images in an order of its own; the mean loss before each update."""
    order = images[:]
    random.Random(seed).shuffle(order)
    total = 0.0
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        gradients = [[[0.0] * len(row) for row in layer] for layer in layers]
        for pixels, digit in batch:
            hidden, chances = forward(layers, pixels)
            total -= math.log(max(chances[digit], 1e-12))
            errors = [chance - (k == digit) for k, chance in enumerate(chances)]
            back = [sum(map(mul, errors, column)) for column in zip(*layers[1])]
            add_outer(gradients[1], errors, hidden)
            add_outer(gradients[0], [b * (1 - h * h) for b, h in zip(back, hidden[:-1])], pixels)
        for layer, gradient in zip(layers, gradients):
            for row, slope in zip(layer, gradient):
                row[:] = [w - lr / len(batch) * g for w, g in zip(row, slope)]
    return total / len(images)


def add_outer(gradient, errors, inputs):
    for row, error in zip(gradient, errors):
        row[:] = [g + error * x for g, x in zip(row, inputs)]


def evaluate(layers, images):
    loss, right = 0.0, 0
    for pixels, digit in images:
        chances = forward(layers, pixels)[1]
        loss -= math.log(max(chances[digit], 1e-12))
        right += chances.index(max(chances)) == digit
    return loss / len(images), right / len(images)


def log(epoch, **metrics):
    if lab:
        lab.log_metrics(metrics, step=epoch)


def save_checkpoint(directory, epoch, layers):
    """The marker comes last: a directory that has one is complete."""
    write_json(os.path.join(directory, "weights.json"), {"epoch": epoch, "layers": layers})
    write_json(os.path.join(directory, "_CHECKPOINT_METADATA"), {"epoch": epoch})


def load_checkpoint(directory):
    with open(os.path.join(directory, "weights.json")) as file:
        saved = json.load(file)
    return saved["epoch"], saved["layers"]


def write_json(path, value):
    """All of the file or none of it, whenever the job may be killed."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".tmp", "w") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".tmp", path)


if __name__ == "__main__":
    main()
