// The state of a run: one pure function over the facts that its submitter, its job and its owner's reconcile wrote.
// Nothing stores a state; whoever asks derives it, so no order of arrival and no crash between two facts can spoil it.
import { latest, signOfLife } from "./absence.js";
import { type Counted, countedOf } from "./counted.js";
import { decided, isPassedOver } from "./decided.js";
import { cancelledEarly, neverSubmitted, submitError } from "./early-end.js";
import { type Ending, endingOf, isByExit, ranToItsEnd } from "./ending.js";
import type { Decision, Exit, JobView, SchedulerFact } from "./facts.js";
import { fromOutcome } from "./from-outcome.js";
import type { Facts } from "./run-facts.js";
import { clock_skew_ms, isAllTold, isOfThisStart, seenOf, timesOf } from "./seen.js";
import type { Standing } from "./standing.js";
import { startedAgain } from "./started-again.js";
import { waitingFor } from "./waiting-for.js";

export type { Attempt, Facts, Submission } from "./run-facts.js";
export { hasEnded, hasSucceeded, type Standing, type State, states } from "./standing.js";

/** How long absence must last before it means something (seconds). */
export interface Graces {
  /** A job that is in neither queue nor accounting, and left no exit record, is lost after this. */
  missing_job_s: number;
  /** Accounting and file systems lag: what one says and the other does not is believed after this. */
  accounting_s: number;
  /** An intent without a receipt whose job cannot be found is given up after this. */
  submit_s: number;
}

export const usualGraces: Graces = { missing_job_s: 600, accounting_s: 60, submit_s: 600 };

/**
 * Where the run stands at `now` (milliseconds). Pure. Final is only what no fact can contradict that is still on its way:
 * files are taken to arrive within `accounting_s` of their writing, in any order.
 */
export function stateOf(facts: Facts, now: number, graces: Graces = usualGraces): Standing {
  if (facts.outcome) return fromOutcome(facts.outcome);
  const waiting = decided(facts);
  if (waiting && waiting.decision !== "unclaimed" && !isFirst(waiting)) return waitingFor(waiting, facts);
  const counted = countedOf(facts);
  const { job, attempt } = counted;
  const { view, absent: gone } = seenOf(facts, counted);
  const base: Base = {
    ...timesOf(attempt, view),
    ...(job === undefined ? {} : { job }),
    ...(attempt ? { attempt: attempt.n } : {}),
  };
  const all: All = { facts, counted, base, now, graces };
  if (facts.forget) return { ...base, state: "lost", message: "given up by its owner", final: true };
  if (counted.byHand) return byHand(all);
  if (job === undefined && !attempt) return beforeAnyJob(all);
  if (isToldByItself(all))
    return { ...base, ...endingOf({ attempt, view: undefined, cancel: facts.cancel, cancelled: false }), final: true };
  if (view?.phase === "ended") return ended(all, view);
  if (gone) return absent(all);
  return underWay(all, view);
}

/** A job that runs many goes on when one of them has ended by itself, and its end is not theirs. */
function isToldByItself({ counted: { submission, attempt } }: All): boolean {
  const exit = attempt?.exit;
  return submission?.array?.shared === true && exit?.reason === "command" && exit.asked === undefined;
}

/** A run that claimed and was not sent yet is like any that was planned, until it was sent once. */
function isFirst({ decision, submission = 0 }: Decision): boolean {
  return decision === "claimed" && submission === 0;
}

/** The job that counts, if one is known. */
export const jobOf = (facts: Facts): string | undefined => countedOf(facts).job;

interface All {
  facts: Facts;
  counted: Counted;
  base: Base;
  now: number;
  graces: Graces;
}

type Base = Pick<Standing, "job" | "attempt" | "started_at" | "ended_at">;

function beforeAnyJob({ facts, counted, now, graces }: All): Standing {
  const { submissions, cancel, scheduler } = facts;
  const { intent, refusal } = counted.submission ?? {};
  if (!intent) {
    const refused = submissions.findLast(({ intent }) => intent?.void && !isPassedOver(intent))?.intent;
    return refused ? neverSubmitted(refused, cancel) : { state: "planned", final: false };
  }
  if (refusal) return { state: "deferred", message: refusal.message, final: false };
  const since = latest(scheduler?.absent_since, intent.at);
  if (scheduler?.absent_since === undefined || askedLast(scheduler, now) - since < graces.submit_s * 1000)
    return { state: "submitted", message: "the scheduler's answer is not known yet", final: false };
  if (counted.arriving) return lost({});
  if (cancel && Date.parse(cancel.at) <= since) return cancelledEarly("it was submitted");
  return {
    ...submitError,
    message: "the submission was interrupted, and the scheduler has no such job",
    final: true,
  };
}

function underWay({ counted: { attempt }, base }: All, view: JobView | undefined): Standing {
  const { ended_at: _, ...begun } = base;
  const { started_at: __, ...waiting } = begun;
  if (view?.phase === "pending")
    return { ...waiting, state: "queued", ...(view.reason ? { message: view.reason } : {}), final: false };
  if (attempt?.exit && (!view || isOfThisStart(attempt, view))) return exited(base, attempt.exit);
  if (attempt?.start || view?.phase === "running" || view?.phase === "completing")
    return { ...begun, state: "running", final: false };
  if (view?.phase === "unknown")
    return { ...begun, state: "unknown", message: `the scheduler says ${view.word ?? "something new"}`, final: false };
  return { ...begun, state: "submitted", final: false };
}

