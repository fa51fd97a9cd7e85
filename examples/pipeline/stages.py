"""The four stages of pipeline.toml: noisy points of a line, its slope by gradient descent, how far off that is, the best."""

import json
import os
import random
import sys

params = json.load(open(os.environ["LAB_PARAMS"]))["params"]


def points(out):
    rng = random.Random(0)
    json.dump([(x / 10, 3 * x / 10 + rng.gauss(0, 0.1)) for x in range(20)], open(out, "w"))


def fit(data, out):
    slope = 0.0
    for _ in range(50):
        slope -= params["lr"] * sum((slope * x - y) * x for x, y in data) / len(data)
    json.dump({"lr": params["lr"], "slope": slope}, open(out, "w"))


def score(data, model, out):
    loss = sum((model["slope"] * x - y) ** 2 for x, y in data) / len(data)
    print("lab-metric loss=%g" % loss)
    json.dump({**model, "loss": loss}, open(out, "w"))


def best(scores, out):
    found = min((json.load(open(one["path"])) for one in scores), key=lambda one: one["loss"])
    print("the best learning rate is", found["lr"])
    json.dump(found, open(out, "w"))


def given(role):
    return json.load(open(os.environ["LAB_INPUT_" + role]))


if __name__ == "__main__":
    result = os.environ["LAB_OUTPUT_RESULT"]
    stage = sys.argv[1]
    if stage == "points":
        points(result)
    elif stage == "fit":
        fit(given("DATA"), result)
    elif stage == "score":
        score(given("DATA"), given("MODEL"), result)
    else:
        best([json.loads(line) for line in open(os.environ["LAB_INPUT_SCORES"])], result)
