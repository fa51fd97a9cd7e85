#!/usr/bin/env node
// lab-annotate - write down what runs have shown
import { command } from "../lib/command/command.js";
import { annotate } from "../lib/verb/notes/annotating.js";

export const spec = {
  name: "lab-annotate",
  usage: ["RUN TEXT…", "- TEXT… < RUNS"],
  options: {
    lesson: { type: "string", value: "TEXT", help: "what was learned" },
    next: { type: "string", value: "TEXT", help: "what to do next" },
    outcome: {
      type: "string",
      value: "WORD",
      choices: ["validates", "refutes", "inconclusive", "partial"],
      help: "what it has shown of its hypothesis",
    },
    tag: { type: "strings", value: "TAG", help: "what the note is about" },
  },
  columns: ["run", "author", "outcome", "text", "lesson", "next"],
  input: "runs",
  acts: true,
  reads: ["run", "status"],
  writes: ["note"],
} as const;

export default command(spec, (records, options, context) => annotate(records, options, context));
