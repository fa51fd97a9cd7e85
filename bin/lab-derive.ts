#!/usr/bin/env node
// lab-derive - metrics that a command makes of runs
import { command } from "../lib/command/command.js";
import { deriveAll } from "../lib/verb/deriving.js";

export const spec = {
  name: "lab-derive",
  usage: ["--name NAME --command COMMAND RUN…", "--name NAME --command COMMAND < RUNS"],
  options: {
    name: { type: "string", value: "NAME", help: "what it is called" },
    command: { type: "string", value: "COMMAND", help: "for sh: metrics on stdin, metrics on stdout" },
    file: { type: "strings", value: "FILE", help: "a file that belongs to it, which it finds where it runs" },
    timeout: { type: "duration", value: "TIME", default: "10m", help: "how long it may take for a run" },
    recompute: { type: "boolean", help: "also where it is there already" },
  },
  columns: ["run", "name", "generation", "points", "kept", "metrics"],
  input: "runs",
  acts: true,
  reads: ["run", "status"],
  writes: ["derived"],
} as const;

export default command(spec, (records, options, context) => deriveAll(records, options, context));
