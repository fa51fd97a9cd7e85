#!/usr/bin/env node
// lab-pipeline-status - how pipelines are doing
import { command } from "../lib/command/command.js";
import { fault } from "../lib/record/fault.js";
import { listedPipelines, pipelineStatuses, runsOfPipelines } from "../lib/verb/pipeline/pipeline-status.js";
import { pipelineView } from "../lib/verb/pipeline/pipeline-view.js";

export const spec = {
  name: "lab-pipeline-status",
  usage: ["[PIPELINE…]", "- < PLANS"],
  options: {
    runs: { type: "boolean", help: "a record for each of its runs: for lab-cancel, lab-wait, lab-why" },
    dot: { type: "boolean", help: "as a graph for Graphviz" },
    mermaid: { type: "boolean", help: "as a flowchart for Mermaid" },
    list: { type: "boolean", help: "list your pipelines, the newest first" },
    all: { type: "boolean", short: "a", help: "with --list, everybody's" },
  },
  whole: pipelineView,
  plainWith: ["dot", "mermaid"],
  columns: ["id", "name", "user", "planned_at", "of", "counts"],
  input: "runs",
  optional: true,
  reads: ["pipeline", "run"],
  writes: ["pipeline-status", "status"],
} as const;

export default command(spec, async function* (records, { runs, dot, mermaid, list, all }, context) {
  if ([runs, dot, mermaid, list].filter(Boolean).length > 1)
    throw fault("usage", "--runs, --dot, --mermaid and --list exclude each other");
  const { args } = context;
  if (args.length === 1 && args[0] === "-") {
    const { plannedStatuses } = await import("../lib/verb/pipeline/pipeline-plan.js");
    yield* plannedStatuses(records, context);
  } else if (list) {
    if (args.length > 0) throw fault("usage", "--list takes no pipeline", { hint: "lab pipeline show PIPELINE" });
    yield* listedPipelines(all, context);
  } else yield* runs ? runsOfPipelines(args, context) : pipelineStatuses(args, context);
});
