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
    html: { type: "string", value: "FILE", help: "also write it as one page that opens offline" },
    x: { type: "string", value: "AXIS", help: "of its charts: step (default), time or relative" },
    smooth: { type: "string", value: "WEIGHT", help: "of its curves an exponential moving average: 0.6, 0.99" },
    fold: { type: "string", value: "FIELD", help: "one mean for the runs of one value, or seeds" },
    colour: { type: "string", value: "FIELD", help: "colour its curves by this field" },
  },
  columns: ["runs", "fields", "metrics"],
  view: comparisonView,
  ids: ({ runs }) => (Array.isArray(runs) ? runs.map(({ id }) => String(id)) : []),
  input: "runs",
  reads: ["run", "status"],
  writes: ["comparison"],
} as const satisfies Spec;

export default command(spec, (records, { metric, html, ...looks }, context) =>
  compareRuns(records, metric, html === undefined ? undefined : { file: html, ...looks }, context),
);
