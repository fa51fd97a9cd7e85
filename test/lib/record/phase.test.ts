import t from "tap";
import { hasPhase, isRun } from "../../../lib/record/phase.js";
import type { Run } from "../../../lib/record/run.js";
import { sampleRun } from "./sample.js";

t.test("whether a record is a run", async (t) => {
  t.ok(isRun({ type: "run", id: "x" }));
  for (const value of [{ type: "run" }, { type: "status", id: "x" }, null, undefined, "run", []]) t.notOk(isRun(value));
});

t.test("how far it has come", async (t) => {
  const run = (phase: Run["phase"]) => sampleRun({ phase });
  t.ok(hasPhase(run("submitted"), "planned") && hasPhase(run("created"), "created"));
  t.notOk(hasPhase(run("planned"), "snapshotted"));
  t.notOk(
    hasPhase({ ...run("planned"), phase: "tomorrow" as never }, "planned"),
    "an unknown phase has not come anywhere",
  );
});
