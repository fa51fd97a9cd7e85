#!/usr/bin/env node
// lab-policies - how policies stand
import { command } from "../lib/command/command.js";
import { listPolicies } from "../lib/verb/policy/policy-list.js";

export const spec = {
  name: "lab-policies",
  usage: ["[POLICY|DIRECTORY…]"],
  options: {
    users: {
      type: "strings",
      value: "USER",
      help: "whose artifacts (default yours): alice,bob; * and ? stand for others",
    },
  },
  columns: [
    { key: "id", title: "policy" },
    { key: "recipe", spare: true },
    { key: "applies", format: "number" },
    { key: "evaluated", format: "number" },
    { key: "pending", format: "number" },
    { key: "due", format: "number" },
    { key: "exhausted", title: "given up", format: "number" },
    { key: "last_fired_at", title: "fired", format: "age" },
    { key: "metric", spare: true },
    { key: "last", format: "number" },
    "trend",
  ],
  input: "none",
  args: [0, Number.POSITIVE_INFINITY],
  writes: ["policy"],
} as const;

export default command(spec, (_, { users }, context) => listPolicies(users, context));
