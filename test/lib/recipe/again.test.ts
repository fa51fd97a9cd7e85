import t from "tap";
import { overlaid, planAgain } from "../../../lib/recipe/again.js";
import { sampleId, sampleRun, zeros } from "../record/sample.js";

const id = "20261121-090000-abcdef";
const again = { id, user: "bob", now: Date.parse("2026-11-21T09:00:00Z") };

t.test("what was meant, without what became of it", (t) => {
  const artifact = { type: "artifact" as const, artifact: "best" };
  const old = sampleRun({
    phase: "submitted",
    run_dir: "/r",
    key: { version: "lab-key/1", digest: zeros, of: {} },
    epoch: "1",
    caching: { mode: "recompute" },
    after: { afterok: ["123"] },
    job: { id: "5", scheduler: "slurm" },
    sweep: { id: sampleId, index: 3, of: 4, point: { "params.lr": 0.1 } },
    inputs: {
      data: { type: "external", path: "/d", fingerprint: "stat", recorded: { kind: "file", digest: zeros } },
      step: { ...artifact, id: `art-${"0".repeat(20)}`, run: sampleId, role: "ck", step: 30, path: "/p" },
      given: { ...artifact, id: `art-${"1".repeat(20)}` },
    },
    outputs: {
      model: { type: "model", alias: "train_model", digest: "stat", path: "/o" },
      log: { type: "file", alias: `log_${sampleId}`, digest: "stat", path: "/l" },
      best: { type: "model", alias: "best_0.1", digest: "stat" },
    },
  });
  const recipe = sampleRun({ outputs: { best: { type: "model", alias: "best_{params.lr}", digest: "stat" } } });
  const run = planAgain(old, again, recipe);
  t.match(run, { id, user: "bob", phase: "planned", parent: sampleId, rerun_of: sampleId, sweep: { index: 3 } });
  for (const gone of ["key", "epoch", "run_dir", "job", "caching", "after", "created_at"]) t.notOk(gone in run, gone);
  t.strictSame(run.inputs, {
    data: { type: "external", path: "/d", fingerprint: "stat" },
    step: { type: "artifact", artifact: `${sampleId}:ck@30` },
    given: { type: "artifact", artifact: `art-${"1".repeat(20)}` },
  });
  const aliases = Object.values(run.outputs).map(({ alias, path }) => [alias, path]);
  t.strictSame(aliases, [
    ["train_model", undefined],
    ["log_{run.id}", undefined],
    ["best_{params.lr}", undefined],
  ]);
  t.end();
});

t.test("only what two plans of the recipe differ in is laid over the run", (t) => {
  // A point of a sweep, whose recipe has changed since where nobody asked for it.
  const run = sampleRun({ params: { lr: 0.5, kept: 1 }, numbers: { "params.lr": "5e-1" }, resources: { cpus: 1 } });
  const before = sampleRun({ params: { lr: 0.5, other: 1 }, numbers: { "params.lr": "5e-1" }, resources: { cpus: 9 } });
  const after = sampleRun({
    params: { lr: 2, other: 1 },
    numbers: {},
    resources: { cpus: 9, time_s: 60 },
    tags: ["t"],
  });
  const { params, numbers, resources, tags, id: own } = overlaid(run, before, after);
  t.strictSame(
    { params, numbers, resources, tags, own },
    { params: { lr: 2, kept: 1 }, numbers: {}, resources: { cpus: 1, time_s: 60 }, tags: ["t"], own: sampleId },
  );
  t.end();
});
