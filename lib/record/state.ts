// The state of a run: one pure function over the facts that its submitter, its job and its owner's reconcile wrote.
// Nothing stores a state; whoever asks derives it, so no order of arrival and no crash between two facts can spoil it.
import type {
  Cancel,
  Decision,
  Exit,
  Forget,
  Intent,
  JobView,
  Mode,
  Outcome,
  Receipt,
  SchedulerFact,
  Start,
  Verdict,
} from "./facts.js";

export const states = [
  "planned",
  "submitted",
  "queued",
  "running",
  "exited",
  "succeeded",
  "failed",
  "cancelled",
  "lost",
  "unknown",
] as const;
export type State = (typeof states)[number];

export interface Submission {
  n: number;
  intent?: Intent;
  receipt?: Receipt;
}

export interface Attempt {
  n: number;
  start?: Start;
  exit?: Exit;
  beat_at?: string;
}

export interface Facts {
  run: string;
  planned_at: string;
  submissions: Submission[];
  attempts: Attempt[];
  scheduler?: SchedulerFact;
  cancel?: Cancel;
  forget?: Forget;
  decision?: Decision;
  outcome?: Outcome;
}

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

export interface Standing {
  state: State;
  mode?: Mode;
  message?: string;
  hint?: string;
  exit_code?: number;
  signal?: string;
  job?: string;
  attempt?: number;
  started_at?: string;
  ended_at?: string;
  /** Whether this can be written down as the outcome: nothing that is still to come can change it. */
  final: boolean;
}

/** Where the run stands at `now` (milliseconds). Pure. */
export function stateOf(facts: Facts, now: number, graces: Graces = usualGraces): Standing {
  if (facts.outcome) return fromOutcome(facts.outcome);
  const attempt = facts.attempts.filter(({ exit, start }) => (start || exit) && exit?.reason !== "superseded").at(-1);
  const job = jobOf(facts, attempt);
  const view = facts.scheduler?.job && facts.scheduler.job.job === job ? facts.scheduler.job : undefined;
  const base: Base = {
    ...timesOf(attempt, view),
    ...(job === undefined ? {} : { job }),
    ...(attempt ? { attempt: attempt.n } : {}),
  };
  if (job === undefined && !attempt) return beforeAnyJob(facts, now, graces);
  if (view?.phase === "ended" && !newerStart(facts, attempt)) return ended(facts, attempt, view, base, now, graces);
  if (facts.scheduler?.absent_since !== undefined && !newerStart(facts, attempt))
    return absent(facts, attempt, base, now, graces);
  return underWay(facts, attempt, view, base);
}

type Base = Pick<Standing, "job" | "attempt" | "started_at" | "ended_at">;

/** The job that counts: that of the newest attempt if it is of the newest submission, else that of the newest receipt. */
export function jobOf({ submissions }: Facts, attempt: Attempt | undefined): string | undefined {
  const last = submissions.filter(({ intent, receipt }) => receipt || (intent && !intent.void)).at(-1);
  if (attempt?.start?.job !== undefined && attempt.start.submission >= (last?.n ?? 0)) return attempt.start.job;
  return last?.receipt?.job ?? attempt?.start?.job;
}

function timesOf(attempt: Attempt | undefined, view: JobView | undefined): Base {
  const started = attempt?.start?.at ?? view?.started_at;
  const over = attempt?.exit?.at ?? (view?.phase === "ended" ? view.ended_at : undefined);
  return {
    ...(started === undefined ? {} : { started_at: started }),
    ...(over === undefined ? {} : { ended_at: over }),
  };
}

/** The scheduler was asked before this attempt began: what it said was about an earlier one. */
function newerStart({ scheduler }: Facts, attempt: Attempt | undefined): boolean {
  return (
    attempt?.start !== undefined &&
    scheduler !== undefined &&
    Date.parse(attempt.start.at) > Date.parse(scheduler.observed_at)
  );
}

