#!/usr/bin/env node
// lab-cache - reuse results, follow runs under way, claim the rest
import { command, each } from "../lib/command/command.js";
import { hasPhase, isRun } from "../lib/record/phase.js";
import { needs } from "../lib/verb/phase.js";
import { tellingOfPoints } from "../lib/verb/send/answered-points.js";

export const spec = {
  name: "lab-cache",
  usage: ["< RUNS"],
  options: {},
  columns: [
    { key: "id", title: "run" },
    "name",
    { key: "decision.decision", title: "decision" },
    { key: "decision.leader", title: "answered by" },
  ],
  input: "records",
  acts: true,
  reads: ["run"],
  writes: ["run"],
} as const;

export default command(spec, (records, _, context) =>
  tellingOfPoints(
    each(
      records,
      isRun,
      async (run) => {
        if (hasPhase(run, "cached")) return run;
        needs(run, "created", "lab-create");
        const { cacheRun } = await import("../lib/verb/send/caching.js");
        return cacheRun(run, context);
      },
      context,
      { at_once: 64 },
    ),
    context.say,
  ),
);
