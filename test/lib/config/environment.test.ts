import t from "tap";
import * as v from "valibot";
import { chooseEnvironment, type ProjectFile } from "../../../lib/config/environment.js";
import { projectSchema } from "../../../lib/config/schema.js";
import { parseToml } from "../../../lib/toml/document.js";

const project = (text: string, path: string): ProjectFile => {
  const file = parseToml(text, path);
  return { file, value: v.parse(projectSchema, file.value) };
};
const base = project("[project]\ndefault_env = 'cpu'\n[environments.cpu]\n[environments.gpu]\n", ".lab.toml");
const local = project("[project]\ndefault_env = 'gpu'\n[environments.mine]\n", ".lab.local.toml");

t.test("--env, then LAB_ENV, then the local file's, then the project's", async (t) => {
  const both = [base, local];
  t.match(await chooseEnvironment("mine", "cpu", both), { name: "mine", source: { from: "--env" } });
  t.match(await chooseEnvironment(undefined, "cpu", both), { name: "cpu", source: { from: "LAB_ENV" } });
  t.match(await chooseEnvironment(undefined, undefined, both), { name: "gpu", source: { from: ".lab.local.toml" } });
  t.match(
    await chooseEnvironment(undefined, "", [base]),
    { name: "cpu", source: { from: ".lab.toml" } },
    "empty is not set",
  );
  t.equal(await chooseEnvironment(undefined, undefined, [project("[environments.x]", "x")]), undefined);
  t.equal(await chooseEnvironment(undefined, undefined, []), undefined);
});

t.test("a name that nobody declared is refused, with those that are", async (t) => {
  await t.rejects(chooseEnvironment("gpus", undefined, [base]), {
    code: "config",
    message: "--env: there is no environment 'gpus' (did you mean 'gpu'?)",
    hint: "known: cpu, gpu",
  });
  await t.rejects(chooseEnvironment(undefined, "far", [base]), { message: "LAB_ENV: there is no environment 'far'" });
  await t.rejects(chooseEnvironment("x", undefined, []), { code: "config", hint: /none was found here or above/ });
  await t.rejects(chooseEnvironment("x", undefined, [project("", "x.toml")]), {
    code: "config",
    hint: "the project declares none",
  });
  await t.rejects(
    chooseEnvironment(undefined, undefined, [project("[project]\nname = 'x'\ndefault_env = 'y'", "x.toml")]),
    {
      code: "config",
      message: "x.toml:3:15: there is no environment 'y'",
    },
  );
});