function beforeAnyJob({ submissions, cancel, scheduler, forget }: Facts, now: number, graces: Graces): Standing {
  const last = submissions.filter(({ intent }) => intent).at(-1);
  if (last?.intent?.void) {
    return cancel
      ? { state: "cancelled", mode: "cancelled", message: "cancelled before it was submitted", final: true }
      : {
          state: "failed",
          mode: "submit_error",
          message: "never submitted",
          hint: "submit it again: lab run",
          final: true,
        };
  }
  if (!last) return { state: "planned", final: false };
  const absent = scheduler?.absent_since;
  if (forget && absent !== undefined) return { state: "lost", message: "given up by its owner", final: true };
  if (absent === undefined || now - Date.parse(absent) < graces.submit_s * 1000)
    return { state: "submitted", message: "the scheduler's answer is not known yet", final: false };
  return {
    state: "failed",
    mode: "submit_error",
    message: "the submission was interrupted, and the scheduler has no such job",
    hint: "submit it again: lab run",
    final: true,
  };
}

function underWay(facts: Facts, attempt: Attempt | undefined, view: JobView | undefined, base: Base): Standing {
  if (facts.forget) return { ...base, state: "lost", message: "given up by its owner", final: true };
  if (view?.phase === "pending" && !newerStart(facts, attempt))
    return { ...base, state: "queued", ...(view.reason ? { message: view.reason } : {}), final: false };
  if (attempt?.exit) return { ...base, ...exitWords(attempt.exit), state: "exited", final: false };
  if (attempt?.start || view?.phase === "running" || view?.phase === "completing")
    return { ...base, state: "running", final: false };
  if (view?.phase === "unknown")
    return { ...base, state: "unknown", message: `the scheduler says ${view.word ?? "something new"}`, final: false };
  return { ...base, state: "submitted", final: false };
}

/** Slurm's or the worker's verdict, with what the job itself left behind. */
function ended(
  facts: Facts,
  attempt: Attempt | undefined,
  view: JobView,
  base: Base,
  now: number,
  graces: Graces,
): Standing {
  const exit = attempt?.exit;
  if (exit && ranToItsEnd(exit)) return byExit(exit, attempt, view, base, facts);
  const verdict = view.verdict ?? "failed";
  const [state, mode, words] = byVerdict[verdict] ?? byVerdict.failed;
  if (state !== "by exit")
    return {
      ...base,
      state,
      mode,
      message: messageOf(words, view, facts),
      ...(exit ? exitWords(exit) : {}),
      final: true,
    };
  if (exit) return byExit(exit, attempt, view, base, facts);
  // The job's own word may still be on its way through the file system.
  const since = Date.parse(view.ended_at ?? facts.scheduler?.observed_at ?? new Date(now).toISOString());
  if (now - since < graces.accounting_s * 1000 && attempt?.start) return { ...base, state: "exited", final: false };
  return { ...base, ...withoutExit(attempt, view), final: true };
}

const byVerdict: Record<Verdict, ["failed" | "cancelled" | "by exit", Mode, string]> = {
  completed: ["by exit", "launch_error", ""],
  failed: ["by exit", "code_error", ""],
  cancelled: ["cancelled", "cancelled", "cancelled"],
  timeout: ["failed", "timeout", "it reached its time limit"],
  oom: ["failed", "oom", "it ran out of memory"],
  preempted: ["failed", "preempted", "it was preempted"],
  node_fail: ["failed", "node_fail", "its node failed"],
  boot_fail: ["failed", "node_fail", "its node could not boot"],
  deadline: ["failed", "timeout", "it could not end before its deadline"],
  dependency: ["failed", "dependency", "a job that it waited for did not end as it should"],
};

function messageOf(words: string, view: JobView, { cancel }: Facts): string {
  const by = view.cancelled_by_uid === undefined ? "" : ` by uid ${view.cancelled_by_uid}`;
  const node = view.verdict === "node_fail" && view.nodes ? ` (${view.nodes})` : "";
  const asked = view.verdict === "cancelled" && cancel ? ` with lab cancel` : by;
  const why = view.verdict === "cancelled" && view.started_at === undefined ? `${asked} before it started` : asked;
  return `${words}${why}${node}`;
}

/** The command ended by itself: nobody had asked it to. Then what came after (a failed node, a cancel) came too late. */
function ranToItsEnd(exit: Exit): boolean {
  return exit.reason === "command" && exit.asked === undefined && exit.code === 0;
}

