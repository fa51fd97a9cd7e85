#!/usr/bin/env node
// lab-worker - run the jobs of the local scheduler
import { command } from "../lib/command/command.js";
import { work } from "../lib/verb/working.js";

export const spec = {
  name: "lab-worker",
  usage: [""],
  options: {
    idle: {
      type: "duration",
      value: "TIME",
      help: "leave after so long without a job (default: [local] idle, else 1m)",
    },
  },
  columns: ["name", "message"],
  input: "none",
  writes: ["check"],
} as const;

export default command(spec, (_, { idle }, context) => work(idle, context));
