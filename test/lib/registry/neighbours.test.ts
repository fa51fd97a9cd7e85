import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { edgeSchema } from "../../../lib/record/artifact.js";
import { artifactIdOf, outputsIdOf } from "../../../lib/record/artifact-id.js";
import { violations } from "../../../lib/record/schema.js";
import { bindAlias } from "../../../lib/registry/aliases.js";
import { registerExternal } from "../../../lib/registry/artifacts.js";
import { noteEdge } from "../../../lib/registry/edges.js";
import { envelope, indexDirectory } from "../../../lib/registry/layout.js";
import { recordText } from "../../../lib/registry/write.js";
import { zeros } from "../record/sample.js";
import { at, end, register, registryFor } from "./artifact-support.js";
import {
  external,
  idOf,
  noteOutput,
  outputOf,
  runOf,
  seal,
  traced,
  using,
  usingRun,
  usingStream,
} from "./lineage-support.js";
import { smallRegistry, user } from "./support.js";

const source = { kind: "git" as const, root: "/home/me/repo", digest: zeros, commit: "abcdef0123456789", dirty: true };
const ones = `sha256:${"1".repeat(64)}`;

t.test("data, training, checkpoints, evaluation, result", async (t) => {
  const registry = registryFor(t, "best");
  const train = usingRun(registry, 1, { dataset: external("/data/digits.csv", zeros) }, { source });
  const steps = [1, 2, 3].map((step) => register(registry, train, "checkpoint", step));
  end(train, "succeeded");
  const evaluate = usingRun(registry, 2, { model: using(steps[2] as never) }, { source, parent: train.id });
  register(registry, evaluate, "model");
  bindAlias(registry, {
    scope: "global",
    name: "best",
    target: { artifact: steps[2]?.id as string, run: train.id, role: "checkpoint", step: 3 },
    at,
  });
  const up = await traced(registry, outputOf(2, "model"), ["up"]);
  t.strictSame(up.problems, []);
  t.strictSame(up.words, [
    "run2 -> model",
    "checkpoint step 3 -model-> run2",
    "repo@abcdef0 with changes -source-> run2",
    "run1 -parent-> run2",
    "run1 -> checkpoint step 3",
    "digits.csv -dataset-> run1",
    "repo@abcdef0 with changes -source-> run1",
  ]);
  t.match(up.edges[1], {
    from: steps[2]?.id,
    to: idOf(2),
    kind: "used",
    role: "model",
    from_type: "artifact",
    to_type: "run",
    from_ref: "000001:checkpoint@3",
    to_ref: "000002",
    from_aliases: ["best"],
    from_path: steps[2]?.path,
    from_user: user,
    to_state: "planned",
    depth: -2,
  });
  t.match(up.edges[4], { kind: "made", role: "checkpoint", step: 3, from_state: "succeeded" });
  t.match(up.edges[5], { from_path: "/data/digits.csv", from_type: "external" });
  for (const edge of up.edges) t.strictSame(violations(edgeSchema, edge), []);

  const dataset = up.edges[5];
  const down = await traced(
    registry,
    (things) => things.external({ thing: dataset?.from ?? "", path: "/data/digits.csv" }),
    ["down"],
  );
  t.strictSame(down.words, [
    "digits.csv -dataset-> run1",
    "run1 -> checkpoint step 1",
    "run1 -> checkpoint step 2",
    "run1 -> checkpoint step 3",
    "checkpoint step 3 -model-> run2",
    "run2 -> model",
  ]);
  const sources = await traced(registry, (things) => things.source(source, zeros), ["down"]);
  t.strictSame(sources.words.slice(0, 2), [
    "repo@abcdef0 with changes -source-> run1",
    "repo@abcdef0 with changes -source-> run2",
  ]);
  t.strictSame(sources.problems, []);
});

