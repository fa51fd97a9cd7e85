#!/usr/bin/env node
// lab-show - everything about a run or an artifact
import { command } from "../lib/command/command.js";
import { cardOf } from "../lib/verb/show/card.js";
import { shown } from "../lib/verb/show/shown.js";

export const spec = {
  name: "lab-show",
  usage: ["WHAT…", "< RECORDS"],
  options: {},
  columns: ["id", "name", "state", "mode", "message"],
  view: cardOf,
  input: "runs",
  reads: ["run", "status", "artifact"],
  writes: ["run", "artifact"],
} as const;

export default command(spec, (records, _, context) => shown(records, context));
