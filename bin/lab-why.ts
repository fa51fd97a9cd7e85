#!/usr/bin/env node
import { command } from "../lib/command/command.js";
import { graces, namedRuns } from "../lib/verb/runs.js";
// lab-why - why a run is pending, or failed
import { explainRun } from "../lib/verb/show/explaining.js";
import { reasonView } from "../lib/verb/show/reason-view.js";

export const spec = {
  name: "lab-why",
  usage: ["RUN…", "< RUNS"],
  options: {},
  columns: ["run", "state", "mode", "message"],
  view: reasonView,
  input: "runs",
  reads: ["run", "status"],
  writes: ["reason"],
} as const;

export default command(spec, async function* (records, _, context) {
  const limits = await graces(context);
  for await (const named of namedRuns(records, context)) {
    yield "other" in named ? named.other : await explainRun(named.run, limits, context);
  }
});
