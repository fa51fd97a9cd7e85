import path from "node:path";
import t from "tap";
import { unknownArguments } from "../../../lib/verb/argparse.js";

const script = `import argparse
p = argparse.ArgumentParser()
p.add_argument("--epochs", "-e", type=int)
p.add_argument('--learning-rate')
p.add_argument(
    "--resume", action=argparse.BooleanOptionalAction)
`;

t.test("options that the script does not declare", async (t) => {
  const dir = t.testdir({ "train.py": script });
  const unknown = (...given: string[]) => unknownArguments(path.join(dir, "train.py"), given);
  t.strictSame(unknown("epochs", "e", "learning-rate", "resume", "no-resume"), []);
  t.strictSame(unknown("epoch", "learn"), [], "unique beginnings are argparse's own");
  t.strictSame(unknown("epocs", "lr"), ["epocs", "lr"]);
});

t.test("where it cannot be told, nothing is said", async (t) => {
  const dir = t.testdir({
    "parent.py": `${script}p.parse_known_args()`,
    "click.py": "import click\nimport argparse\np.add_argument('--x')",
    "none.py": "print(1)",
    "empty.py": "import argparse",
    "train.sh": script,
  });
  for (const file of ["parent.py", "click.py", "none.py", "empty.py", "train.sh", "missing.py"])
    t.strictSame(unknownArguments(path.join(dir, file), ["anything"]), [], file);
});
