// Runs to render, in the order in which they come. Points of sweeps are gathered until the end, since those that ask for the
// same become elements of one array.

import type { Context } from "../../command/context.js";
import { each, idOf } from "../../command/each.js";
import { isAnswered } from "../../record/claim.js";
import { fault, isFault, recordError } from "../../record/fault.js";
import { hasPhase, isRun } from "../../record/phase.js";
import type { Run } from "../../record/run.js";
import { needs } from "../phase.js";
import type { Group } from "./array-groups.js";
import type { Prepared } from "./rendering.js";

export interface HowToRender {
  /** All runs of one shape in one job, so many at a time; undefined is as they were rendered before. */
  one_job: number | undefined;
}

/** Renders each run and yields it grown by its submission. */
export async function* renderAll(
  records: AsyncIterable<unknown>,
  how: HowToRender,
  context: Context,
): AsyncGenerator<object> {
  if (how.one_job !== undefined && how.one_job < 1)
    throw fault("usage", `cannot run ${how.one_job} at a time`, { hint: "--one-job 4 runs four" });
  if (how.one_job !== undefined && (await context.scheduler()).arraySize === undefined)
    context.say(
      "this scheduler has no arrays to replace: --one-job changes nothing here (max_concurrent says how many at once)",
    );
  const gathered = new Map<object, Prepared>();
  const held: object[] = [];
  for await (const record of each(records, isRun, (run) => renderOne(run, gathered, context), context)) {
    // Order is kept: what comes after a run that waits for its array, waits with it.
    if (gathered.size === 0) yield record;
    else held.push(record);
  }
  const rendered = await renderGathered(gathered, how, context);
  for (const record of held) yield rendered.get(record) ?? record;
}

async function renderOne(run: Run, gathered: Map<object, Prepared>, context: Context): Promise<object> {
  if (hasPhase(run, "rendered")) return run;
  needs(run, "created", "lab-create");
  // What comes after the points of a sweep is told of them in its script's directory, when they have ended.
  if (isAnswered(run) || run.sweep?.aggregate) return run;
  const { prepare, renderPrepared } = await import("./rendering.js");
  const prepared = await prepare(run, context);
  if (!(await isElement(run, context))) return renderPrepared(prepared, context);
  const waits = { ...run };
  gathered.set(waits, prepared);
  return waits;
}

/** A point of a sweep, where the scheduler has arrays; these have no heterogeneous jobs. */
async function isElement(run: Run, context: Context): Promise<boolean> {
  const { sweep, resources } = run;
  if (sweep === undefined || sweep.aggregate === true) return false;
  if ((await context.scheduler()).arraySize === undefined) return false;
  if ((resources.components ?? []).length === 0) return true;
  if (await isLimited(run, context))
    throw fault("dataerr", "cannot limit how many points with components run at once: Slurm has no arrays of these", {
      hint: "leave max_concurrent and max_gpus out, or send fewer points at a time",
    });
  return false;
}

/** Whether its sweep, or it, says how many points may run at once: an array is told. */
async function isLimited(run: Run, context: Context): Promise<boolean> {
  const { sweepLimit } = await import("../../pass/sweep-limit.js");
  return sweepLimit(await context.registry(), run).sweep !== undefined;
}

/** What became of each of the records that waited. */
async function renderGathered(
  gathered: ReadonlyMap<object, Prepared>,
  { one_job }: HowToRender,
  context: Context,
): Promise<Map<object, object>> {
  const done = new Map<object, object>();
  if (gathered.size === 0) return done;
  const { groupByShape } = await import("./array-groups.js");
  for (const [at_once, alike] of await byOneJob(gathered, one_job, context)) {
    const most = at_once === undefined ? await arraySize(context) : Number.POSITIVE_INFINITY;
    for (const group of await groupByShape(alike, most, context)) {
      if (context.signal.aborted) return done;
      for (const [record, result] of await renderGroup(group, at_once, context)) done.set(record, result);
    }
  }
  return done;
}

/** Those that are to be in one job, by how many at a time; what is sent again goes as it was asked for before. */
async function byOneJob(
  gathered: ReadonlyMap<object, Prepared>,
  one_job: number | undefined,
  context: Context,
): Promise<Map<number | undefined, Group>> {
  if (one_job !== undefined) return new Map([[one_job, [...gathered]]]);
  const { askedBefore } = await import("./one-job.js");
  const before = askedBefore(await context.registry());
  const groups = new Map<number | undefined, Group>();
  for (const [record, prepared] of gathered) {
    const at_once = before(prepared);
    const group = groups.get(at_once);
    if (group) group.push([record, prepared]);
    else groups.set(at_once, [[record, prepared]]);
  }
  return groups;
}

async function arraySize(context: Context): Promise<number> {
  const scheduler = await context.scheduler();
  try {
    return (await scheduler.arraySize?.()) ?? 1;
  } catch (error) {
    if (!isFault(error)) throw error;
    context.say(`${error.message}; arrays get at most ${usualSize} elements`);
    return usualSize;
  }
}

/** What Slurm allows where nobody has changed it. */
const usualSize = 1001;

/**
 * One that is alone is a job of its own, unless it is to be counted with the others of its sweep; what fails for an array,
 * fails for all of its elements.
 */
async function renderGroup(group: Group, one_job: number | undefined, context: Context): Promise<[object, object][]> {
  const [first] = group;
  try {
    if (group.length === 1 && first && !(await isLimited(first[1].run, context))) {
      const { renderPrepared } = await import("./rendering.js");
      return [[first[0], await renderPrepared(first[1], context)]];
    }
    const { writeGroup } = await import("./write-array.js");
    const runs = await writeGroup(
      group.map(([, prepared]) => prepared),
      one_job,
      context,
    );
    return group.map(([record], i) => [record, runs[i] ?? record]);
  } catch (error) {
    if (!isFault(error)) throw error;
    return group.map(([record]) => {
      context.report(idOf(record), error);
      return [record, { ...record, error: recordError(error) }];
    });
  }
}
