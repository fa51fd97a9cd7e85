#!/usr/bin/env node
// lab-render-sbatch - write the job scripts of runs
import { command } from "../lib/command/command.js";
import { renderAll } from "../lib/verb/send/rendering-arrays.js";

export const spec = {
  name: "lab-render-sbatch",
  usage: ["< RUNS"],
  options: {
    "one-job": { type: "integer", value: "K", help: "points of a sweep in one job, K at a time, not in an array" },
  },
  columns: [{ key: "id", title: "run" }, "name", "phase", { key: "submission.script", title: "script" }],
  input: "records",
  acts: true,
  reads: ["run"],
  writes: ["run"],
} as const;

export default command(spec, (records, options, context) =>
  renderAll(records, { one_job: options["one-job"] }, context),
);