t.test("across users, both ways", async (t) => {
  const registry = smallRegistry(t);
  const bob = { ...registry, user: "bob" };
  const model = register(registry, usingRun(registry, 1, {}), "model");
  const evaluate = usingRun(bob, 2, { model: using(model) });
  register(bob, evaluate, "model");
  for (const eyes of [registry, bob]) {
    const { words, edges, problems } = await traced(eyes, outputOf(1, "model"));
    t.strictSame(words, ["run1 -> model", "model -model-> run2", "run2 -> model"]);
    t.strictSame(problems, []);
    t.match(edges[1], { from_user: user, to_user: "bob" });
  }
});

t.test("a whole stream: its steps are parts of it, and lead to who used it", async (t) => {
  const registry = smallRegistry(t);
  const train = usingRun(registry, 1, {});
  const waits = usingRun(registry, 2, { all: usingStream(train) });
  const before = await traced(registry, runOf(1), ["down"]);
  t.strictSame(before.words, ["run1 -> checkpoint (all steps)", "checkpoint (all steps) -all-> run2"]);
  t.match(before.edges[0], { to: artifactIdOf(train.id, "checkpoint"), to_state: "pending" });
  t.strictSame((await traced(registry, runOf(2), ["up"])).words, [
    "checkpoint (all steps) -all-> run2",
    "run1 -> checkpoint (all steps)",
  ]);
  for (const step of [1, 2]) register(registry, train, "checkpoint", step);
  const down = await traced(registry, runOf(1), ["down"]);
  t.strictSame(down.words, [
    "run1 -> checkpoint step 1",
    "run1 -> checkpoint step 2",
    "checkpoint step 1 -part-> checkpoint (all steps)",
    "checkpoint step 2 -part-> checkpoint (all steps)",
    "checkpoint (all steps) -all-> run2",
  ]);
  const up = await traced(registry, runOf(2), ["up"]);
  t.strictSame(up.words.slice().sort(), down.words.slice().sort(), "up and down are the same edges");
  t.equal(waits.id, idOf(2));
});

t.test("what a run has not made: pending until it is sealed, missing then", async (t) => {
  const registry = smallRegistry(t);
  const train = usingRun(registry, 1, {});
  const awaited = { id: artifactIdOf(train.id, "model"), run: train.id, user, role: "model", path: "/p" };
  usingRun(registry, 2, { model: using(awaited as never) });
  const states = async () =>
    (await traced(registry, runOf(1), ["down"])).edges.map(({ to_name, to_state }) => `${to_name} ${to_state}`);
  t.strictSame(await states(), ["model pending", "run2 planned"], "what nobody waits for is not shown");
  end(train, "failed");
  seal(train);
  t.strictSame(await states(), ["model missing", "run2 planned"]);
});

t.test("a path inside what a run made is that run's", async (t) => {
  const registry = smallRegistry(t);
  const train = usingRun(registry, 1, {});
  for (const role of ["model", "checkpoint"]) noteOutput(train, role);
  register(registry, train, "model");
  register(registry, train, "checkpoint", 4);
  fs.writeFileSync(path.join(train.run_dir ?? "", "table.csv"), "1");
  const weights = path.join(train.outputs["model"]?.path ?? "", "weights");
  usingRun(registry, 2, { start: external(weights) });
  usingRun(registry, 3, { start: external(path.join(train.outputs["checkpoint"]?.path ?? "", "step_4")) });
  usingRun(registry, 4, { table: external(path.join(train.run_dir ?? "", "table.csv")) });
  seal(train, [path.join(train.run_dir ?? "", "table.csv"), path.join(train.run_dir ?? "", "plot.png")]);
  const { words, problems } = await traced(registry, runOf(1), ["down"]);
  t.strictSame(problems, []);
  t.strictSame(words, [
    "run1 -> checkpoint step 4",
    "run1 -> model",
    "run1 -> plot.png",
    "run1 -> table.csv",
    "checkpoint step 4 -start-> run3",
    "model -start-> run2",
    "table.csv -table-> run4",
  ]);
  t.strictSame((await traced(registry, runOf(2), ["up"])).words, ["model -start-> run2", "run1 -> model"]);
  t.strictSame((await traced(registry, runOf(3), ["up"])).words, [
    "checkpoint step 4 -start-> run3",
    "run1 -> checkpoint step 4",
  ]);
  t.strictSame((await traced(registry, runOf(4), ["up"])).words, ["table.csv -table-> run4", "run1 -> table.csv"]);
});

