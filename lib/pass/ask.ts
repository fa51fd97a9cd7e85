// What a pass asks the scheduler beyond its queue: interrupted submissions, jobs that have left it, what their steps say.
import { sharesItsJob } from "../record/counted.js";
import type { JobView } from "../record/facts.js";
import { type Fault, isFault } from "../record/fault.js";
import { timestamp } from "../record/units.js";
import type { RunOnDisk } from "../registry/facts.js";
import { openRun } from "../registry/runs.js";
import { writeReceipt, writerAlive } from "../registry/submissions.js";
import type { JobQuery, Queue, SoughtRun } from "../scheduler/scheduler.js";
import { acknowledgePart, foundJobs, lastArray, soughtFor } from "./lost-parts.js";
import { rowIn } from "./memory.js";
import { ownView, queryOf } from "./own-job.js";
import type { Pass } from "./reconcile.js";

/** A run that a pass looks at. */
export interface Looked {
  run: RunOnDisk;
  job: string | undefined;
  /** What is seen of the job now; undefined until somebody knows it. */
  view: JobView | undefined;
  /** Its row in the queue, unless it has ended. */
  row: string | undefined;
  /** Nobody can say now: leave everything as it is. */
  hold: boolean;
}

/** A run and what the queue says of its job. */
export function lookedAt(pass: Pass, run: RunOnDisk, job: string | undefined, queue: Queue): Looked {
  const view = job === undefined ? undefined : ownView(queue, queryOf(run, job, pass.registry.id));
  const row = view && view.phase !== "ended" ? rowIn(queue, view.job) : undefined;
  return { run, job, view, row, hold: false };
}

/** Submissions that were interrupted between intent and receipt: the scheduler may have the job all the same. */
export async function findLost(pass: Pass, looked: Looked[], queue: Queue): Promise<Fault | undefined> {
  const missing = looked.filter(({ run, job }) => job === undefined && lastIntent(run) && !lastIntent(run)?.void);
  for (const item of missing)
    item.hold = writerAlive(lastIntent(item.run) as NonNullable<ReturnType<typeof lastIntent>>) === true;
  const asked = missing.filter(({ hold }) => !hold);
  if (asked.length === 0) return undefined;
  // The elements of one part have one job.
  const sought = new Map<string, SoughtRun>();
  for (const { run } of asked) {
    const one = soughtFor(run, pass.registry);
    sought.set(`${one.run} ${one.part}`, one);
  }
  const found = await answer(asked, () => pass.scheduler.find(pass.registry.id, [...sought.values()]));
  if (isFault(found)) return found;
  const jobs = foundJobs(found, pass.registry);
  for (const item of asked) {
    const view = jobs(item.run);
    if (!view) continue;
    const seen = lookedAt(pass, item.run, view.job, queue);
    Object.assign(item, seen, { view: seen.view ?? view });
    if (!pass.dry && !guarded(pass, item.run.run.id, () => acknowledge(pass, item, view.job))) item.hold = true;
  }
  return undefined;
}

/** What the scheduler answers. Where it cannot be asked nothing can be said of `items` now, and the fault comes back. */
async function answer<T>(items: Looked[], ask: () => Promise<T>): Promise<T | Fault> {
  try {
    return await ask();
  } catch (error) {
    if (!isFault(error) || error.code !== "unavailable") throw error;
    for (const item of items) item.hold = true;
    return error;
  }
}

/** The receipt that the interrupted submission could not write any more. */
function acknowledge(pass: Pass, item: Looked, job: string): true {
  const submission = lastIntent(item.run)?.submission ?? 1;
  const run = item.run.run.id;
  const at = timestamp(pass.now);
  const array = lastArray(item.run);
  if (array) acknowledgePart(pass, item.run, array, job);
  else
    writeReceipt(pass.registry, item.run.dir, {
      type: "receipt",
      v: 1,
      run,
      submission,
      scheduler: pass.scheduler.kind,
      job,
      found: true,
      at,
    });
  item.run = openRun(pass.registry, pass.registry.user, run) ?? item.run;
  return true;
}

/**
 * A wish to cancel that did not reach the scheduler when it was written down: its job was not known yet, or it was out of
 * reach. A job that runs others, too, is left alone.
 */
export async function cancelUnwanted(pass: Pass, looked: Looked[]): Promise<void> {
  const alive = looked.filter(
    ({ run: { facts }, view }) =>
      facts.cancel && (view?.phase === "pending" || view?.phase === "running") && !sharesItsJob(facts),
  );
  if (alive.length > 0 && !pass.dry) await pass.scheduler.cancel(alive.map(({ job }) => job as string));
}

export function lastIntent({ facts }: RunOnDisk) {
  return facts.submissions.filter(({ intent }) => intent).at(-1)?.intent;
}

export async function askAccounting(pass: Pass, looked: Looked[]): Promise<Fault | undefined> {
  const gone = looked.filter(({ job, view }) => job !== undefined && view === undefined);
  if (gone.length === 0) return undefined;
  const rows = await answer(gone, () => pass.scheduler.accounting(gone.map((item) => query(pass, item))));
  if (isFault(rows)) return rows;
  for (const item of gone) item.view = rows?.get(item.job as string);
  return undefined;
}

/** Steps' states and memory, once, for those that are about to settle. What a failure was, only its steps may tell. */
export async function askDetails(pass: Pass, looked: Looked[]): Promise<Fault | undefined> {
  const ending = looked.filter(({ view, hold }) => !hold && view?.phase === "ended" && view.steps === undefined);
  if (ending.length === 0) return undefined;
  const failed = ending.filter(({ view }) => view?.verdict === "failed");
  const rows = await answer(failed, () => pass.scheduler.details(ending.map((item) => query(pass, item))));
  if (isFault(rows)) return failed.length > 0 ? rows : undefined;
  for (const item of ending) {
    const more = rows.get(item.job as string);
    if (more && item.view) item.view = merged(item.view, more);
  }
  return undefined;
}

/** Accounting knows more than the queue about what has ended, save that its row may not be complete yet. */
function merged(queue: JobView, accounting: JobView): JobView {
  if (accounting.phase !== "ended") return { ...queue, ...(accounting.steps ? { steps: accounting.steps } : {}) };
  return { ...queue, ...accounting };
}

function query({ registry }: Pass, { run, job }: Looked): JobQuery {
  return queryOf(run, job as string, registry.id);
}

/** The same for a part that has to ask. */
export async function guardedAsync<T>(pass: Pass, id: string, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (!isFault(error)) throw error;
    pass.report(id, error);
    return undefined;
  }
}

/** Does one run's part of a pass; a fault is that run's alone: it is reported, and undefined comes back. */
export function guarded<T>(pass: Pass, id: string, act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (!isFault(error)) throw error;
    pass.report(id, error);
    return undefined;
  }
}
