// The first pass: what the scheduler says becomes facts, and what has ended becomes an outcome. Level-triggered: it looks
// at what is, twice is the same as once, and a run that cannot be read is reported and left alone.
import { endSeen, latest } from "../record/absence.js";
import { decided, isPassedOver, refused } from "../record/decided.js";
import type { JobView, Outcome, SchedulerFact } from "../record/facts.js";
import { type Fault, fault } from "../record/fault.js";
import { timeOfRunId } from "../record/run-id.js";
import { type Graces, hasSucceeded, jobOf, type Standing, stateOf } from "../record/state.js";
import { timestamp } from "../record/units.js";
import { decide } from "../registry/decisions.js";
import type { RunOnDisk } from "../registry/facts.js";
import type { Registry } from "../registry/open.js";
import { dropUnborn, openRun } from "../registry/runs.js";
import { writerAlive, writeSchedulerFact } from "../registry/submissions.js";
import type { Queue, Scheduler } from "../scheduler/scheduler.js";
import { type Asker, answerFor } from "./answer.js";
import {
  askAccounting,
  askDetails,
  cancelUnwanted,
  findLost,
  guarded,
  guardedAsync,
  type Looked,
  lastIntent,
  lookedAt,
} from "./ask.js";
import { closed } from "./closed.js";
import { madeSince } from "./made-since.js";
import type { Memory } from "./memory.js";
import { producersOf, waitsFor } from "./producers.js";
import { spentBy } from "./seal-claim.js";
import { settle, voidUnsubmitted } from "./settle.js";

export interface Pass {
  registry: Registry;
  /** Who answers for a run whose job was superfluous. */
  asker: Asker;
  scheduler: Scheduler;
  graces: Graces;
  /** When it began to look: `passTime`, so that several hosts have one clock. */
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
    const changed = await guardedAsync(pass, item.run.run.id, () => conclude(pass, item));
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
    if (!pass.dry && pass.now - (timeOfRunId(id) ?? pass.now) > hour) dropUnborn(pass.registry, id);
    return undefined;
  }
  for (const problem of run.problems) pass.report(id, fault("dataerr", problem));
  if (run.facts.outcome) {
    pass.memory.settled(id);
    return undefined;
  }
  if (waits(run) && !run.facts.cancel) return undefined;
  if (isUnsent(run)) {
    // One that takes over, or waited, may be old, and is about to be sent.
    const since = latest(run.run.created_at ?? run.run.planned_at, run.facts.decision?.at);
    const young = pass.now - since < hour;
    if ((young || waits(run)) && !run.facts.cancel) return undefined;
    if (pass.dry) return undefined;
    voidUnsubmitted(pass.registry, run);
    const now = openRun(pass.registry, pass.registry.user, id) ?? run;
    return lookedAt(pass, now, jobOf(now.facts), queue);
  }
  return lookedAt(pass, run, jobOf(run.facts), queue);
}

/** Nobody has begun to send it; or it is to end, and nobody has since it was decided that it waits, or is to be sent again. */
function isUnsent({ facts }: RunOnDisk): boolean {
  if (facts.cancel && (decided(facts) || refused(facts))) return true;
  return facts.submissions.every(({ intent }) => !intent || isPassedOver(intent)) && facts.attempts.length === 0;
}

/**
 * What waits for an input, for another run or for room may wait as long as it has to; its last job, if it had one, counts no
 * more.
 */
function waits({ facts }: RunOnDisk): boolean {
  if (refused(facts)) return true;
  return ["blocked", "follows", "deferred", "hit"].includes(decided(facts)?.decision ?? "");
}

