#!/usr/bin/env node
// lab-advance - let runs that wait for others go on
import { command } from "../lib/command/command.js";
import { graces, grown, namedRuns, notYours, statusOf } from "../lib/verb/runs.js";
import { advancePass } from "../lib/verb/send/advancing.js";

export const spec = {
  name: "lab-advance",
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
  const { uid } = await context.registry();
  let given: Map<string, Record<string, unknown> | undefined> | undefined;
  if (context.args.length > 0) {
    given = new Map();
    for await (const named of namedRuns(records, context)) {
      if ("other" in named) yield named.other;
      else if (named.run.owner === uid) given.set(named.run.run.id, named.record);
      else yield notYours(named.run, limits, context);
    }
  }
  for await (const run of advancePass(context, given && [...given.keys()])) {
    const record = given?.get(run.run.id);
    given?.delete(run.run.id);
    const status = grown(record, statusOf(run, Date.now(), limits));
    yield { ...status, ...(context.dryRun ? { dry_run: true } : {}) };
  }
  for (const record of given?.values() ?? []) if (record) yield record;
});
