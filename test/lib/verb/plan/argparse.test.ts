import path from "node:path";
import t from "tap";
import { argumentTroubles } from "../../../../lib/verb/plan/argparse.js";

const script = `# p.add_argument("--commented")
import argparse
"""p.add_argument("--quoted")"""
p = argparse.ArgumentParser(description='don\\'t "--quote"')
p.add_argument("data")
p.add_argument("--epochs", "-e", type=int)
p.add_argument('--learning-rate')
p.add_argument(  # the one
    "--warm"
    "up",
    type=int, default=(3),
    help="see p.add_argument('--help-me')",
)
p.add_argument(
    "--resume", action=argparse.BooleanOptionalAction)
g = p.add_mutually_exclusive_group()
g.add_argument("--use-ema", "--ema", action="store_true")
p.add_argument(r"--tags", nargs="*")
p.add_argument("--extra", **more_of_it)
def more(parser):
    parser.add_argument('''--beta''')
more(p)
`;

/** The words about each argument. */
const told = (file: string, given: Record<string, unknown>, saying = false) =>
  argumentTroubles(file, given, saying).map(({ message, hint }) => (hint ? `${message} (${hint})` : message));

t.test("options that the script does not declare, or declares otherwise", async (t) => {
  const file = path.join(t.testdir({ "train.py": script }), "train.py");
  const cases: [Record<string, unknown>, string[]][] = [
    [{ epochs: 1, e: 2, "learning-rate": 0.1, warmup: 3, resume: true, "no-resume": true, ema: true, beta: 1 }, []],
    [{ "use-ema": false, tags: true, extra: true }, []],
    [{ epoch: 1, learn: 1 }, []],
    [{ e: 1 }, []],
    [{ epocs: 1 }, ["does not seem to know --epocs (did you mean --epochs?)"]],
    [{ learning_rate: 1 }, ["does not seem to know --learning_rate (did you mean --learning-rate?)"]],
    [{ data: "x" }, ["does not seem to know --data"]],
    [{ commented: 1 }, ["does not seem to know --commented"]],
    [{ quoted: 1, "help-me": 1 }, ["does not seem to know --quoted", "does not seem to know --help-me"]],
    [{ "no-ema": true }, [/^does not seem to know --no-ema/ as unknown as string]],
    [{ ema: 1 }, ["takes no value for --ema (true gives the option, false leaves it out)"]],
    [{ epochs: true }, ["wants a value for --epochs"]],
  ];
  for (const [given, expected] of cases) t.match(told(file, given), expected, JSON.stringify(given));
  for (const [given, expected] of cases) t.equal(told(file, given).length, expected.length, JSON.stringify(given));
});

t.test("click, and beginnings that are not taken", async (t) => {
  const dir = t.testdir({
    "click.py":
      "import click\n@click.command()\n@click.option('--lr', '-l', 'rate')\n@click.option('--shout/--no-shout')\ndef f(): ...",
    "whole.py":
      "import argparse\np = argparse.ArgumentParser(allow_abbrev=False)\np.add_argument('--epochs')\nout.mkdir(parents=True)",
    "two.py": "import argparse\np = argparse.ArgumentParser()\np.add_argument('--max-a')\np.add_argument('--max-b')",
  });
  t.strictSame(told(path.join(dir, "click.py"), { lr: 1, l: 1, shout: true, "no-shout": true }), []);
  t.match(told(path.join(dir, "click.py"), { rate: 1 }), [/--rate/]);
  t.match(told(path.join(dir, "whole.py"), { epoch: 1 }), [/--epoch /]);
  t.match(told(path.join(dir, "two.py"), { max: 1 }), [/--max/], "a beginning of two");
});

t.test("where it cannot be told, that is said to who asks, and nothing else", async (t) => {
  const argparse = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--x')\n";
  const scripts: [string, string, RegExp][] = [
    ["rest.py", `${argparse}p.parse_known_args()`, /parse_known_args/],
    ["parent.py", `${argparse}q = argparse.ArgumentParser(parents=[p])`, /another parser/],
    ["hydra.py", `${argparse}import hydra`, /uses hydra/],
    ["hf.py", `${argparse}from transformers import HfArgumentParser`, /uses HfArgumentParser/],
    ["other.py", `${argparse}from models import add_model\nadd_model(p)`, /add_model may add options/],
    ["loop.py", `${argparse}for n in names: p.add_argument("--" + n)`, /not all names/],
    ["f.py", `${argparse}p.add_argument(f"--{n}")`, /not all names/],
    ["variable.py", `${argparse}p.add_argument(name)`, /not all names/],
    ["none.py", "print(1)", /no options are declared/],
    ["empty.py", "import argparse", /no options are declared/],
    ["train.sh", script, /no Python/],
  ];
  const dir = t.testdir(Object.fromEntries(scripts.map(([name, text]) => [name, text])));
  for (const [name, , why] of [...scripts, ["missing.py", "", /cannot be read/] as const]) {
    const file = path.join(dir, name);
    t.strictSame(told(file, { anything: 1 }), [], name);
    t.match(told(file, { anything: 1 }, true), [why], name);
    t.strictSame(told(file, {}, true), [], `${name}, where nothing is given`);
  }
});
