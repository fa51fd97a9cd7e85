import t from "tap";
import { fault } from "../../../../lib/record/fault.js";
import { meantOtherwise } from "../../../../lib/verb/plan/no-recipe.js";

const missing = fault("noinput", "cannot read it: no such file");

t.test("a script, or a program, goes after --", async (t) => {
  const hint = (word: string) => meantOtherwise(word, missing, "/").hint;
  t.equal(hint("train.py"), "a command goes after --: lab run -- python3 train.py");
  t.equal(hint("my train.sh"), "a command goes after --: lab run -- bash 'my train.sh'");
  t.equal(hint("python3"), "a command goes after --: lab run -- python3 …");
});

t.test("a recipe of this name below the directory is named, the nearest one", async (t) => {
  const cwd = t.testdir({
    recipes: { "train.toml": "", deeper: { "other.toml": "" } },
    old: { kept: { "train.toml": "" } },
    ".hidden": { "secret.toml": "" },
  });
  const hint = (word: string) => meantOtherwise(word, missing, cwd).hint;
  t.equal(hint("train.toml"), "did you mean recipes/train.toml?");
  t.equal(hint("train"), "did you mean recipes/train.toml?");
  t.equal(hint("configs/other.toml"), "did you mean recipes/deeper/other.toml?");
  t.equal(hint("secret.toml"), undefined);
  t.equal(hint("none.toml"), undefined);
  t.equal(hint("echo"), "a command goes after --: lab run -- echo …");
});

t.test("what is wrong in a recipe stays as it is", async (t) => {
  const wrong = fault("dataerr", "r.toml:1:1: unknown key", { hint: "did you mean name?" });
  t.equal(meantOtherwise("r.toml", wrong, "/"), wrong);
});
