#!/usr/bin/env node
// lab-log - the log of a run
import { command } from "../lib/command/command.js";
import { lineView, readLogs } from "../lib/verb/show/log-reading.js";

export const spec = {
  name: "lab-log",
  usage: ["RUN…", "< RUNS"],
  options: {
    follow: { type: "boolean", short: "f", help: "go on as it grows, until the run has ended" },
    lines: { type: "string", short: "n", value: "N", default: "200", help: "the last N lines of each file, or `all`" },
    attempt: { type: "integer", value: "N", help: "only this attempt" },
    source: {
      type: "string",
      value: "WHICH",
      default: "both",
      choices: ["both", "job", "scheduler"],
      help: "the job's own log, the scheduler's words, or both",
    },
    text: { type: "boolean", help: "the lines as they are, also into a pipe" },
  },
  columns: ["text"],
  view: lineView(),
  plainWith: "text",
  input: "runs",
  reads: ["run", "status"],
  writes: ["line"],
} as const;

export default command(spec, (records, options, context) => readLogs(records, options, context));
