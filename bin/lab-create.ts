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
  reads: ["run"],
  writes: ["run"],
} as const;

export default command(spec, (records, _, context) =>
  each(
    records,
    isRun,
    async (record) => {
      if (hasPhase(record, "created")) return record;
      needs(record, "resolved", "lab-resolve");
      const { createOne } = await import("../lib/verb/creating.js");
      return createOne(record, context);
    },
    context,
  ),
);
