// One run to the scheduler, once what it takes from other runs is made or has a job that it can wait for; until then it is
// blocked, and a later pass sends it.
import type { Context } from "../../command/context.js";
import { type Answer, type Asker, answerFor } from "../../pass/answer.js";
import { answered } from "../../pass/answered.js";
import { lookAtProducers, type Producers, waitsFor, willNotStart } from "../../pass/producers.js";
import { spentBy, ticketOf } from "../../pass/seal-claim.js";
import { settle } from "../../pass/settle.js";
import { type Sender, submitRun } from "../../pass/submit.js";
import { lookAtPoints } from "../../pass/sweep-points.js";
import { decided, lastSent, refused } from "../../record/decided.js";
import type { Outcome } from "../../record/facts.js";
import { fault } from "../../record/fault.js";
import type { Run } from "../../record/run.js";
import { handleOf } from "../../record/run-id.js";
import type { Graces } from "../../record/state.js";
import { timestamp } from "../../record/units.js";
import { decide } from "../../registry/decisions.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { note } from "../../registry/journal.js";
import { openRun } from "../../registry/runs.js";
import { readContext } from "../../registry/submissions.js";
import type { SubmitRequest } from "../../scheduler/scheduler.js";
import { graces } from "../runs.js";
import { sleep } from "../sleep.js";
import { askerOf } from "./caching.js";
import { dependenciesOf } from "./dependencies.js";
import { makersChanged } from "./made-by.js";
import { renderedAnew } from "./rendered.js";
import { bestIsKnown, whyNoBest } from "./step-inputs.js";

/** What became of a run that was to be sent: it has a job; it waits; or it never will start, which is written down. */
export type Sent =
  | { how: "submitted"; run: Run }
  | { how: "answered"; run: Run }
  | { how: "blocked"; message: string; news: boolean }
  /** It waits for room. */
  | { how: "deferred"; message: string }
  | { how: "failed"; message: string; hint: string; ended?: Outcome };

/** What it takes to send runs; `patience_s` is how long a job is looked for whose submission timed out. */
export async function senderOf(patience_s: number, context: Context): Promise<Sender> {
  return {
    registry: await context.registry(),
    asker: await askerOf(context, "submit"),
    scheduler: await context.scheduler(),
    now: () => Date.now(),
    patience_ms: patience_s * 1000,
    sleep: (ms) => sleep(ms, context.signal),
  };
}

/** Sends a rendered run, if it may go. Throws what submitRun and dependenciesOf throw, and noinput where a producer is gone. */
export async function sendRun(run: Run, sender: Sender, context: Context): Promise<Sent> {
  const { registry, scheduler } = sender;
  const disk = openRun(registry, registry.user, run.id);
  // What has begun, or is not there, is submitRun's to tell.
  if (!disk || hasBegun(disk)) return submitted(run, sender, [], context);
  const asking = { registry, scheduler, graces: await graces(context), now: sender.now(), asker: sender.asker };
  const early = disk.run.sweep?.aggregate ? heldByPoints(disk, sender, asking.graces) : undefined;
  if (early) return early;
  const producers = await lookAtProducers(disk.run, asking);
  const held = heldBy(disk, producers, sender);
  if (held) return held;
  const after = await dependenciesOf(run, scheduler, registry, context);
  return submitted(run, sender, withJobs(after, producers.jobs), context);
}

/** The same of the run that comes after the points of a sweep. */
function heldByPoints(disk: RunOnDisk, sender: Sender, limits: Graces): Sent | undefined {
  const points = lookAtPoints(disk.run, sender.registry, limits, sender.now());
  if (points.how === "waits") return waits(disk, points, sender);
  return points.how === "failed" ? neverStarts(disk, points, sender) : undefined;
}

