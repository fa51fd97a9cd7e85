"""Fit a curve by gradient descent: a stand-in for what is to be trained here. Python standard library only.

    python3 train.py --epochs 20 --lr 0.1

A checkpoint now and then, metrics, and a marker that is written last. Without `lab` it runs the same.
"""
import argparse
import json
import os
import random
from pathlib import Path

try:
    import lab  # on PYTHONPATH of every job
except ImportError:
    lab = None


def options():
    p = argparse.ArgumentParser(description="fit a curve")
    p.add_argument("--lr", type=float, default=0.1)
    p.add_argument("--epochs", type=int, default=20)
    p.add_argument("--degree", type=int, default=1, help="of the curve")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--out", type=Path, default=Path("out"), help="gets weights.json, then _DONE")
    return p.parse_args()


def fit(lr, epochs, degree, seed, out):
    """Replace this: what it reads, learns and writes is yours."""
    points = samples(seed)
    weights, first = [0.0] * (degree + 1), 1
    resume = os.environ.get("LAB_RESUME_FROM")
    if resume:
        state = json.loads(Path(resume).read_text())
        weights, first = state["weights"], state["epoch"] + 1
        print(f"going on after epoch {state['epoch']}", flush=True)
    for epoch in range(first, epochs + 1):
        weights, loss = step(weights, points, lr)
        if lab:
            lab.log_metric("loss", loss, step=epoch)
        if epoch % 5 == 0 or epoch == epochs:
            checkpoint(epoch, weights)
            print(f"epoch {epoch}: loss {loss:.4f}", flush=True)
    out.mkdir(parents=True, exist_ok=True)
    (out / "weights.json").write_text(json.dumps(weights))
    (out / "_DONE").touch()


def samples(seed):
    rng = random.Random(seed)
    return [(x / 50 - 1, 0.5 * x / 50 + rng.gauss(0, 0.1)) for x in range(100)]


def step(weights, points, lr):
    gradient, loss = [0.0] * len(weights), 0.0
    for x, y in points:
        error = sum(w * x**i for i, w in enumerate(weights)) - y
        loss += error * error / len(points)
        for i in range(len(weights)):
            gradient[i] += 2 * error * x**i / len(points)
    return [w - lr * g for w, g in zip(weights, gradient)], loss


def checkpoint(epoch, weights):
    """In the run's own directory, complete before it has its name: the number says which is the latest."""
    place = Path(os.environ.get("LAB_RUN_DIR", "out")) / "checkpoints"
    place.mkdir(parents=True, exist_ok=True)
    written = place / f"step-{epoch}.json.tmp"
    written.write_text(json.dumps({"epoch": epoch, "weights": weights}))
    written.rename(place / f"step-{epoch}.json")


if __name__ == "__main__":
    fit(**vars(options()))
