#!/usr/bin/env node
// lab-cancel - end runs
import { command } from "../lib/command/command.js";
import { cancelAll } from "../lib/verb/cancelling.js";

export const spec = {
  name: "lab-cancel",
  usage: ["RUN…", "< RUNS"],
  options: {
    "keep-followers": { type: "boolean", help: "let one's own runs that follow it take over" },
    reason: { type: "string", value: "TEXT", help: "why, for whoever looks at it later" },
  },
  columns: [{ key: "id", title: "run" }, "name", "state", "job", "message"],
  input: "runs",
  acts: true,
  reads: ["run", "status"],
  writes: ["status"],
} as const;

export default command(spec, (records, options, context) =>
  cancelAll(records, { reason: options.reason, keep: options["keep-followers"] === true }, context),
);
