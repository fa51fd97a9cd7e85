#!/usr/bin/env node
// lab-show - everything about a run
import { command } from "../lib/command/command.js";
import { cardOf } from "../lib/verb/card.js";
import { graces, namedRuns } from "../lib/verb/runs.js";
import { wholeRun } from "../lib/verb/showing.js";

export const spec = {
  name: "lab-show",
  usage: ["RUN…", "< RUNS"],
  options: {},
  columns: ["id", "name", "state", "mode", "message"],
  view: cardOf,
  input: "runs",
  reads: ["run", "status"],
  writes: ["run"],
} as const;

export default command(spec, async function* (records, _, context) {
  const limits = await graces(context);
  for await (const named of namedRuns(records, context)) {
    yield "other" in named ? named.other : await wholeRun(named.run, context, limits);
  }
});
