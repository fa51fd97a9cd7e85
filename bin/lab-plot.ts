#!/usr/bin/env node
// lab-plot - curves of metrics in the terminal
import { command } from "../lib/command/command.js";
import { plotter } from "../lib/verb/metrics/plotting.js";

const plot = plotter();

export const spec = {
  name: "lab-plot",
  usage: ["RUN…", "< RUNS or METRICS"],
  options: {
    name: { type: "strings", value: "GLOB", help: "only metrics of this name" },
    x: {
      type: "string",
      value: "WHICH",
      default: "step",
      choices: ["step", "time", "relative"],
      help: "along the step, the time of day, or the time since the run's first value",
    },
    "log-x": { type: "boolean", help: "a logarithmic axis of x" },
    "log-y": { type: "boolean", help: "a logarithmic axis of y" },
    smooth: { type: "string", value: "WEIGHT", help: "an exponential moving average, as TensorBoard's: 0.6, 0.99" },
    together: { type: "boolean", help: "all metrics in one drawing" },
    width: { type: "integer", value: "N", help: "columns (default: the terminal's, else 80)" },
    height: { type: "integer", value: "N", help: "rows of each drawing" },
  },
  gather: plot.gather,
  drawn: true,
  columns: ["run", "name", "step", { key: "value", format: "number" }, "at", "attempt"],
  input: "runs",
  reads: ["run", "status", "metric"],
  writes: ["metric"],
} as const;

export default command(spec, (records, options, context) => plot.metrics(records, options, context));
