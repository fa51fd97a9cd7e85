#!/usr/bin/env node
// lab-metrics - the metrics of runs
import { command } from "../lib/command/command.js";
import { measure } from "../lib/verb/metrics/measuring.js";
import { metricTable } from "../lib/verb/metrics/metric-table.js";

export const spec = {
  name: "lab-metrics",
  usage: ["RUN…", "< RUNS"],
  options: {
    name: { type: "strings", value: "GLOB", help: "only metrics of this name" },
    last: { type: "boolean", help: "only the last value of each" },
    best: { type: "strings", value: "METRIC", help: "only the best value of METRIC, or METRIC:min" },
    all: { type: "boolean", help: "on a terminal every value: a row for each step" },
    downsample: { type: "integer", value: "N", help: "at most N values of each, which look like all" },
  },
  gather: metricTable,
  columns: ["run", "name", "step", { key: "value", format: "number" }, "at", "attempt"],
  input: "runs",
  reads: ["run", "status"],
  writes: ["metric"],
} as const;

export default command(spec, (records, options, context) => measure(records, options, context));
