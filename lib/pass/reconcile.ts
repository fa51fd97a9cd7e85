// The first pass: what the scheduler says becomes facts, and what has ended becomes an outcome. Level-triggered: it looks
// at what is, twice is the same as once, and a run that cannot be read is reported and left alone.
import type { JobView, Outcome, SchedulerFact } from "../record/facts.js";
import { type Fault, isFault } from "../record/fault.js";
import { jobName } from "../record/job-name.js";
import { timeOfRunId } from "../record/run-id.js";
import { type Graces, jobOf, type Standing, stateOf } from "../record/state.js";
import { timestamp } from "../record/units.js";
import type { RunOnDisk } from "../registry/facts.js";
import type { Registry } from "../registry/open.js";
import { dropUnborn, openRun } from "../registry/runs.js";
import { writeReceipt, writerAlive, writeSchedulerFact } from "../registry/submissions.js";
import type { Scheduler } from "../scheduler/scheduler.js";
import type { Memory } from "./memory.js";
import { settle, voidUnsubmitted } from "./settle.js";

export interface Pass {
  registry: Registry;
  scheduler: Scheduler;
  graces: Graces;
  now: number;
  /** What the last pass saw; runs whose row has not changed since are not opened. */
  memory: Memory;
  /** Only look: nothing is written. */
  dry?: boolean;
  report(id: string | undefined, error: Fault): void;
}

export interface Changed {
  run: RunOnDisk;
  standing: Standing;
  /** Set for the one pass that wrote down how it ended. */
  ended?: Outcome;
}

const hour = 3_600_000;
/** An intent whose writer is dead on this very host is given up this soon (seconds); the job's own fence covers a late job. */
const orphan_s = 15;

/** One pass over the caller's runs `ids`. Yields those whose facts changed. Throws `unavailable` before anything is written. */
export async function* reconcile(pass: Pass, ids: readonly string[]): AsyncGenerator<Changed> {
  const queue = await pass.scheduler.queue();
  const looked: Looked[] = [];
  for (const id of ids) {
    if (pass.memory.unchanged(id, queue)) continue;
    const found = guarded(pass, id, () => look(pass, id, queue));
    if (found) looked.push(found);
  }
  await findLost(pass, looked, queue);
  await cancelUnwanted(pass, looked);
  await askAccounting(pass, looked);
  await askDetails(pass, looked);
  for (const item of looked) {
    const changed = guarded(pass, item.run.run.id, () => conclude(pass, item));
    if (changed) yield changed;
  }
}

interface Looked {
  run: RunOnDisk;
  job: string | undefined;
  /** What is seen of the job now; undefined until somebody knows it. */
  view: JobView | undefined;
  /** Nobody can say now: leave everything as it is. */
  hold: boolean;
}

function look(pass: Pass, id: string, queue: Map<string, JobView>): Looked | undefined {
  const run = openRun(pass.registry, pass.registry.user, id);
  if (!run) {
    if (!pass.dry && pass.now - (timeOfRunId(id) ?? pass.now) > hour) dropUnborn(pass.registry, id);
    return undefined;
  }
  if (run.facts.outcome) {
    pass.memory.settled(id);
    return undefined;
  }
  if (run.facts.submissions.every(({ intent }) => !intent) && run.facts.attempts.length === 0) {
    if (pass.now - Date.parse(run.run.created_at ?? run.run.planned_at) < hour && !run.facts.cancel) return undefined;
    if (pass.dry) return undefined;
    voidUnsubmitted(pass.registry, run);
    return { run: openRun(pass.registry, pass.registry.user, id) ?? run, job: undefined, view: undefined, hold: false };
  }
  const attempt = run.facts.attempts.filter(({ exit }) => exit?.reason !== "superseded").at(-1);
  const job = jobOf(run.facts, attempt);
  return { run, job, view: job === undefined ? undefined : queue.get(job), hold: false };
}

/** Submissions that were interrupted between intent and receipt: the scheduler may have the job all the same. */
async function findLost(pass: Pass, looked: Looked[], queue: Map<string, JobView>): Promise<void> {
  const missing = looked.filter(({ run, job }) => job === undefined && lastIntent(run) && !lastIntent(run)?.void);
  for (const item of missing)
    item.hold = writerAlive(lastIntent(item.run) as NonNullable<ReturnType<typeof lastIntent>>) === true;
  const asked = missing.filter(({ hold }) => !hold);
  if (asked.length === 0) return;
  const found = await pass.scheduler.find(
    pass.registry.id,
    asked.map(({ run }) => ({
      run: run.run.id,
      job_name: jobName(run.run),
      since: Date.parse(lastIntent(run)?.at ?? run.run.planned_at),
    })),
  );
  for (const item of asked) {
    const view = found.find(({ run }) => run === item.run.run.id)?.view;
    if (!view) continue;
    item.job = view.job;
    item.view = queue.get(view.job) ?? view;
    if (!pass.dry && !guarded(pass, item.run.run.id, () => acknowledge(pass, item, view.job))) item.hold = true;
  }
}

