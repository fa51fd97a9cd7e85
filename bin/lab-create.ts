#!/usr/bin/env node
// lab-create - make runs on disk
import { command, each } from "../lib/command/command.js";
import { hasPhase, isRun } from "../lib/record/phase.js";
import { needs } from "../lib/verb/phase.js";

export const spec = {
  name: "lab-create",
  usage: ["< RUNS"],
  options: {},
  columns: ["id", "name", "phase", "run_dir"],
  input: "records",
  acts: true,
  reads: ["run", "sweep", "pipeline"],
  writes: ["run"],
} as const;

export default command(spec, async function* (records, _, context) {
  const { sweepsToCreate } = await import("../lib/verb/plan/creating-sweeps.js");
  const { pipelinesToCreate } = await import("../lib/verb/plan/creating-pipelines.js");
  const sweeps = sweepsToCreate(context);
  const pipelines = pipelinesToCreate(sweeps, context);
  yield* each(
    pipelines.from(sweeps.from(records)),
    isRun,
    async (record) => {
      if (hasPhase(record, "created")) return record;
      needs(record, "resolved", "lab-resolve");
      const { createOne } = await import("../lib/verb/plan/creating.js");
      await pipelines.write(record);
      await sweeps.write(record);
      return createOne(record, context);
    },
    context,
    { at_once: 64 },
  );
});