t.test("what was registered from outside", async (t) => {
  const registry = smallRegistry(t);
  const file = path.join(t.testdir({ "data.csv": "1" }), "data.csv");
  const { artifact } = registerExternal(registry, { path: file, kind: "dataset", digest: "stat", at });
  const used = usingRun(registry, 1, { data: using(artifact) });
  const { words, edges, problems } = await traced(registry, runOf(1), ["up"]);
  t.strictSame(words, ["data.csv -data-> run1"]);
  t.match(edges[0], { from: artifact.id, from_path: file });
  t.strictSame((await traced(registry, (things) => things.registered(artifact), ["down"])).words, words);
  t.strictSame(problems, []);
  const lost = usingRun(registry, 2, {
    data: { type: "artifact", artifact: "x", id: `art-${"0".repeat(20)}`, path: "/x" },
  });
  t.match((await traced(registry, runOf(2), ["up"])).edges, [{ from_name: "data", from_state: "missing" }]);
  t.not(used.id, lost.id);
  // Bytes of a run, registered as if they came from outside.
  const train = usingRun(registry, 3, {});
  noteOutput(train, "model");
  register(registry, train, "model");
  const again = registerExternal(registry, {
    path: train.outputs["model"]?.path ?? "",
    kind: "model",
    digest: "none",
    at,
  });
  t.strictSame((await traced(registry, (things) => things.registered(again.artifact), ["up"])).words, [
    `model -part-> ${path.basename(again.artifact.path)}`,
    "run3 -> model",
  ]);
});

t.test("the same place with other bytes is another thing", async (t) => {
  const registry = smallRegistry(t);
  usingRun(registry, 1, { data: external("/data", zeros) });
  usingRun(registry, 2, { data: external("/data", ones) });
  const [edge] = (await traced(registry, runOf(1), ["up"])).edges;
  const { words } = await traced(registry, (things) => things.external({ thing: edge?.from ?? "", path: "/data" }), [
    "down",
  ]);
  t.strictSame(words, ["data -data-> run1"]);
});

t.test("what the job was given counts: source and paths of the submission that ran", async (t) => {
  const registry = smallRegistry(t);
  const other = usingRun(registry, 1, {});
  noteOutput(other, "model");
  register(registry, other, "model");
  const run = usingRun(registry, 2, { data: external("/data"), extra: external("/extra") }, { source });
  const lab = envelope(run.run_dir ?? "");
  const context = (submission: number, data: string, digest: string) => {
    fs.mkdirSync(path.join(lab, `submit-${submission}`));
    const input = (role: string, file: string) => ({ role, type: "external", path: file, fingerprint: "none" });
    const inputs = [input("data", data), input("extra", "/extra")];
    const record = {
      type: "context",
      v: 1,
      run: run.id,
      submission,
      registry: "r",
      run_dir: run.run_dir,
      name: "x",
      user,
      snapshot: { digest, tar: "/t.tar" },
      workdir: ".",
      command: [],
      env: {},
      pass: [],
      params: "/p",
      inputs,
      outputs: [],
      at,
    };
    fs.writeFileSync(path.join(lab, `submit-${submission}/context.json`), recordText(record));
  };
  context(1, other.outputs["model"]?.path ?? "", ones);
  context(2, "/data", zeros);
  fs.mkdirSync(path.join(lab, "attempt-1"));
  fs.writeFileSync(
    path.join(lab, "attempt-1/start.json"),
    recordText({ type: "start", v: 1, run: run.id, submission: 1, attempt: 1, host: "h", at }),
  );
  const { words, edges, problems } = await traced(registry, runOf(2), ["up"]);
  t.strictSame(problems, []);
  t.strictSame(words.slice(0, 3), ["model -data-> run2", "extra -extra-> run2", "repo -source-> run2"]);
  t.equal(edges[2]?.from, `src-${"1".repeat(20)}`);
});

