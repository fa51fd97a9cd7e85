#!/usr/bin/env node
// lab-throttle - hold what is too much at once, and let it go later
import { command } from "../lib/command/command.js";
import { throttle } from "../lib/verb/policy/throttling.js";

export const spec = {
  name: "lab-throttle",
  usage: ["[POLICY|DIRECTORY…]", "--name NAME --max N"],
  options: {
    name: { type: "strings", value: "NAME", help: "the runs of this name (* and ? stand for others), with --max" },
    recipe: {
      type: "strings",
      value: "PATH",
      help: "the runs of this recipe file (* and ? stand for others), with --max",
    },
    max: { type: "integer", value: "N", help: "at most so many at once, whatever policies say" },
    order: {
      type: "string",
      value: "WHICH",
      default: "oldest",
      choices: ["oldest", "newest"],
      help: "which go first: oldest or newest",
    },
    release: { type: "boolean", help: "let everything go that is held by this command" },
  },
  columns: [
    "job",
    "name",
    { key: "run", spare: true },
    "state",
    "rule",
    { key: "max_concurrent", title: "max", format: "number" },
  ],
  input: "none",
  args: [0, Number.POSITIVE_INFINITY],
  acts: true,
  writes: ["hold"],
} as const;

export default command(spec, (_, options, context) => throttle(options, context));
