import assert from "node:assert/strict";
import fc from "fast-check";
import t from "tap";
import { adHocRecipe } from "../../../lib/recipe/ad-hoc.js";
import { commandLine } from "../../../lib/recipe/command-line.js";
import { loadRecipeText } from "../../../lib/recipe/load.js";
import { planRun } from "../../../lib/recipe/plan.js";
import { tokenValues } from "../../../lib/recipe/tokens.js";
import { context } from "./recipes.js";

const planned = async (argv: string[]) =>
  planRun(await loadRecipeText(adHocRecipe({ argv }), { cwd: "/work" }), context);

t.test("the text is a recipe that says the same again", async (t) => {
  t.equal(
    adHocRecipe({ argv: ["python", "src/train.py", "--epochs", "3"], workdir: "sub" }),
    `name = "train"\ncommand = ["python", "src/train.py", "--epochs", "3"]\nworkdir = "sub"\n`,
  );
  const run = await planned(["python", "train.py", "--epochs", "0012"]);
  t.match(run, {
    name: "train",
    command: ["python", "train.py", "--epochs", "0012"],
    workdir: ".",
    recipe: { path: undefined },
  });
});

t.test("an option is no command", async (t) => {
  t.throws(() => adHocRecipe({ argv: ["--lr", "3"] }), {
    code: "usage",
    message: "there is no command after --, only the option '--lr'",
    hint: /--set args.KEY=VALUE/,
  });
  t.throws(() => adHocRecipe({ argv: [] }), { code: "usage", message: "there is no command after --" });
});

t.test("names", async (t) => {
  for (const [argv, name] of [
    [["./run.sh", "-x"], "run"],
    [["python", "-u", "-m", "pkg.train", "--x"], "pkg.train"],
    [["torchrun", "--nproc", "2", "a/fit.py"], "fit"],
    [["python3", "-c", "import x.py"], "python3"],
    [["/usr/bin/nvidia-smi"], "nvidia-smi"],
    [["env", "A=1", "Rscript", "plot.R"], "plot"],
    [["你好"], "command"],
    [["a b!c"], "a-b-c"],
  ] as const) {
    t.equal((await planned([...argv])).name, name);
  }
  t.match(adHocRecipe({ argv: ["x"], name: "mine" }), /^name = "mine"/);
  for (const argv of [[], [""]])
    t.throws(() => adHocRecipe({ argv }), { code: "usage", message: "there is no command after --" });
});

t.test("any argv arrives exactly as it is", async (t) => {
  const word = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("{run.dir}", "{print}", `\${X}`, "{params.word1}", 'a"b\\', "\n", "--", "\x7f\x1b"),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        word.map((text) => text.replaceAll("\0", "")),
        { maxLength: 5 },
      ),
      async (rest) => {
        const argv = ["prog", ...rest];
        const run = await planned(argv);
        assert.deepEqual(commandLine(run, tokenValues(run, { dir: "/run" })), argv);
      },
    ),
  );
  t.pass("of any");
});
