#!/usr/bin/env node
// lab-resolve - fix inputs, output paths and the cache key of runs
import { command, each } from "../lib/command/command.js";
import { hasPhase, isRun } from "../lib/record/phase.js";
import { needs } from "../lib/verb/phase.js";

export const spec = {
  name: "lab-resolve",
  usage: ["< RUNS"],
  options: {},
  columns: [{ key: "id", title: "run" }, "name", "phase", { key: "key.digest", title: "key" }],
  input: "records",
  acts: true,
  reads: ["run"],
  writes: ["run"],
} as const;

export default command(spec, (records, _, context) =>
  each(
    records,
    isRun,
    async (run) => {
      if (hasPhase(run, "resolved")) return run;
      needs(run, "snapshotted", "lab-snapshot");
      const { resolveRun } = await import("../lib/verb/resolving.js");
      return { ...(await resolveRun(run, context)), ...(context.dryRun ? { dry_run: true } : {}) };
    },
    context,
  ),
);
