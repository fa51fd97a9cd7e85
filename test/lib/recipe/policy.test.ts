import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import { planRun } from "../../../lib/recipe/plan.js";
import { loadPolicy, policyProblems, recipeFor } from "../../../lib/recipe/policy.js";
import { readToml } from "../../../lib/toml/document.js";
import { root } from "../../support/sandbox.js";

const well = () => undefined;
const evaluation =
  'name = "judge"\ncommand = ["true", "{inputs.checkpoint.path}"]\n[inputs.checkpoint]\ntype = "checkpoint"\n';
const least = 'name = "p"\nrecipe = "r.toml"\n[applies_to]\ntype = "checkpoint"\n';

function write(t: Test, policy: string, recipe = evaluation): string {
  const dir = t.testdir({ "p.toml": policy, "r.toml": recipe });
  return path.join(dir, "p.toml");
}
const messages = async (t: Test, policy: string, recipe?: string) =>
  (await policyProblems(readToml(write(t, policy, recipe)), well)).map(({ line, message }) => `${line}: ${message}`);

t.test("a policy with all that it may say, and one with the least", async (t) => {
  const full = `name = "accuracy"
recipe = "r.toml"
input = "checkpoint"
metric = "accuracy"
[applies_to]
type = "checkpoint"
producer_recipe = "fit_*"
role = "model"
tags = ["baseline"]
where = "step > 100"
[cadence]
every_n_steps = 5
latest_only = true
max_concurrent = 2
order = "newest"
again_when_edited = true
[retry]
max_attempts = 2
`;
  const { recipe, recipe_digest, path: file, ...policy } = await loadPolicy(write(t, full), well);
  t.same(policy, {
    ...{ name: "accuracy", input: "checkpoint", metric: "accuracy", type: "checkpoint", producer_recipe: "fit_*" },
    ...{ role: "model", tags: ["baseline"], where: ["step > 100"], every_n_steps: 5, latest_only: true },
    ...{ max_concurrent: 2, order: "newest", again_when_edited: true, max_attempts: 2 },
  });
  t.equal(recipe.table.name, "judge");
  t.match(recipe_digest, /^sha256:[0-9a-f]{64}$/);
  t.match(await loadPolicy(write(t, least), well), {
    ...{ name: "p", input: "checkpoint", tags: [], where: [], latest_only: false, order: "oldest", max_attempts: 3 },
    again_when_edited: false,
  });
  t.equal(file, path.join(t.testdirName, "p.toml"));
});

t.test("what labctl took and fell over is refused at its line", async (t) => {
  t.same(await messages(t, `${least}[cadence]\nevery_n_steps = 0\n`), [
    "6: cadence.every_n_steps is 0, expected at least 1",
  ]);
  t.same(await messages(t, `${least}[cadence]\nevery_n_step = 5\n`), [
    "6: unknown key 'every_n_step' in [cadence] (did you mean 'every_n_steps'?)",
  ]);
  t.same(await messages(t, `${least}[cadence]\nmax_concurrent = 0\n[retry]\nmax_attempts = 0\n`), [
    "6: cadence.max_concurrent is 0, expected at least 1",
    "8: retry.max_attempts is 0, expected at least 1",
  ]);
  t.same(await messages(t, least.replace('"p"', '"../p"')), [
    "1: name cannot be a name: letters, digits and . _ + - only, at most 128, and a letter or digit first",
  ]);
  const [missing = ""] = await messages(t, least.replace("r.toml", "s.toml"));
  t.match(missing, /^2: recipe: cannot read '.*s\.toml': no such file/);
  t.same(await messages(t, `${least}where = "x"\n`), []);
  const wrong = await policyProblems(readToml(write(t, `${least}where = ["x"]\n`)), () => "no field 'x'");
  t.match(wrong, [{ line: 5, message: "applies_to.where: no field 'x'" }]);
});

