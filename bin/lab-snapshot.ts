#!/usr/bin/env node
// lab-snapshot - keep the source of runs, once per distinct tree
import { command, each } from "../lib/command/command.js";
import { hasPhase, isRun } from "../lib/record/phase.js";
import { needsPoints } from "../lib/verb/phase.js";

export const spec = {
  name: "lab-snapshot",
  usage: ["< RUNS"],
  options: {},
  columns: [
    { key: "id", title: "run" },
    "name",
    "phase",
    { key: "source.digest", title: "digest" },
    { key: "source.files", title: "files", format: "number" },
    { key: "source.bytes", title: "size" },
  ],
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
      needsPoints(run);
      if (hasPhase(run, "snapshotted")) return run;
      const { snapshotOf } = await import("../lib/verb/plan/snapshotting.js");
      const source = {
        ...run.source,
        ...(await snapshotOf(run.source, context.dryRun || run.dry_run === true, context)),
      };
      return { ...run, phase: "snapshotted", source, ...(context.dryRun ? { dry_run: true } : {}) };
    },
    context,
  ),
);
