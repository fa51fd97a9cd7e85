#!/usr/bin/env node
// lab-submit - give runs to the scheduler
import { command } from "../lib/command/command.js";
import { submitAll } from "../lib/verb/send/submitting.js";

export const spec = {
  name: "lab-submit",
  usage: ["< RUNS", "RUN…"],
  options: {
    patience: {
      type: "duration",
      value: "TIME",
      default: "20s",
      help: "how long to look for a job whose submission timed out",
    },
  },
  columns: [
    { key: "id", title: "run" },
    "name",
    { key: "job.id", title: "job" },
    "state",
    { key: "run_dir", title: "directory" },
  ],
  input: "runs",
  acts: true,
  reads: ["run"],
  writes: ["run"],
} as const;

export default command(spec, (records, options, context) => submitAll(records, options.patience, context));
