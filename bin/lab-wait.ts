#!/usr/bin/env node
// lab-wait - wait until runs have ended
import { command } from "../lib/command/command.js";
import { waitFor } from "../lib/verb/waiting.js";

export const spec = {
  name: "lab-wait",
  usage: ["RUN…", "< RUNS"],
  options: {
    timeout: { type: "duration", short: "t", value: "TIME", help: "give up after this long, with exit status 75" },
    patience: {
      type: "duration",
      value: "TIME",
      default: "10m",
      help: "how long the scheduler may be out of reach before the wait ends with 69",
    },
    "no-pass": { type: "boolean", help: "only look: somebody else reconciles" },
  },
  columns: [
    { key: "id", title: "run" },
    "name",
    "state",
    { key: "mode", spare: true },
    { key: "elapsed_s", title: "ran" },
    "message",
  ],
  input: "runs",
  reads: ["run", "status"],
  writes: ["status"],
} as const;

export default command(spec, (records, options, context) =>
  waitFor(records, { timeout_s: options.timeout, patience_s: options.patience, passes: !options["no-pass"] }, context),
);
