#!/usr/bin/env node
// lab-tend - run the commands of a table when they are due
import { command } from "../lib/command/command.js";
import { settingsOf } from "../lib/verb/agent/handed-on.js";
import { tend } from "../lib/verb/agent/tending.js";

export const spec = {
  name: "lab-tend",
  usage: ["TABLE"],
  options: {
    loop: { type: "boolean", help: "go on until it is stopped" },
    due: { type: "boolean", help: "one pass, of what is due only, for a timer" },
  },
  columns: ["name", "ok", "message"],
  input: "none",
  args: [1, 1],
  acts: true,
  writes: ["check"],
} as const;

export default command(spec, (_, options, context) =>
  tend(context.args[0] ?? "-", options, settingsOf(options, context), context),
);