t.test("what cannot be, is told of and left out", async (t) => {
  const registry = smallRegistry(t);
  const bob = { ...registry, user: "bob" };
  const train = usingRun(registry, 1, {});
  const model = register(registry, train, "model");
  const good = usingRun(registry, 2, { model: using(model) });
  // An index that lies, one ahead of its run, one of a run that is spoilt.
  const innocent = usingRun(bob, 3, {});
  for (const thing of [model.id, outputsIdOf(train.id)]) {
    noteEdge(bob, thing, "used", innocent.id);
    noteEdge(bob, thing, "used", idOf(4));
  }
  const spoilt = usingRun(bob, 5, { model: using(model) });
  fs.writeFileSync(path.join(envelope(spoilt.run_dir ?? ""), "run.json"), "{}");
  // A run that claims to have used what nobody can have made, and one by the id of another's.
  const liar = usingRun(bob, 6, { model: { ...using(model), run: idOf(3) }, mine: using(model) });
  const twin = usingRun(bob, 2, { model: using(model) });
  t.equal(twin.id, good.id);
  for (const [root, thing, before] of [
    [outputOf(1, "model"), model.id, []],
    [runOf(1), outputsIdOf(train.id), ["run1 -> model"]],
  ] as const) {
    const { words, problems } = await traced(registry, root, ["down"]);
    t.strictSame(words, [...before, "model -mine-> run6", "model -model-> run2"]);
    t.match(problems.slice().sort(), [
      new RegExp(`${good.id}: several have a run of this id, .*: bob, ${user}`),
      new RegExp(`${innocent.id}: the index of bob says that it used ${thing}, but it did not`),
      new RegExp(`${spoilt.id}: cannot read .*run.json`),
    ]);
  }
  const up = await traced(
    registry,
    (things) => {
      const run = things.open("bob", liar.id);
      return run && things.run(run);
    },
    ["up"],
  );
  t.strictSame(up.words, ["model -mine-> run6", "run1 -> model"]);
  t.match(up.problems, [/its input 'model' names an artifact that .* cannot have made/]);
});

t.test("forged runs that used what they made end", async (t) => {
  const registry = smallRegistry(t);
  const one = { id: artifactIdOf(idOf(1), "model"), run: idOf(1), user, role: "model", path: "/p" };
  const two = { ...one, id: artifactIdOf(idOf(2), "model"), run: idOf(2) };
  for (const [n, used] of [
    [1, two],
    [2, one],
  ] as const)
    register(registry, usingRun(registry, n, { x: using(used as never) }), "model");
  const { words } = await traced(registry, outputOf(1, "model"));
  t.strictSame(words.sort(), ["model -x-> run1", "model -x-> run2", "run1 -> model", "run2 -> model"]);
});

t.test("an index that may not be read is told of", async (t) => {
  const registry = smallRegistry(t);
  const train = usingRun(registry, 1, {});
  const model = register(registry, train, "model");
  usingRun(registry, 2, { model: using(model) });
  const theirs = indexDirectory(registry.base, "bob", model.id);
  fs.mkdirSync(path.dirname(theirs), { recursive: true });
  fs.writeFileSync(theirs, "no directory");
  const { words, problems } = await traced(registry, outputOf(1, "model"), ["down"]);
  t.strictSame(words, ["model -model-> run2"]);
  t.match(problems, [/cannot list/]);
});
