import crypto from "node:crypto";
import t from "tap";
import * as v from "valibot";
import { loadRecipe } from "../../../lib/recipe/load.js";
import { planRun } from "../../../lib/recipe/plan.js";
import { runSchema } from "../../../lib/record/run.js";
import { isRunId } from "../../../lib/record/run-id.js";
import { violations } from "../../../lib/record/schema.js";
import { context, planned, written } from "./recipes.js";

t.test("a planned run is a run record", async (t) => {
  const text = `name = "fit"\nrepo = "omegalax"\ncommand = ["python", "fit.py"]\n[source]\npaths = ["src"]\n[outputs.o]\ntype = "model"\n[outputs.p]\ntype = "file"\nalias = "x_{run.id}"\ndigest = "sha256"\n[notify]\nrun = "hook"\n[env]\nA = "x"\nN = 8\n`;
  const run = await planned(t.testdir(), text, ["seed=3"]);
  t.strictSame(violations(runSchema, JSON.parse(JSON.stringify(run))), []);
  t.strictSame(Object.keys(run).slice(0, 3), ["type", "v", "id"]);
  t.strictSame(v.parse(runSchema, run), {
    type: "run",
    v: 1,
    id: "20261120-201455-k7q3mz",
    phase: "planned",
    name: "fit",
    user: "ada",
    planned_at: "2026-11-20T20:14:55.000Z",
    recipe: {
      path: `${t.testdirName}/r.toml`,
      text,
      digest: `sha256:${crypto.createHash("sha256").update(text).digest("hex")}`,
      set: ["seed=3"],
    },
    repo: "omegalax",
    source: { paths: ["src"], kind: "git", root: "/src" },
    workdir: ".",
    command: ["python", "fit.py"],
    args: {},
    params: {},
    env: { A: "x", N: "8" },
    pass: [],
    seed: 3,
    tags: [],
    resources: { cpus: 1, mem_bytes: 2 ** 32, time_s: 600 },
    inputs: {},
    outputs: {
      o: { type: "model", alias: "fit_o", digest: "stat" },
      p: { type: "file", alias: "x_{run.id}", digest: "sha256" },
    },
    notify: { when: "afterany", run: "hook" },
  });
});

t.test("an id is drawn where none is given", async (t) => {
  const cwd = written(t.testdir(), { "r.toml": `name = "a"\ncommand = "b"\n` });
  const { id: _, ...rest } = context;
  const recipe = await loadRecipe("r.toml", { cwd });
  const [one, other] = [planRun(recipe, rest), planRun(recipe, rest)];
  t.ok(isRunId(one.id) && one.id.startsWith("20261120-201455-"));
  t.not(one.id, other.id);
});

t.test("paths of inputs: relative to the file that says them, ~/ is the planner's home", async (t) => {
  const dir = t.testdir({
    sub: {
      "base.toml": `params.split = "train"\n[inputs.a]\ntype = "external"\npath = "data/{params.split}"\nfingerprint = "none"\n`,
    },
  });
  const text = `extends = "sub/base.toml"\nname = "fit"\ncommand = ["x"]\n[inputs.b]\ntype = "external"\npath = "../up/./x"\n[inputs.c]\ntype = "external"\npath = "~/{run.name}"\n[inputs.d]\ntype = "external"\npath = "x"\n`;
  const run = await planned(dir, text, ["inputs.d.path=flag/y"]);
  t.strictSame(run.inputs, {
    a: { type: "external", path: `${dir}/sub/data/train`, fingerprint: "none" },
    b: { type: "external", path: `${dir.replace(/\/[^/]*$/, "")}/up/x`, fingerprint: "stat" },
    c: { type: "external", path: "/home/ada/fit", fingerprint: "stat" },
    d: { type: "external", path: `${dir}/flag/y`, fingerprint: "stat" },
  });
});

t.test("why: flags win over the recipe, tags are added to its", async (t) => {
  const text = `name = "a"\ncommand = "b"\ntags = ["x", "y"]\n[narrative]\nhypothesis = "h"\nnote = "n"\ngroup = "g"\nparent = "k7q3mz"\n`;
  const plain = await planned(t.testdir(), text);
  t.match(plain, { tags: ["x", "y"], group: "g", parent: "k7q3mz", narrative: { hypothesis: "h", note: "n" } });
  const flags = { note: "mine", intent: "i", group: "h", tags: ["y", "z"] };
  const flagged = await planned(t.testdir(), text, [], { flags });
  t.match(flagged, { tags: ["x", "y", "z"], group: "h", parent: "k7q3mz" });
  t.strictSame(flagged.narrative, { hypothesis: "h", note: "mine", intent: "i" });
});

t.test("an artifact is named as the recipe names it, tokens replaced; what it is comes later", async (t) => {
  const text = `name = "eval"
command = ["x", "{inputs.m.id}", "{inputs.m.path}"]
[params]
which = "best"
[inputs.m]
type = "artifact"
artifact = "alice/{params.which}@latest"
`;
  const run = await planned(t.testdir(), text, []);
  t.strictSame(run.inputs, { m: { type: "artifact", artifact: "alice/best@latest" } });
  const set = await planned(t.testdir(), text, ["inputs.m.artifact=k7q3mz:model"]);
  t.strictSame(set.inputs, { m: { type: "artifact", artifact: "k7q3mz:model" } });
});