/** What becomes of a run whose producers have not made, or will not make, what it needs; undefined where it may go. */
export function heldBy(disk: RunOnDisk, producers: Producers, sender: Sender): Sent | undefined {
  if (producers.failed[0]) return failed(disk, producers.failed[0], sender);
  return producers.awaited.length > 0 ? blocked(disk, producers, sender) : undefined;
}

/** A run that has lost its claim: who answers now, or the run with a script of its own where it is claimed anew. */
export async function askedAnew(
  run: Run,
  sender: Sender,
  context: Context,
): Promise<Sent | { how: "claimed"; run: Run }> {
  const disk = openRun(sender.registry, sender.registry.user, run.id);
  if (!disk || hasBegun(disk)) throw fault("tempfail", "cannot submit it: another process is about to");
  const answer = await decideAnew(disk, sender);
  if (answer.decision !== "claimed") return { how: "answered", run: { ...run, decision: { ...answer } } };
  const now = openRun(sender.registry, sender.registry.user, run.id) ?? disk;
  return { how: "claimed", run: await renderedAnew(now, context) };
}

/**
 * Submits it. Where its claim has gone to somebody else, it is asked again who answers; where it is claimed anew, or an input
 * is made by another run now, it gets a script for that.
 */
async function submitted(
  given: Run,
  sender: Sender,
  dependencies: SubmitRequest["dependencies"],
  context: Context,
): Promise<Sent> {
  const { registry } = sender;
  const open = () => openRun(registry, registry.user, given.id);
  let run = given;
  for (let disk = open(); ; disk = open()) {
    if (disk && !hasBegun(disk)) {
      const answered = await answeredNow(disk, run, sender);
      if (answered) return answered;
      disk = open() ?? disk;
      const never = withoutBest(disk, sender);
      if (never) return never;
      if (await isOld(disk, run, sender.asker)) run = await renderedAnew(disk, context);
    }
    if (run.submission?.array) return asElement(run, sender, context);
    const sent = await submitRun(sender, run, dependencies);
    if (sent !== "lost") return { how: "submitted", run: sent };
    const now = open();
    if (!now || hasBegun(now)) throw fault("tempfail", "cannot submit it: another process is about to");
    const answer = await decideAnew(now, sender);
    if (answer.decision !== "claimed") return { how: "answered", run: { ...run, decision: { ...answer } } };
  }
}

async function asElement(run: Run, sender: Sender, context: Context): Promise<Sent> {
  const { sendElements } = await import("./sending-elements.js");
  const sent = (await sendElements([run], sender, "submit", context)).get(run);
  if (sent === undefined || sent instanceof Error) throw sent ?? fault("tempfail", "cannot submit it: stopped before");
  return sent;
}

/** What becomes of a run of whose input nothing will ever tell which step is the best. */
export function withoutBest(disk: RunOnDisk, sender: Sender): Sent | undefined {
  const why = whyNoBest(disk, sender.registry);
  return why && neverStarts(disk, { message: why.message, hint: why.hint ?? "" }, sender);
}

/** Asks anew who answers for a run that waited; undefined where it is to compute itself. */
export async function answeredNow(disk: RunOnDisk, run: Run, sender: Sender): Promise<Sent | undefined> {
  if (!mustBeAsked(disk)) return undefined;
  const answer = await decideAnew(disk, sender);
  return answer.decision === "claimed" ? undefined : { how: "answered", run: { ...run, decision: { ...answer } } };
}

/** It had claimed, and what was decided since, that it waits for something, does not say whether that still counts. */
export function mustBeAsked(disk: RunOnDisk): boolean {
  const { decision, submissions } = disk.facts;
  if (refused(disk.facts)) return decision?.decision === "claimed";
  if (!["blocked", "deferred", "unclaimed"].includes(decision?.decision ?? "")) return false;
  return submissions.some(({ n }) => readContext(disk, n)?.claim !== undefined);
}

