// What is missing of a sweep: the runs of points that were never made, with the ids and the source that they were to have, and
// those that were made and never sent.
import type { Context } from "../../command/context.js";
import { fault } from "../../record/fault.js";
import type { Run } from "../../record/run.js";
import { sourceSettings } from "../../record/run-source.js";
import type { Sweep } from "../../record/sweep.js";
import { openRun } from "../../registry/runs.js";
import { findSweep } from "../../registry/sweeps.js";
import { pointRun } from "../plan/expanding.js";
import { decisionOf } from "../send/caching.js";
import { rowsOf } from "./sweep-status.js";

/** Each sweep that is named, and then those of its runs with which the pipe is to go on. Throws noinput, noperm. */
export async function* resumedSweeps(context: Context): AsyncGenerator<object> {
  const registry = await context.registry();
  for (const ref of context.args) {
    const sweep = findSweep(registry, ref);
    if (sweep.user !== registry.user) throw fault("noperm", `the sweep ${sweep.id} is ${sweep.user}'s, not yours`);
    const runs = await missingOf(sweep, context);
    context.say(
      runs.length === 0
        ? `${sweep.id}: nothing is missing`
        : `${sweep.id}: ${runs.length} of ${sweep.of} points are to be run yet`,
    );
    if (runs.length === 0) continue;
    const more = context.dryRun ? { dry_run: true } : {};
    yield { ...sweep, ...more };
    for (const run of runs) yield { ...run, ...more };
  }
}

/** Its runs that were never made, or made and never sent. */
export async function missingOf(sweep: Sweep, context: Context): Promise<Run[]> {
  const { plan, source, recipe, points = [], aggregate } = sweep;
  if (!plan || !source)
    throw fault("dataerr", `the file of the sweep ${sweep.id} does not say what its runs were made of`);
  const registry = await context.registry();
  const rows = await rowsOf(sweep, context);
  const base = { ...plan, recipe, source, phase: "snapshotted" } as unknown as Run;
  const found: Run[] = [];
  const add = (id: string, made: () => Run) => {
    const row = rows.get(id);
    if (row === undefined) found.push(made());
    else if (row.status.state === "planned") {
      const disk = openRun(registry, sweep.user, id);
      if (disk) found.push({ ...disk.run, ...decisionOf(disk) });
    }
  };
  for (const line of points) add(line.run, () => ofPlan(pointRun(base, line, points.length), line.own));
  if (aggregate?.plan) add(aggregate.run, () => withSource(aggregate.plan as Run, source));
  return found;
}

/** A point that has a source of its own needs a snapshot of its own, which is taken now. */
function ofPlan(run: Run, own: Record<string, unknown> = {}): Run {
  if (own["source"] === undefined) return run;
  return { ...run, phase: "planned", source: sourceSettings(run.source) };
}

/** The snapshot of the points is that of what comes after them, where it is of the same tree. */
function withSource(run: Run, taken: Run["source"]): Run {
  const parts = ({ kind, root, paths, ignore, include }: Run["source"]) =>
    JSON.stringify([kind, root, paths, ignore, include]);
  return parts(run.source) === parts(taken) ? { ...run, source: taken, phase: "snapshotted" } : run;
}
