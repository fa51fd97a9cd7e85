#!/usr/bin/env node
// lab-sweep-status - how sweeps are doing
import { command } from "../lib/command/command.js";
import { fault } from "../lib/record/fault.js";
import { goalOf } from "../lib/record/goal.js";
import { listedSweeps, sweepStatuses } from "../lib/verb/sweep/sweep-status.js";
import { sweepStatusView } from "../lib/verb/sweep/sweep-status-view.js";

export const spec = {
  name: "lab-sweep-status",
  usage: ["[SWEEP…]"],
  options: {
    metric: {
      type: "string",
      value: "METRIC",
      help: "the best of each point, and which is best of all: METRIC[:min|:max]",
    },
    list: { type: "boolean", help: "list your sweeps, the newest first" },
    all: { type: "boolean", short: "a", help: "with --list, everybody's" },
  },
  whole: sweepStatusView,
  columns: ["id", "name", "user", "planned_at", "of", "counts"],
  input: "none",
  args: [0, Number.POSITIVE_INFINITY],
  writes: ["sweep-status"],
} as const;

export default command(spec, async function* (_, { metric, list, all }, context) {
  if (list) {
    if (context.args.length > 0 || metric !== undefined)
      throw fault("usage", "--list takes no sweep and no --metric", { hint: "lab sweep status SWEEP tells of one" });
    yield* listedSweeps(all, context);
  } else yield* sweepStatuses(context.args, metric === undefined ? undefined : goalOf(metric), context);
});