/** There is no script, it was for a submission that has been or another claim, or an input is another one now. */
export async function isOld(disk: RunOnDisk, { phase, submission }: Run, asker: Asker): Promise<boolean> {
  if (phase !== "rendered" || submission === undefined || submission.n <= lastSent(disk.facts)) return true;
  if (ticketOf(disk, submission.n) === "stale" || bestIsKnown(disk, submission.n, asker.registry)) return true;
  return makersChanged(disk, asker, submission.n);
}

/** Who answers now for a run whose claim is no more; written down, and where it is a hit that is its end. */
async function decideAnew(disk: RunOnDisk, { registry, asker, now }: Sender): Promise<Answer> {
  const answer = await answerFor(disk.run, { ...asker, ...spentBy(disk), now: now() });
  if (answer === undefined) throw fault("software", "a run that claims nothing has lost its claim");
  decide(registry, disk, { ...answer, at: timestamp(now()) });
  if (answer.decision === "hit") answered(registry, disk, answer, now());
  return answer;
}

/** It has ended, is to end, or has a job, or is being sent. */
export function hasBegun({ facts }: RunOnDisk): boolean {
  if (refused(facts)) return facts.outcome !== undefined || facts.cancel !== undefined;
  return facts.outcome !== undefined || facts.cancel !== undefined || (lastSent(facts) > 0 && !decided(facts));
}

function blocked(disk: RunOnDisk, { awaited }: Producers, sender: Sender): Sent {
  const message = waitsFor(awaited, sender.registry.user);
  return waits(disk, { runs: awaited.map(({ run }) => run), message }, sender);
}

function waits(disk: RunOnDisk, why: { runs: string[]; message: string }, { registry, now }: Sender): Sent {
  const { runs, message } = why;
  const made = decide(registry, disk, { decision: "blocked", runs, message, at: timestamp(now()) });
  if (made === "made") note(registry, "run_blocked", disk.run.id, { name: disk.run.name });
  return { how: "blocked", message, news: made === "made" };
}

function failed(disk: RunOnDisk, producer: Producers["failed"][number], sender: Sender): Sent {
  const message = willNotStart(producer, sender.registry.user);
  return neverStarts(disk, { message, hint: `lab why ${handleOf(producer.run)}` }, sender);
}

function neverStarts(disk: RunOnDisk, why: { message: string; hint: string }, { registry, now }: Sender): Sent {
  const { message, hint } = why;
  const standing = { state: "failed", mode: "dependency", message, hint, final: true } as const;
  const { outcome, made } = settle(registry, disk, standing, now());
  return { how: "failed", message, hint, ...(made ? { ended: outcome } : {}) };
}

/** One dependency a type: of two of the same, sbatch would take the last. */
export function withJobs(after: SubmitRequest["dependencies"], jobs: string[]): SubmitRequest["dependencies"] {
  if (jobs.length === 0) return after;
  const others = after.filter(({ type }) => type !== "afterok");
  const own = after.filter(({ type }) => type === "afterok").flatMap((dependency) => dependency.jobs);
  return [...others, { type: "afterok", jobs: [...new Set([...own, ...jobs])] }];
}

/** The record of a run that was to be submitted. Throws `refused` for one that never will start. */
export function sentRecord(run: Run, sent: Sent, context: Pick<Context, "say">): object {
  if (sent.how === "submitted") return sent.run;
  if (sent.how === "answered") {
    const { decision, leader = "" } = sent.run.decision ?? {};
    context.say(`${run.id}: ${decision === "hit" ? "answered by" : "follows"} ${handleOf(leader)}, which was first`);
    return { ...sent.run, phase: "cached", state: decision === "hit" ? "cached" : "following" };
  }
  if (sent.how === "failed") throw fault("refused", `it will not start: ${sent.message}`, { hint: sent.hint });
  if (sent.how === "deferred") return { ...run, state: "deferred", message: sent.message };
  context.say(`${run.id}: ${sent.message} (a pass of yours sends it then: lab wait, lab status, lab advance)`);
  return { ...run, state: "blocked", message: sent.message };
}
