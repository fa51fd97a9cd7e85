#!/usr/bin/env node
// lab-reconcile - learn from the scheduler how runs are and how they ended
import { command } from "../lib/command/command.js";
import { reconcilePass } from "../lib/verb/passes.js";
import { graces, namedRuns, notYours, statusOf } from "../lib/verb/runs.js";

export const spec = {
  name: "lab-reconcile",
  usage: ["[RUN…]"],
  options: {},
  columns: [{ key: "id", title: "run" }, "name", "state", "mode", "job", "message"],
  input: "runs",
  acts: true,
  optional: true,
  reads: ["run", "status"],
  writes: ["status"],
} as const;

export default command(spec, async function* (records, _, context) {
  const limits = await graces(context);
  const registry = await context.registry();
  let only: string[] | undefined;
  if (context.args.length > 0) {
    only = [];
    for await (const named of namedRuns(records, context)) {
      if ("other" in named) yield named.other;
      else if (named.run.owner === registry.uid) only.push(named.run.run.id);
      else yield notYours(named.run, limits, context);
    }
  }
  for await (const { run } of reconcilePass(context, only)) {
    yield { ...statusOf(run, Date.now(), limits), ...(context.dryRun ? { dry_run: true } : {}) };
  }
});
