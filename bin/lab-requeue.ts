#!/usr/bin/env node
// lab-requeue - run again in place what is under way
import { command } from "../lib/command/command.js";
import { requeueAll } from "../lib/verb/send/requeuing.js";

export const spec = {
  name: "lab-requeue",
  usage: ["RUN…", "< RUNS"],
  options: {},
  columns: [{ key: "id", title: "run" }, "name", "state", "job", "message"],
  input: "runs",
  acts: true,
  reads: ["run", "status"],
  writes: ["status"],
} as const;

export default command(spec, (records, _, context) => requeueAll(records, context));
