#!/usr/bin/env node
// lab-evald - plan the evaluations that policies ask for
import { command } from "../lib/command/command.js";
import { evaluate } from "../lib/verb/policy/evaluating.js";

export const spec = {
  name: "lab-evald",
  usage: ["[POLICY|DIRECTORY…]"],
  options: {
    users: {
      type: "strings",
      value: "USER",
      help: "whose artifacts (default yours): alice,bob; * and ? stand for others",
    },
    again: { type: "boolean", help: "evaluate also what was evaluated before, or given up" },
    explain: { type: "boolean", help: "only say of each artifact why it is evaluated now, or why not" },
  },
  columns: [
    // Plans, and with --explain verdicts: the policy is where each has it.
    { key: "policy", seldom: true },
    { key: "evaluates.policy", title: "policy", seldom: true },
    { key: "id", title: "id" },
    "name",
    { key: "evaluates.artifact", title: "artifact", seldom: true },
    { key: "role", seldom: true },
    { key: "step", seldom: true },
    { key: "why", seldom: true },
    { key: "message", seldom: true },
    { key: "evaluation", spare: true, seldom: true },
  ],
  input: "none",
  args: [0, Number.POSITIVE_INFINITY],
  acts: true,
  writes: ["run", "verdict"],
} as const;

export default command(spec, (_, options, context) => evaluate(options, context));