/** The receipt that the interrupted submission could not write any more. */
function acknowledge(pass: Pass, item: Looked, job: string): true {
  const submission = lastIntent(item.run)?.submission ?? 1;
  const run = item.run.run.id;
  const at = timestamp(pass.now);
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

/** A wish to cancel that did not reach the scheduler when it was written down: its job was not known yet, or it was out of reach. */
async function cancelUnwanted(pass: Pass, looked: Looked[]): Promise<void> {
  const alive = looked.filter(
    ({ run, view }) => run.facts.cancel && (view?.phase === "pending" || view?.phase === "running"),
  );
  if (alive.length > 0 && !pass.dry) await pass.scheduler.cancel(alive.map(({ job }) => job as string));
}

function lastIntent({ facts }: RunOnDisk) {
  return facts.submissions.filter(({ intent }) => intent).at(-1)?.intent;
}

async function askAccounting(pass: Pass, looked: Looked[]): Promise<void> {
  const gone = looked.filter(({ job, view }) => job !== undefined && view === undefined);
  if (gone.length === 0) return;
  const rows = await pass.scheduler.accounting(gone.map((item) => query(item)));
  for (const item of gone) item.view = rows?.get(item.job as string);
}

/** Steps' states and memory, once, for those that are about to settle. */
async function askDetails(pass: Pass, looked: Looked[]): Promise<void> {
  const ending = looked.filter(({ view }) => view?.phase === "ended" && view.steps === undefined);
  if (ending.length === 0) return;
  const rows = await pass.scheduler.details(ending.map((item) => query(item)));
  for (const item of ending) {
    const more = rows.get(item.job as string);
    if (more && item.view) item.view = merged(item.view, more);
  }
}

/** Accounting knows more than the queue about what has ended, save that its row may not be complete yet. */
function merged(queue: JobView, accounting: JobView): JobView {
  if (accounting.phase !== "ended") return { ...queue, ...(accounting.steps ? { steps: accounting.steps } : {}) };
  return { ...queue, ...accounting };
}

function query({ run, job }: Looked): { job: string; since: number } {
  return { job: job as string, since: Date.parse(run.run.planned_at) };
}

function conclude(pass: Pass, { run, job, view, hold }: Looked): Changed | undefined {
  if (hold) return undefined;
  const before = run.facts.scheduler;
  const fact = factOf(pass, run, job, view);
  const facts = { ...run.facts, ...(fact ? { scheduler: fact } : {}) };
  const graces =
    lastIntent(run) && job === undefined
      ? { ...pass.graces, submit_s: Math.min(pass.graces.submit_s, orphanGrace(run, pass.graces)) }
      : pass.graces;
  const standing = stateOf(facts, pass.now, graces);
  const news = fact !== undefined && !same(before, fact);
  if (pass.dry) return news || standing.final ? { run: { ...run, facts }, standing } : undefined;
  if (fact && news) writeSchedulerFact(pass.registry, run.dir, fact);
  if (standing.final) {
    const { outcome, made } = settle(pass.registry, run, standing, pass.now);
    pass.memory.settled(run.run.id);
    return { run: { ...run, facts: { ...facts, outcome } }, standing, ...(made ? { ended: outcome } : {}) };
  }
  pass.memory.seen(run.run.id, job, view, standing);
  return news ? { run: { ...run, facts }, standing } : undefined;
}

function orphanGrace(run: RunOnDisk, { submit_s }: Graces): number {
  const intent = lastIntent(run);
  return intent && writerAlive(intent) === false ? orphan_s : submit_s;
}

function factOf(
  pass: Pass,
  run: RunOnDisk,
  job: string | undefined,
  view: JobView | undefined,
): SchedulerFact | undefined {
  const observed_at = timestamp(pass.now);
  const fact = { type: "scheduler" as const, v: 1 as const, run: run.run.id };
  if (view) return { ...fact, job: withEnd(view, run.facts.scheduler?.job, observed_at), observed_at };
  if (job === undefined && !lastIntent(run)) return undefined;
  const absent_since = run.facts.scheduler?.absent_since ?? observed_at;
  return { ...fact, ...(run.facts.scheduler?.job ? { job: run.facts.scheduler.job } : {}), absent_since, observed_at };
}

/** An end whose time the scheduler does not tell was at the latest when it was first seen. */
function withEnd(view: JobView, before: JobView | undefined, now: string): JobView {
  if (view.phase !== "ended" || view.ended_at !== undefined) return view;
  const known = before?.job === view.job && before.phase === "ended" ? before.ended_at : undefined;
  return { ...view, ended_at: known ?? now };
}

function same(before: SchedulerFact | undefined, now: SchedulerFact): boolean {
  if (!before) return false;
  const { observed_at: _a, ...a } = before;
  const { observed_at: _b, ...b } = now;
  return JSON.stringify(a) === JSON.stringify(b);
}

function guarded<T>(pass: Pass, id: string, act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (!isFault(error)) throw error;
    pass.report(id, error);
    return undefined;
  }
}
