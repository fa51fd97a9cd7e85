import t from "tap";
import { validateRecipe } from "../../../lib/recipe/validate.js";
import { said, written } from "./recipes.js";

t.test("all problems, each at the file and line that has it, flags last", async (t) => {
  const cwd = written(t.testdir(), {
    "base.toml": `[resources]\ngpu = 1\ncpus = "two"\n[inputs.data]\ntype = "external"\n`,
  });
  const text = `extends = "base.toml"
comand = "x"
command = ["x", "{param.lr}"]
name = "fit"
[params]
lr = 1
[resources]
mem = 5
`;
  t.strictSame(await said(cwd, text, ["parms.x=1", "resources.nodes=two", "args.data={inputs.data.pth}"]), [
    "2:1 unknown key 'comand' (did you mean 'command'?)",
    "3:17 unknown token {param.lr} (did you mean {params.lr}?)",
    `8:7 resources.mem = 5 has no unit: write "5GB"`,
    "base.toml:2:1 unknown key 'gpu' in [resources] (did you mean 'gpus'?)",
    `base.toml:3:8 resources.cpus is "two", expected a number`,
    "base.toml:4:9 inputs.data.path is missing",
    "--set parms.x=1: unknown key 'parms' (did you mean 'params'?)",
    `--set resources.nodes=two: resources.nodes is "two", expected a number`,
    "--set args.data={inputs.data.pth}: unknown token {inputs.data.pth} (did you mean {inputs.data.path}?)",
  ]);
});

t.test("problem records", async (t) => {
  const cwd = written(t.testdir(), { "r.toml": "name = 'x'\n", "bad.toml": "a = 1\nb = ]\n", "utf.toml": "" });
  t.strictSame(await validateRecipe("r.toml", { cwd }), [
    {
      type: "problem",
      v: 1,
      path: `${cwd}/r.toml`,
      line: 1,
      column: 1,
      message: "command is missing",
      severity: "error",
    },
  ]);
  t.match(await validateRecipe("bad.toml", { cwd }), [
    { path: `${cwd}/bad.toml`, line: 2, column: 5, message: "invalid value" },
  ]);
  t.match(await validateRecipe("r.toml", { cwd, set: ["x"] }), [{ message: "--set x: there is no = in it" }]);
  await t.rejects(validateRecipe("none.toml", { cwd }), { code: "noinput" });
});