t.test("the artifact goes where the recipe has a place for it, and nowhere is no place", async (t) => {
  const named = (text: string) => `name = "judge"\ncommand = ["true"]\n${text}`;
  const open = (role: string) => `[inputs.${role}]\ntype = "checkpoint"\n`;
  const artifact = '[inputs.checkpoint]\ntype = "artifact"\nartifact = "train_LATEST"\n';
  const input = async (recipe: string, asked = "") =>
    (await loadPolicy(write(t, least.replace("[app", `${asked}[app`), recipe), well)).input;
  t.equal(await input(named(open("model"))), "model");
  // labctl's example says it so, and was given what the name meant whatever the policy said.
  t.equal(await input(named(artifact)), "checkpoint");
  t.equal(await input(named(artifact.replace("checkpoint]", "base]")), 'input = "base"\n'), "base");
  t.match(await messages(t, least, named("")), [
    /^2: recipe: it has no input of type "checkpoint" that would get the artifact: it has no inputs$/,
  ]);
  t.match(await messages(t, least, named(open("a") + open("b"))), [
    /it has several inputs of type "checkpoint": a, b$/,
  ]);
  const both = await messages(t, least.replace("[app", 'input = "a"\n[app'), named(open("a") + open("b")));
  t.match(both, [/nothing would fill its input 'b'$/]);
  t.match(await messages(t, least.replace("[app", 'input = "c"\n[app'), named(open("a"))), [
    /^3: input = "c" is no input of the recipe: it has a$/,
  ]);
  const external = '[inputs.a]\ntype = "external"\npath = "/x"\n';
  t.match(await messages(t, least.replace("[app", 'input = "a"\n[app'), named(external)), [
    /^3: input = "a" is external/,
  ]);
  t.match(await messages(t, least, `${evaluation}[sweep]\naxes = { "params.x" = [1, 2] }\n`), [/it is a sweep/]);
});

t.test("its recipe with an artifact is a run; alone it is none", async (t) => {
  const policy = await loadPolicy(write(t, least), well);
  const context = { now: 0, user: "alice", home: "/home/alice", source: { kind: "directory" as const, root: "/src" } };
  t.throws(() => planRun(policy.recipe, context), { message: /input 'checkpoint' is for a policy to fill: lab-evald/ });
  t.match(planRun(policy.recipe, { ...context, unfilled: true }).inputs, {});
  const run = planRun(recipeFor(policy, "art-0123456789abcdef0123"), context);
  t.same(run.inputs, { checkpoint: { type: "artifact", artifact: "art-0123456789abcdef0123" } });
  t.same(run.recipe.set, [
    'inputs.checkpoint.type="artifact"',
    'inputs.checkpoint.artifact="art-0123456789abcdef0123"',
  ]);
});

t.test("the example is one, and those that labctl's users have", async (t) => {
  const example = path.join(root, "examples/policies/every-second-epoch.toml");
  t.same(await policyProblems(readToml(example), well), []);
  t.match(await loadPolicy(example, well), { input: "checkpoint", every_n_steps: 2, metric: "accuracy" });
  const labctl = 'name = "eval"\nrecipe = "r.toml"\n[applies_to]\ntype = "checkpoint"\nproducer_recipe = "fit"\n';
  t.same(await messages(t, `${labctl}[cadence]\nevery_n_steps = 1000\n`), []);
});

t.test("its recipe is another one when it, or what it extends, is edited", async (t) => {
  const file = write(t, least, `extends = "base.toml"\n${evaluation}`);
  const base = path.join(path.dirname(file), "base.toml");
  const digest = async (text: string) => {
    fs.writeFileSync(base, text);
    return (await loadPolicy(file, well)).recipe_digest;
  };
  const [one, other] = [await digest("seed = 1\n"), await digest("seed = 2\n")];
  t.not(one, other);
  t.equal(await digest("seed = 1\n"), one);
});

t.test(
  "what is set in the recipe here: checked, in the plan and in the digest, and wrong where the policy says it",
  async (t) => {
    const with_ = (set: string) => least.replace("[applies_to]", `[set]\n${set}\n[applies_to]`);
    const recipe = `${evaluation}[params]\nsplit = "dev"\n[inputs.data]\ntype = "external"\npath = "/data"\n`;
    const load = async (set: string) => loadPolicy(write(t, with_(set), recipe), well);
    const one = await load('"params.split" = "test"\n"inputs.data.path" = "near"');
    t.match(one.recipe.table, {
      params: { split: "test" },
      inputs: { data: { path: path.join(t.testdirName, "near") } },
    });
    t.match(recipeFor(one, "art-0123456789abcdef0123").set, [
      'params.split="test"',
      /^inputs\.data\.path=/,
      /type/,
      /artifact/,
    ]);
    const digests = [one, await load('"params.split" = "dev"'), await loadPolicy(write(t, least, recipe), well)];
    t.equal(new Set(digests.map(({ recipe_digest }) => recipe_digest)).size, 3);
    t.same(await messages(t, with_('"params.split" = "a"\n"resources.gpus" = "many"'), recipe), [
      '5: set: resources.gpus is "many", expected "auto" or a number',
    ]);
  },
);