function byExit(
  exit: Exit,
  attempt: Attempt | undefined,
  view: JobView | undefined,
  base: Base,
  facts: Facts,
): Standing {
  const words = exitWords(exit);
  if (exit.reason === "input_error" || exit.reason === "launch_error") {
    return {
      ...base,
      ...words,
      state: "failed",
      mode: exit.reason,
      message: exit.message ?? exit.reason.replace("_", " "),
      final: true,
    };
  }
  if (exit.asked !== undefined && facts.cancel)
    return {
      ...base,
      ...words,
      state: "cancelled",
      mode: "cancelled",
      message: "cancelled with lab cancel",
      final: true,
    };
  if (exit.code === 0 && exit.asked === undefined) return { ...base, ...words, state: "succeeded", final: true };
  if (outOfMemory(exit, view))
    return { ...base, ...words, state: "failed", mode: "oom", message: "it ran out of memory", final: true };
  if (exit.asked !== undefined)
    return {
      ...base,
      ...words,
      state: "failed",
      mode: "code_error",
      message: `it was asked to end by ${exit.asked}`,
      final: true,
    };
  const how = exit.signal === undefined ? `exit code ${exit.code}` : `killed by ${exit.signal}`;
  return {
    ...base,
    ...words,
    state: "failed",
    mode: "code_error",
    message: attempt && attempt.n > 1 ? `${how} (attempt ${attempt.n})` : how,
    final: true,
  };
}

function outOfMemory(exit: Exit, view: JobView | undefined): boolean {
  if ((exit.oom_kills ?? 0) > 0) return true;
  return view?.steps?.some(({ word }) => word === "OUT_OF_MEMORY") ?? false;
}

function exitWords(exit: Exit): Pick<Standing, "exit_code" | "signal"> {
  return { exit_code: exit.code, ...(exit.signal === undefined ? {} : { signal: exit.signal }) };
}

function withoutExit(
  attempt: Attempt | undefined,
  view: JobView,
): Pick<Standing, "state" | "mode" | "message" | "hint" | "exit_code"> {
  const code = view.exit_code === undefined ? {} : { exit_code: view.exit_code };
  const word = view.word ?? view.verdict;
  if (!attempt?.start) {
    return {
      state: "failed",
      mode: "launch_error",
      message: `the job never reached its first line (${word}${view.reason ? `, ${view.reason}` : ""})`,
      hint: "the scheduler's own output is in the submission's directory",
      ...code,
    };
  }
  const killed = view.signal ? `killed by signal ${view.signal}` : `ended as ${word}`;
  return {
    state: "failed",
    mode: view.verdict === "completed" ? "launch_error" : "code_error",
    message: `${killed} without an exit record`,
    ...code,
  };
}

/** Neither queue nor accounting knows the job. */
function absent(facts: Facts, attempt: Attempt | undefined, base: Base, now: number, graces: Graces): Standing {
  const since = Date.parse(facts.scheduler?.absent_since ?? "");
  const gone_s = (now - since) / 1000;
  const exit = attempt?.exit;
  if (exit) {
    const sure = ranToItsEnd(exit) || gone_s >= graces.accounting_s;
    const verdict = byExit(exit, attempt, undefined, base, facts);
    return sure ? verdict : { ...base, ...exitWords(exit), state: "exited", final: false };
  }
  if (facts.forget) return { ...base, state: "lost", message: "given up by its owner", final: true };
  if (gone_s < graces.missing_job_s)
    return {
      ...base,
      state: attempt?.start ? "running" : "submitted",
      message: "the scheduler does not show it at the moment",
      final: false,
    };
  if (facts.cancel && !attempt?.start)
    return {
      ...base,
      state: "cancelled",
      mode: "cancelled",
      message: "cancelled with lab cancel before it started",
      final: true,
    };
  return {
    ...base,
    state: "lost",
    message: "neither the queue nor accounting knows its job, and it left no exit record",
    hint: "lab forget gives it up",
    final: false,
  };
}

function fromOutcome(outcome: Outcome): Standing {
  const { state, mode, message, hint, exit_code, signal, job, attempt, started_at, ended_at } = outcome;
  const all = { state, mode, message, hint, exit_code, signal, job, attempt, started_at, ended_at };
  return {
    ...(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Omit<Standing, "final">),
    final: true,
  };
}
