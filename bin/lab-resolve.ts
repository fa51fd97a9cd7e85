#!/usr/bin/env node
// lab-resolve - fix inputs, output paths and the cache key of runs
import { command, each } from "../lib/command/command.js";
import { hasPhase, isRun } from "../lib/record/phase.js";
import { needs } from "../lib/verb/phase.js";
import { estimateView } from "../lib/verb/plan/estimate-view.js";

export const spec = {
  name: "lab-resolve",
  usage: ["< RUNS"],
  options: {
    explain: { type: "boolean", help: "only say how the number of GPUs was estimated" },
  },
  columns: [{ key: "id", title: "run" }, "name", "phase", { key: "key.digest", title: "key" }],
  input: "records",
  acts: true,
  reads: ["run"],
  view: estimateView,
  viewWith: "explain",
  writes: ["run", "estimate"],
} as const;

export default command(spec, (records, { explain }, context) =>
  each(
    records,
    isRun,
    async (run) => {
      if (explain) return (await import("../lib/verb/plan/explaining-estimate.js")).estimateOf(run);
      if (hasPhase(run, "resolved")) return run;
      needs(run, "snapshotted", "lab-snapshot");
      const { resolveRun } = await import("../lib/verb/plan/resolving.js");
      return { ...(await resolveRun(run, context)), ...(context.dryRun ? { dry_run: true } : {}) };
    },
    context,
  ),
);