/** The scheduler has its verdict; what the job itself left behind may still be on its way. */
function ended(all: All, view: JobView): Standing {
  const { facts, counted, base, now, graces } = all;
  const { attempt, arriving } = counted;
  const exit = attempt?.exit;
  const cancelled = wasCancelled(facts, exit, graces);
  const since = endKnownSince(view, facts.scheduler);
  if (now - since < graces.accounting_s * 1000) {
    const maybeCancelled = exit?.asked !== undefined && isByExit(view) && !cancelled;
    if (arriving || maybeCancelled || !isAllTold(view, attempt))
      return { ...exited(base, exit), message: "what it left behind is still on its way" };
  }
  // What an earlier start left behind counts where the last one, by what the scheduler says of it, made nothing of its own.
  const likely = view.restarts === undefined && exit?.code === view.exit_code;
  const counts =
    (attempt && isOfThisStart(attempt, view)) || !isByExit(view) || (exit && (likely || ranToItsEnd(exit)));
  const ending = endingOf({ attempt: counts ? attempt : undefined, view, cancel: facts.cancel, cancelled });
  return concluded(all, ending);
}

/**
 * Since when it could be known that the job has ended (milliseconds): since somebody saw it, as the scheduler's clock may be
 * behind; and in any case since a while after the end that it tells, as clocks differ no more.
 */
function endKnownSince({ ended_at }: JobView, scheduler: SchedulerFact | undefined): number {
  const seen = Date.parse(scheduler?.ended_seen_at ?? ended_at ?? scheduler?.observed_at ?? "");
  const ended = Date.parse(ended_at ?? "");
  return Number.isNaN(ended) ? seen : Math.max(ended, Math.min(seen, ended + clock_skew_ms));
}

function concluded({ facts, base }: All, ending: Ending): Standing {
  return { ...base, ...ending, final: true, ...startedAgain(facts, ending) };
}

/** Whether the owner had asked for the end that the command was asked for. */
function wasCancelled({ cancel }: Facts, exit: Exit | undefined, { accounting_s }: Graces): boolean {
  if (!cancel || exit?.asked === undefined) return false;
  // Half the grace is for clocks that differ, half for the file to arrive.
  return Date.parse(cancel.at) <= Date.parse(exit.at) + accounting_s * 500;
}

/** Neither queue nor accounting knows the job. */
function absent(all: All): Standing {
  const { facts, counted, base, now, graces } = all;
  const { attempt } = counted;
  const { start, exit } = attempt ?? {};
  const sign = Math.max(latest(facts.scheduler?.absent_since), signOfLife(counted));
  const gone_s = (now - sign) / 1000;
  const sure_s = (askedLast(facts.scheduler, now) - sign) / 1000;
  if (exit) {
    if (sure_s < graces.accounting_s) return exited(base, exit);
    const cancelled = wasCancelled(facts, exit, graces);
    return concluded(all, endingOf({ attempt, view: undefined, cancel: facts.cancel, cancelled }));
  }
  // Of an element that was cancelled among others that wait neither queue nor accounting keeps anything.
  if (wasTakenOut(all) && facts.cancel && counted.submission?.array && sure_s >= graces.accounting_s)
    return { ...base, ...cancelledEarly("it started") };
  if (gone_s < graces.missing_job_s) {
    const message = "the scheduler does not show it at the moment";
    return { ...base, state: start ? "running" : "submitted", message, final: false };
  }
  if (wasTakenOut(all) && sure_s >= graces.missing_job_s) return { ...base, ...cancelledEarly("it started") };
  return lost(base);
}

/** Its job never began: it was cancelled, as far as its owner, or of an array's element the scheduler, can tell. */
function wasTakenOut({ facts, counted: { submission, attempt, arriving } }: All): boolean {
  return !attempt && !arriving && (facts.cancel !== undefined || submission?.array !== undefined);
}

/** Absence has lasted until somebody asked for the last time, and not until now. */
function askedLast(scheduler: SchedulerFact | undefined, now: number): number {
  return Math.min(now, Date.parse(scheduler?.observed_at ?? ""));
}

/** Started by hand: there is no job, so its own word and its beat are all that there is. */
function byHand(all: All): Standing {
  const { facts, counted, base, now, graces } = all;
  const { attempt } = counted;
  const exit = attempt?.exit;
  const quiet_s = (now - signOfLife(counted)) / 1000;
  if (exit && quiet_s >= graces.accounting_s) {
    const cancelled = wasCancelled(facts, exit, graces);
    return concluded(all, endingOf({ attempt, view: undefined, cancel: facts.cancel, cancelled }));
  }
  if (exit) return exited(base, exit);
  return quiet_s < graces.missing_job_s ? { ...base, state: "running", final: false } : lost(base);
}

function exited(base: Base, exit: Exit | undefined): Standing {
  const signal = exit?.signal === undefined ? {} : { signal: exit.signal };
  return { ...base, ...(exit ? { exit_code: exit.code } : {}), ...signal, state: "exited", final: false };
}

function lost(base: Base): Standing {
  return {
    ...base,
    state: "lost",
    message: "neither the queue nor accounting knows its job, and it left no exit record",
    hint: "lab forget gives it up",
    final: false,
  };
}
