#!/usr/bin/env node
// lab-forget - give lost runs up
import { command } from "../lib/command/command.js";
import { forgetAll } from "../lib/verb/forgetting.js";

export const spec = {
  name: "lab-forget",
  usage: ["RUN…", "< RUNS"],
  options: {
    reason: { type: "string", value: "TEXT", help: "why, for whoever looks at it later" },
    force: { type: "boolean", help: "also a run that may still come back: submitted, or in a state that is not known" },
  },
  columns: [{ key: "id", title: "run" }, "name", "state", "message"],
  input: "runs",
  acts: true,
  reads: ["run", "status"],
  writes: ["status"],
} as const;

export default command(spec, (records, { reason, force }, context) => forgetAll(records, { reason, force }, context));
