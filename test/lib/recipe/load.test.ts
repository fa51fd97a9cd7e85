import t from "tap";
import { loadRecipe, loadRecipeText } from "../../../lib/recipe/load.js";
import { written } from "./recipes.js";

t.test("a recipe and where it comes from", async (t) => {
  const text = `extends = "b.toml"\nname = "fit"\ncommand = ["x"]\n`;
  const cwd = written(t.testdir(), { "r.toml": text, "b.toml": `extends = "c.toml"`, "c.toml": "params.lr = 1.0" });
  const recipe = await loadRecipe("r.toml", { cwd, set: ["seed=1"] });
  t.match(recipe, { path: `${cwd}/r.toml`, text, extends: [`${cwd}/b.toml`, `${cwd}/c.toml`], set: ["seed=1"] });
  t.match(recipe, { table: { name: "fit", seed: 1, params: { lr: 1 } }, numbers: { "params.lr": "1.0" } });
});

t.test("the first problem, and how many there are more", async (t) => {
  const cwd = written(t.testdir(), {
    "r.toml": `nam = "fit"\ncommand = ["{x.y}"]\n`,
    "ok.toml": `name = "a"\ncommand = "b"`,
  });
  await t.rejects(loadRecipe("r.toml", { cwd }), {
    code: "dataerr",
    message: `${cwd}/r.toml:1:1: unknown key 'nam' (did you mean 'name'?) (and 2 more: lab validate shows them)`,
  });
  await t.rejects(loadRecipe("ok.toml", { cwd, set: ["foo=1"] }), {
    code: "usage",
    message: "--set foo=1: unknown key 'foo'",
  });
});

t.test("a recipe without a file", async (t) => {
  const recipe = await loadRecipeText(`name = "a"\ncommand = ["b"]\n`, { cwd: "/", set: ["resources.gpus=1"] });
  t.match(recipe, {
    path: undefined,
    extends: [],
    text: `name = "a"\ncommand = ["b"]\n`,
    table: { resources: { gpus: 1 } },
  });
  await t.rejects(loadRecipeText(`name = "a"\n`, { cwd: "/" }), {
    code: "usage",
    message: "the command line: command is missing",
  });
});
