#!/usr/bin/env node
// lab-compare - what differs between runs, and their metrics
import { command, type Spec } from "../lib/command/command.js";
import { compareRuns } from "../lib/verb/compare/comparing-runs.js";
import { comparisonView } from "../lib/verb/compare/comparison-view.js";

export const spec = {
  name: "lab-compare",
  usage: ["RUN RUN…", "< RUNS"],
  options: {
    metric: { type: "strings", value: "GLOB", help: "only metrics of this name" },
  },
  columns: ["runs", "fields", "metrics"],
  view: comparisonView,
  ids: ({ runs }) => (Array.isArray(runs) ? runs.map(({ id }) => String(id)) : []),
  input: "runs",
  reads: ["run", "status"],
  writes: ["comparison"],
} as const satisfies Spec;

export default command(spec, (records, { metric }, context) => compareRuns(records, metric, context));