async function conclude(pass: Pass, { run, job, view, row, hold }: Looked): Promise<Changed | undefined> {
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
  // An end that follows from absence follows from how long it was asked for: whoever derives it again needs that too.
  if (fact && (news || (standing.final && fact.absent_since !== undefined)))
    writeSchedulerFact(pass.registry, run.dir, fact);
  // For good only what is known in full.
  if (standing.final && !run.partial) {
    const instead = await insteadOf(pass, run, standing);
    if (instead === "later") return undefined;
    if (instead) return { run: instead, standing: stateOf(instead.facts, pass.now, pass.graces) };
    const { outcome, made } = settle(pass.registry, run, standing, pass.now);
    pass.memory.settled(run.run.id);
    return { run: { ...run, facts: { ...facts, outcome } }, standing, ...(made ? { ended: outcome } : {}) };
  }
  pass.memory.seen(run.run.id, row);
  return news ? { run: { ...run, facts }, standing } : undefined;
}

/**
 * What a run does instead of ending: it waits on, or computes again, where its end was nobody's verdict on what it computes.
 * `later` where something of it turns out to have begun after all.
 */
async function insteadOf(pass: Pass, run: RunOnDisk, standing: Standing): Promise<RunOnDisk | "later" | undefined> {
  const { registry } = pass;
  const decision = isSuperseded(run)
    ? await answerFor(run.run, { ...pass.asker, ...spentBy(run), now: pass.now, by: "reconcile" })
    : standing.mode === "dependency" && (await blockedBy(run, pass));
  if (decision) {
    decide(registry, run, { ...decision, at: timestamp(pass.now) });
    return openRun(registry, registry.user, run.run.id) ?? run;
  }
  return closed(registry, run, standing) ? undefined : "later";
}

/** Every job of the submission found that it was not to compute: nothing is known of what would have become of it. */
function isSuperseded({ facts }: RunOnDisk): boolean {
  const last = lastSubmission(facts);
  const attempts = facts.attempts.filter(({ start }) => start?.submission === last);
  return (
    facts.decision?.decision === "claimed" &&
    !facts.cancel &&
    attempts.length > 0 &&
    attempts.every(({ exit }) => exit?.reason === "superseded")
  );
}

function lastSubmission({ submissions }: RunOnDisk["facts"]): number {
  return Math.max(0, ...submissions.filter(({ intent, receipt }) => intent ?? receipt).map(({ n }) => n));
}

/**
 * A job that Slurm ended since another did not end well: where what it needs is made all the same, or still may be, it waits
 * for that and is sent again. One that somebody else's word ended is not.
 */
async function blockedBy(
  run: RunOnDisk,
  { registry, graces, now, asker }: Pass,
): Promise<Omit<Parameters<typeof decide>[2], "at"> | undefined> {
  const producers = producersOf(run.run);
  const disks = producers.map((producer) => openRun(registry, producer.user, producer.run));
  const standings = disks.map((disk) => disk && stateOf(disk.facts, now, graces));
  const open = producers.filter((_, i) => !standings[i]?.final);
  let failed = disks.includes(undefined);
  for (const [i, disk] of disks.entries()) {
    const { final, state = "" } = standings[i] ?? {};
    if (disk && final && !hasSucceeded(state)) failed ||= !(await madeSince(disk, { ...asker, now }));
  }
  if (run.facts.cancel || producers.length === 0 || failed) return undefined;
  if (open.length === 0 && run.run.after !== undefined) return undefined;
  const message = open.length === 0 ? "is to be sent again" : waitsFor(open, registry.user);
  return { decision: "blocked", runs: open.map((producer) => producer.run), message };
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
  const before = run.facts.scheduler;
  if (view)
    return {
      ...fact,
      job: withEnd(view, before?.job, observed_at),
      ...endSeen(before, view, observed_at),
      observed_at,
    };
  if (job === undefined && !lastIntent(run)) return undefined;
  const { job: last, ended_seen_at, absent_since = observed_at } = before ?? {};
  const kept = { ...(last ? { job: last } : {}), ...(ended_seen_at === undefined ? {} : { ended_seen_at }) };
  return { ...fact, ...kept, absent_since, observed_at };
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
