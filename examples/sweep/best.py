"""Says which point of a sweep came furthest down."""
import json
import os

results = []
with open(os.environ["LAB_INPUT_POINTS"]) as points:
    for line in points:
        point = json.loads(line)
        with open(point["outputs"]["result"]) as f:
            results.append((json.load(f)["loss"], point["index"], point["point"]))
loss, index, point = min(results)
print(f"{len(results)} points; the best is {index}: {loss:.3g} with {json.dumps(point, sort_keys=True)}")
