#!/usr/bin/env node
// lab-diff - what differs between two runs, with their sources
import { command, type Spec } from "../lib/command/command.js";
import { diffRuns } from "../lib/verb/compare/comparing-runs.js";
import { diffView } from "../lib/verb/compare/diff-view.js";

export const spec = {
  name: "lab-diff",
  usage: ["A B", "< RUNS"],
  options: {},
  columns: ["runs", "fields", "metrics"],
  view: diffView,
  ids: ({ runs }) => (Array.isArray(runs) ? runs.map(({ id }) => String(id)) : []),
  input: "runs",
  reads: ["run", "status"],
  writes: ["comparison"],
} as const satisfies Spec;

export default command(spec, (records, _, context) => diffRuns(records, context));
