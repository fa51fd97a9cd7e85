// The first pass: what the scheduler says becomes facts, and what has ended becomes an outcome. Level-triggered: it looks
// at what is, twice is the same as once, and a run that cannot be read is reported and left alone.
import type { JobView, Outcome, SchedulerFact } from "../record/facts.js";
import { type Fault, fault } from "../record/fault.js";
import { timeOfRunId } from "../record/run-id.js";
import { type Graces, jobOf, type Standing, stateOf } from "../record/state.js";
import { timestamp } from "../record/units.js";
import type { RunOnDisk } from "../registry/facts.js";
import type { Registry } from "../registry/open.js";
import { dropUnborn, openRun } from "../registry/runs.js";
import { writerAlive, writeSchedulerFact } from "../registry/submissions.js";
import type { Queue, Scheduler } from "../scheduler/scheduler.js";
import {
  askAccounting,
  askDetails,
  cancelUnwanted,
  findLost,
  guarded,
  type Looked,
  lastIntent,
  lookedAt,
} from "./ask.js";
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

/**
 * One pass over the caller's runs `ids`. Yields those whose facts changed. Throws `unavailable`: before anything is written
 * where the queue cannot be asked; where it is accounting, after the runs that need none, and the others stay as they are.
 */
export async function* reconcile(pass: Pass, ids: () => readonly string[]): AsyncGenerator<Changed> {
  const asked = pass.scheduler.queue();
  const changedIn = meanwhile(asked, () => pass.memory.recall(ids()));
  const queue = await asked;
  const looked: Looked[] = [];
  for (const id of changedIn(queue)) {
    const found = guarded(pass, id, () => look(pass, id, queue));
    if (found) looked.push(found);
  }
  const unanswered = [await findLost(pass, looked, queue)];
  await cancelUnwanted(pass, looked);
  unanswered.push(await askAccounting(pass, looked), await askDetails(pass, looked));
  for (const item of looked) {
    const changed = guarded(pass, item.run.run.id, () => conclude(pass, item));
    if (changed) yield changed;
  }
  const fault = unanswered.find((one) => one !== undefined);
  if (fault) throw fault;
}

/** Does what needs no answer while it is on its way. */
function meanwhile<T>(answer: Promise<unknown>, act: () => T): T {
  answer.catch(() => {}); // Whoever awaits it hears of it; if `act` throws nobody does.
  return act();
}

function look(pass: Pass, id: string, queue: Queue): Looked | undefined {
  if (!pass.dry) pass.memory.opening(id);
  const run = openRun(pass.registry, pass.registry.user, id);
  if (!run) {
    if (!pass.dry && pass.now - (timeOfRunId(id) ?? pass.now) > hour) dropUnborn(pass.registry, id, hour);
    return undefined;
  }
  for (const problem of run.problems) pass.report(id, fault("dataerr", problem));
  if (run.facts.outcome) {
    pass.memory.settled(id);
    return undefined;
  }
  if (run.facts.submissions.every(({ intent }) => !intent) && run.facts.attempts.length === 0) {
    const young = pass.now - Date.parse(run.run.created_at ?? run.run.planned_at) < hour;
    // What waits for an input may wait as long as it has to.
    if ((young || run.facts.decision?.decision === "blocked") && !run.facts.cancel) return undefined;
    if (pass.dry) return undefined;
    voidUnsubmitted(pass.registry, run);
    return lookedAt(pass, openRun(pass.registry, pass.registry.user, id) ?? run, undefined, queue);
  }
  return lookedAt(pass, run, jobOf(run.facts), queue);
}

function conclude(pass: Pass, { run, job, view, row, hold }: Looked): Changed | undefined {
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
  if (pass.dry) return news || (standing.final && !run.partial) ? { run: { ...run, facts }, standing } : undefined;
  if (fact && news) writeSchedulerFact(pass.registry, run.dir, fact);
  // For good only what is known in full.
  if (standing.final && !run.partial) {
    const { outcome, made } = settle(pass.registry, run, standing, pass.now);
    pass.memory.settled(run.run.id);
    return { run: { ...run, facts: { ...facts, outcome } }, standing, ...(made ? { ended: outcome } : {}) };
  }
  pass.memory.seen(run.run.id, row);
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
