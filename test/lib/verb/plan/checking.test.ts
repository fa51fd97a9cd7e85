// What warn, error and off do, check by check.
import t from "tap";
import { findings } from "../../../../lib/verb/plan/checking.js";
import { planned } from "../../recipe/recipes.js";

const script = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr')\np.parse_args()\n";
const recipes = {
  unknown_args: { text: 'command = ["python", "train.py"]\n[args]\nlearning = 1', usually: "warn", says: /--learning/ },
  topology: { text: 'command = ["true"]\n[resources]\nnodes = 2', usually: "error", says: /the first one only/ },
  resources: { text: 'command = ["true"]\n[resources]\nmem = "1MB"', usually: "warn", says: /1\.0 MiB of memory/ },
  preflight: { text: 'command = ["python", "tarin.py"]', usually: "error", says: /no file 'tarin.py'/ },
} as const;

t.test("each check does what the recipe says", async (t) => {
  const root = t.testdir({ "train.py": script });
  for (const [name, { text, usually, says }] of Object.entries(recipes))
    for (const level of [undefined, "warn", "error", "off"] as const) {
      const checks = level === undefined ? "" : `checks.${name} = "${level}"\n`;
      const whole = `name = "x"\n${checks}${text}\n`;
      const run = await planned(root, whole);
      const found = [...findings({ ...run, source: { ...run.source, root } })];
      const expected = level ?? usually;
      if (expected === "off") t.strictSame(found, [], `${name} off`);
      else {
        t.match(found, [{ level: expected, message: says }], `${name} ${level}`);
        t.equal(
          /lets it pass$/.test(found[0]?.hint ?? ""),
          expected === "error",
          "an error tells how it can be let pass",
        );
      }
    }
});

t.test("that options cannot be read is never an error", async (t) => {
  const dir = t.testdir({ "train.py": "import hydra\n" });
  const text = (level: string) => `name = "x"\ncommand = ["python", "train.py"]\n${level}\n[args]\nlr = 1\n`;
  const of = async (level: string) => {
    const run = await planned(dir, text(level));
    return [...findings({ ...run, source: { ...run.source, root: dir } })];
  };
  t.match(await of('checks.unknown_args = "error"'), [{ level: "warn", at: ["args"], message: /it uses hydra/ }]);
  t.strictSame(await of('checks.unknown_args = "off"'), []);
  t.strictSame(await of(""), [], "nobody asked");
});
