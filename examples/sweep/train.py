"""Rolls down a valley, and tells how far down it came."""
import argparse
import json
import random

import lab

p = argparse.ArgumentParser()
p.add_argument("--lr", type=float, required=True)
p.add_argument("--momentum", type=float, default=0.0)
p.add_argument("--seed", type=int, default=0)
p.add_argument("--out", required=True)
opts = p.parse_args()

x, speed = random.Random(opts.seed).uniform(2, 4), 0.0
for step in range(10):
    speed = opts.momentum * speed - opts.lr * 2 * x
    x += speed
    lab.log_metric("loss", x * x, step=step)
with open(opts.out, "w") as f:
    json.dump({"loss": x * x}, f)
