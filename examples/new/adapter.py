"""From what the job is given to what the code of this project wants to be given; nothing else belongs here."""
import json
import os
from pathlib import Path

import train


def main():
    given = json.loads(Path(os.environ["LAB_PARAMS"]).read_text())
    params = given["params"]
    train.fit(
        lr=params["optimizer"]["lr"],
        epochs=params["epochs"],
        degree=params["model"]["degree"],
        seed=given.get("seed", 0),
        out=Path(os.environ["LAB_OUTPUT_MODEL"]),
    )


if __name__ == "__main__":
    main()
