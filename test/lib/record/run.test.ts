import t from "tap";
import * as v from "valibot";
import { phases } from "../../../lib/record/phase.js";
import { runSchema } from "../../../lib/record/run.js";
import { sampleRun } from "./sample.js";

t.test("a run is valid in every phase, with fields that nobody knows", async (t) => {
  for (const phase of phases) t.ok(v.is(runSchema, sampleRun({ phase })), phase);
  t.same(v.parse(runSchema, { ...sampleRun(), of_tomorrow: 1 }), { ...sampleRun(), of_tomorrow: 1 });
  t.ok(v.is(runSchema, sampleRun({ command: "python train.py" })));
});

t.test("what is wrong with a run is seen", async (t) => {
  const wrong: Record<string, unknown> = {
    id: "x",
    phase: "done",
    planned_at: "yesterday",
    command: 7,
    args: "x",
    env: { A: 1 },
    seed: 1.5,
    source: { kind: "svn", root: "/" },
    inputs: { data: { type: "external", path: "relative", fingerprint: "stat" } },
    run_dir: "here",
    error: { code: "whatever", message: "m" },
  };
  for (const [key, value] of Object.entries(wrong)) t.notOk(v.is(runSchema, { ...sampleRun(), [key]: value }), key);
  for (const key of ["id", "name", "user", "recipe", "source", "resources", "inputs", "outputs", "tags", "pass"]) {
    const { [key]: _, ...rest } = sampleRun() as Record<string, unknown>;
    t.notOk(v.is(runSchema, rest), `without ${key}`);
  }
});
