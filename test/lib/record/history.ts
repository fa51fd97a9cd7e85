// A run's true history, drawn at random: what happened, when each file was written, what the scheduler said when, and
// how it ended in truth. It knows nothing of the state function; it plays those who write the facts.
import { absentSince } from "../../../lib/record/absence.js";
import type { Exit, Intent, JobView, Mode, SchedulerFact, Start, Verdict } from "../../../lib/record/facts.js";
import type { Attempt, Facts, Submission } from "../../../lib/record/state.js";

/** Chooses one of 0…n-1. */
export type Pick = (n: number) => number;

/** A file and when it was written (milliseconds). */
interface Written {
  at: number;
  name: string;
  put(facts: Facts): void;
}

/** From when on the scheduler says this of a job; undefined: it knows no such job. */
interface Said {
  from: number;
  view: JobView | undefined;
}

/** `lost` is never final of itself, `open` is nothing yet. `or` is another verdict that looking at another time may give. */
export type Truth = { state: string; mode?: Mode; or?: Mode } | "lost" | "open" | { again: Mode };

export interface History {
  planned: number;
  /** How often it may be attempted, if it is one to start again. */
  max_attempts?: number;
  files: Written[];
  jobs: Map<string, Said[]>;
  /** Which job a search finds for a submission. */
  mine: Map<number, string>;
  truth: Truth;
  /** When nothing happens any more. */
  end: number;
}

const run = "20261120-120000-k7q3mz";
const day0 = Date.parse("2026-11-20T12:00:00Z");
const second = 1000;
const iso = (ms: number) => new Date(ms).toISOString();

/** How one start of the job ended: its own record, and the scheduler's verdict on it. */
interface Ended {
  exit?: Partial<Exit>;
  verdict: Verdict;
  exit_code?: number;
  signal?: number;
  oomStep?: boolean;
  cancel?: boolean;
}

export function drawHistory(pick: Pick): History {
  const h = new Drawing(pick);
  if (pick(4) === 0) h.blocked();
  const draw = beginnings[pick(beginnings.length)] ?? submitted;
  const truth = draw(h, pick);
  const end = Math.max(h.clock, ...h.files.map(({ at }) => at));
  const history = { planned: day0, files: h.files, jobs: h.jobs, mine: h.mine, truth, end };
  const max_attempts = pick(2) ? 1 + pick(4) : 0;
  return max_attempts === 0 ? history : { ...history, max_attempts, truth: truthAgain(history, max_attempts) };
}

/** What was no fault of its own is no end before the last attempt: of each submission's own job, or where that had none. */
function truthAgain(history: History, max_attempts: number): Truth {
  const { truth } = history;
  const { submissions, attempts, cancel } = factsAt(history, Infinity, () => 0);
  if (typeof truth === "string" || !("mode" in truth) || truth.mode === undefined || cancel) return truth;
  if (!["preempted", "timeout", "node_fail"].includes(truth.mode)) return truth;
  const own = attempts.filter(({ exit }) => exit?.reason !== "superseded");
  const without = submissions.filter(({ n }) => !own.some(({ start }) => start?.submission === n));
  return own.length + without.length < max_attempts ? { again: truth.mode } : truth;
}

/** The pen: a clock that goes on, and the files and answers noted so far. */
class Drawing {
  clock = day0 + second;
  files: Written[] = [];
  jobs = new Map<string, Said[]>();
  mine = new Map<number, string>();
  /** Jobs that a receipt names. */
  named = new Set<string>();
  attempts = 0;
  readonly skew: number;
  constructor(readonly pick: Pick) {
    this.skew = (pick(5) - 2) * second;
  }

  wait(most_s: number, least_s = 0): number {
    this.clock += (least_s + this.pick(most_s - least_s + 1)) * second;
    return this.clock;
  }

  write(name: string, put: (facts: Facts) => void, at = this.clock): void {
    this.files.push({ at, name, put });
  }

  intent(n: number, by: Intent["by"], isVoid = false): void {
    const at = iso(this.clock);
    this.write(`submit-${n}/intent`, (facts) => {
      const intent: Intent = {
        type: "intent",
        v: 1,
        run,
        submission: n,
        token: `${n}`,
        by,
        user: "alice",
        host: "login",
        at,
      };
      submission(facts, n).intent = isVoid ? { ...intent, void: true } : intent;
    });
  }

  /** It waits for an input before anything else. */
  blocked(): void {
    const at = iso(this.clock);
    this.write("decision-1", (facts) => {
      facts.decision = { type: "decision", v: 1, run, decision: "blocked", at };
    });
    this.wait(3600);
  }

  receipt(n: number, job: string): void {
    this.named.add(job);
    const at = iso(this.clock);
    this.write(`submit-${n}/receipt`, (facts) => {
      submission(facts, n).receipt = { type: "receipt", v: 1, run, submission: n, scheduler: "slurm", job, at };
    });
  }

  cancel(): void {
    const at = iso(this.clock);
    this.write("cancel", (facts) => {
      facts.cancel = { type: "cancel", v: 1, run, user: "alice", at };
    });
  }

  forget(): void {
    const at = iso(this.clock);
    this.write("forget", (facts) => {
      facts.forget = { type: "forget", v: 1, run, user: "alice", at };
    });
  }

  /** A new attempt, whose directory and start.json appear at once but may be seen at different times. */
  start(n: number, job: string | undefined, restart: number): number {
    this.attempts += 1;
    const attempt = this.attempts;
    const at = iso(this.clock + this.skew);
    const start: Start = { type: "start", v: 1, run, submission: n, attempt, host: "n1", at };
    this.write(`attempt-${attempt}`, (facts) => attemptOf(facts, attempt));
    this.write(`attempt-${attempt}/start`, (facts) => {
      const found = facts.attempts.find((each) => each.n === attempt);
      if (found) found.start = job === undefined ? start : { ...start, job, scheduler: "slurm", restart };
    });
    return attempt;
  }

  exit(attempt: number, exit: Partial<Exit>, at = this.clock): void {
    const whole: Exit = {
      type: "exit",
      v: 1,
      run,
      attempt,
      reason: "command",
      code: 0,
      at: iso(at + this.skew),
      ...exit,
    };
    this.write(
      `attempt-${attempt}/exit`,
      (facts) => {
        const found = facts.attempts.find((each) => each.n === attempt);
        if (found) found.exit = whole;
      },
      at,
    );
  }

  says(job: string, view: Partial<JobView> | undefined): void {
    const said = this.jobs.get(job) ?? [];
    said.push({ from: this.clock, view: view && ({ job, phase: "unknown", ...view } as JobView) });
    this.jobs.set(job, said);
  }
}

function submission(facts: Facts, n: number): Submission {
  const found = facts.submissions.find((each) => each.n === n);
  if (found) return found;
  facts.submissions.push({ n });
  facts.submissions.sort((a, b) => a.n - b.n);
  return submission(facts, n);
}

function attemptOf(facts: Facts, n: number): Attempt {
  const found = facts.attempts.find((each) => each.n === n);
  if (found) return found;
  facts.attempts.push({ n });
  facts.attempts.sort((a, b) => a.n - b.n);
  return attemptOf(facts, n);
}

const cancelledTruth = { state: "cancelled", mode: "cancelled" as const };
const submitError: Truth = { state: "failed", mode: "submit_error" };

const beginnings: ((h: Drawing, pick: Pick) => Truth)[] = [
  // Planned, and never touched again.
  () => "open",
  // Given up by reconcile after an hour, and cancelled by somebody who looked too late; its script started by hand after that.
  (h, pick) => {
    h.wait(4000, 3600);
    h.intent(1, "reconcile", true);
    if (pick(2)) {
      h.wait(100, 1);
      h.cancel();
    }
    if (pick(2)) superseded(h, 1, "77", 2);
    return submitError;
  },
  // Cancelled before it was submitted; perhaps killed between wish and deed, and done by a later pass.
  (h, pick) => {
    h.wait(100);
    h.cancel();
    if (pick(3) === 0) return "open";
    h.wait(100);
    h.intent(1, "cancel", true);
    return cancelledTruth;
  },
  // The submitter died before the scheduler had heard anything.
  (h, pick) => {
    h.wait(100);
    h.intent(1, "submit");
    h.wait(10_000, 3000);
    if (pick(2) === 0) return submitError;
    h.cancel();
    return { ...cancelledTruth, or: "submit_error" };
  },
  submitted,
  submitted,
  submitted,
  startedByHand,
  submittedByHand,
  resubmitted,
];

/** lab-submit; perhaps killed before it wrote the receipt. */
function submitted(h: Drawing, pick: Pick): Truth {
  h.wait(100);
  h.intent(1, "submit");
  h.wait(5);
  h.mine.set(1, "10");
  h.says("10", { phase: "pending", reason: "Priority" });
  if (pick(4)) {
    h.wait(2);
    h.receipt(1, "10");
    if (pick(5) === 0) {
      superseded(h, 1, "77", 2);
      h.wait(100, 61);
    }
  }
  return liveOfJob(h, pick, 1, "10");
}

/** `sbatch script.sh`: no intent before the job itself links it. */
function submittedByHand(h: Drawing, pick: Pick): Truth {
  h.wait(4000);
  h.mine.set(1, "10");
  h.says("10", { phase: "pending" });
  return liveOfJob(h, pick, 1, "10", () => h.intent(1, "job"));
}

/** `bash script.sh`: no scheduler at all. */
function startedByHand(h: Drawing, pick: Pick): Truth {
  h.wait(4000);
  const attempt = h.start(1, undefined, 0);
  h.intent(1, "job");
  h.wait(5000);
  if (pick(4) === 0) return "lost";
  const end = ends[pick(4)] ?? ends[0];
  const exit = end?.exit ?? { code: 0 };
  h.exit(attempt, exit);
  return truthOf({ exit, verdict: exit.code === 0 ? "completed" : "failed" }, true);
}

/** A first submission came to nothing, or was lost; what it does later counts for nothing. */
function resubmitted(h: Drawing, pick: Pick): Truth {
  h.wait(100);
  h.intent(1, "submit");
  const began = pick(3);
  let attempt = 0;
  if (began > 0) {
    h.wait(10, 1);
    h.receipt(1, "9");
    h.says("9", { phase: "running", started_at: iso(h.clock), nodes: "n1" });
    attempt = h.start(1, "9", 0);
    h.wait(1000, 100);
    h.says("9", undefined);
    h.wait(3000, 1000);
  } else h.wait(300);
  h.intent(2, "submit");
  h.mine.set(2, "10");
  h.says("10", { phase: "pending" });
  if (began === 1) h.exit(attempt, { code: pick(2) }, h.clock + (100 + pick(2000)) * second);
  h.wait(3);
  if (pick(3)) h.receipt(2, "10");
  if (began === 0 && pick(2)) superseded(h, 1, "9", 2);
  return liveOfJob(h, pick, 2, "10");
}

/** A job that its own fence stops: its attempt begins, and ends without the command. */
function superseded(h: Drawing, n: number, job: string, within_s: number): void {
  h.wait(20, 1);
  h.says(job, { phase: "running", started_at: iso(h.clock), nodes: "n9" });
  const attempt = h.start(n, job, 0);
  h.wait(within_s);
  h.exit(attempt, { reason: "superseded", code: 75 });
  h.says(job, {
    phase: "ended",
    verdict: "failed",
    exit_code: 75,
    nodes: "n9",
    started_at: iso(h.clock),
    ended_at: iso(h.clock),
  });
}

/** How a start of a job can end. The first ones need no scheduler to be understood. */
const ends: Ended[] = [
  { exit: { code: 0 }, verdict: "completed", exit_code: 0 },
  { exit: { code: 3 }, verdict: "failed", exit_code: 3 },
  { exit: { code: 137, reason: "signal", signal: "SIGKILL", oom_kills: 1 }, verdict: "failed", exit_code: 137 },
  { exit: { code: 66, reason: "input_error", message: "input 'data': gone" }, verdict: "failed", exit_code: 66 },
  { exit: { code: 69, reason: "launch_error", message: "no module" }, verdict: "failed", exit_code: 69 },
  { exit: { code: 1 }, verdict: "failed", exit_code: 1, oomStep: true },
  { exit: { code: 0 }, verdict: "completed", exit_code: 0, oomStep: true },
  { exit: { code: 0 }, verdict: "node_fail" },
  { exit: { code: 0 }, verdict: "cancelled", cancel: true },
  { exit: { code: 0 }, verdict: "timeout" },
  { exit: { code: 143, asked: "SIGTERM", reason: "signal", signal: "SIGTERM" }, verdict: "cancelled", cancel: true },
  { exit: { code: 143, asked: "SIGTERM" }, verdict: "cancelled" },
  { exit: { code: 0, asked: "SIGTERM" }, verdict: "timeout" },
  { exit: { code: 1, asked: "SIGTERM" }, verdict: "timeout" },
  { exit: { code: 0, asked: "SIGTERM" }, verdict: "preempted" },
  { exit: { code: 0, asked: "SIGTERM" }, verdict: "completed", exit_code: 0 },
  { exit: { code: 4, asked: "SIGTERM" }, verdict: "failed", exit_code: 4, cancel: true },
  { exit: { code: 143, asked: "SIGTERM", reason: "signal" }, verdict: "node_fail" },
  { exit: { code: 75, reason: "timeout" }, verdict: "failed", exit_code: 75 },
  { exit: { code: 75, reason: "timeout" }, verdict: "timeout" },
  { exit: { code: 143, reason: "timeout", signal: "SIGTERM" }, verdict: "cancelled", cancel: true },
  { verdict: "oom", signal: 125 },
  { verdict: "failed", signal: 9, oomStep: true },
  { verdict: "failed", signal: 9 },
  { verdict: "timeout" },
  { verdict: "node_fail" },
  { verdict: "preempted" },
  { verdict: "cancelled", cancel: true },
  { verdict: "deadline" },
];

/** Pending, perhaps several starts, and one end. `linked` is called right after the first start. */
function liveOfJob(h: Drawing, pick: Pick, n: number, job: string, linked?: () => void): Truth {
  h.wait(3000, 6);
  if (pick(5) === 0 && !linked) return endWhileWaiting(h, pick, job, 0, undefined);
  let last: Ended | undefined;
  const restarts = [0, 0, 0, 1, 1, 2][pick(6)] ?? 0;
  for (let restart = 0; ; restart += 1) {
    const begun = iso(h.clock);
    const running = { ...countOf(pick, restart), nodes: "n1", started_at: begun };
    if (pick(8) === 0) h.says(job, { phase: "unknown", word: "RECONSIDERING", ...running });
    else h.says(job, { phase: "running", ...running });
    if (!(restart === 0 && linked) && pick(8) === 0) return endBeforeStart(h, pick, job, running, last);
    const attempt = h.start(n, job, restart);
    if (restart === 0) linked?.();
    if (pick(12) === 0) superseded(h, n, "78", 1);
    h.wait(2000);
    if (restart === restarts) return endOfJob(h, pick, job, attempt, running);
    last = requeue(h, pick, job, attempt, restart, running);
    h.wait(500, 6);
    if (pick(6) === 0) return endWhileWaiting(h, pick, job, restart + 1, last);
  }
}

/** The queue tells of restarts if there were any, accounting never. */
function countOf(pick: Pick, restarts: number): Partial<JobView> {
  if (pick(3) === 0) return { source: "accounting" };
  return { source: "queue", ...(restarts > 0 || pick(2) ? { restarts } : {}) };
}

/** Preempted, or its node failed, or an administrator wanted it so. */
function requeue(h: Drawing, pick: Pick, job: string, attempt: number, restart: number, running: object): Ended {
  const exit = [undefined, { code: 143, asked: "SIGTERM" }, { code: 0, asked: "SIGTERM" }, { code: 0 }][pick(4)];
  if (exit) h.exit(attempt, exit);
  h.wait(2);
  if (pick(2)) h.says(job, { phase: "completing", ...running });
  h.wait(2);
  h.says(job, { phase: "pending", reason: "BeginTime", restarts: restart + 1 });
  return { ...(exit ? { exit } : {}), verdict: "preempted" };
}

function endOfJob(h: Drawing, pick: Pick, job: string, attempt: number, running: object): Truth {
  const end = ends[pick(ends.length)] as Ended;
  // A cancel by hand is written down before the scheduler is asked.
  if (end.cancel) h.cancel();
  if (end.cancel) h.wait(2);
  if (end.exit) h.exit(attempt, end.exit);
  h.wait(5);
  const isToldOf = tell(h, pick, job, { ...viewOfEnd(end, h.clock), ...running });
  if (isToldOf) return truthOf(end, true);
  if (end.exit) return truthOf({ ...end, verdict: end.exit.code === 0 ? "completed" : "failed", oomStep: false }, true);
  return lostTruth(h, pick, attempt);
}

/** Nobody knows it any more, and it left no word: lost, perhaps forgotten, perhaps its word comes late. */
function lostTruth(h: Drawing, pick: Pick, attempt: number): Truth {
  h.wait(4000, 2000);
  const forgotten = pick(2) === 0;
  if (forgotten) h.forget();
  h.wait(300, 61);
  const late = pick(2) === 0;
  if (late) h.exit(attempt, { code: 0 });
  return forgotten ? { state: "lost" } : late ? { state: "succeeded" } : "lost";
}

/** The job began by what the scheduler says, but not a line of its script ran. */
function endBeforeStart(h: Drawing, pick: Pick, job: string, running: object, last: Ended | undefined): Truth {
  h.wait(3);
  const end = [
    { verdict: "failed" as const, signal: 53 },
    { verdict: "node_fail" as const },
    { verdict: "cancelled" as const },
    { verdict: "completed" as const, exit_code: 0 },
  ][pick(last ? 3 : 4)] as Ended;
  forgetNothing(h, job, { ...viewOfEnd(end, h.clock), ...running });
  return last?.exit && truthOf(last, false) === succeeded ? succeeded : truthOf(end, false);
}

/** Cancelled, or given up by the scheduler, before it (or its next start) began. */
function endWhileWaiting(h: Drawing, pick: Pick, job: string, restarts: number, last: Ended | undefined): Truth {
  const verdict =
    (["cancelled", "cancelled", "dependency", "deadline"] as const)[pick(restarts === 0 ? 4 : 2)] ?? "cancelled";
  const byCancel = verdict === "cancelled" && pick(2) === 0;
  if (byCancel) h.cancel();
  h.wait(3);
  // Accounting gives such a job a start, its end; the queue gives none.
  const started = pick(2) ? { started_at: iso(h.clock) } : {};
  const view = { ...viewOfEnd({ verdict }, h.clock), ...started, ...countOf(pick, restarts) };
  if (byCancel && restarts === 0 && pick(3) === 0) {
    h.says(job, undefined);
    return { ...cancelledTruth, or: "submit_error" };
  }
  h.says(job, view);
  return last?.exit && truthOf(last, false) === succeeded ? succeeded : truthOf({ verdict }, false);
}

function viewOfEnd({ verdict, exit_code, signal, oomStep }: Ended, at: number): Partial<JobView> {
  return {
    phase: "ended",
    verdict,
    ended_at: iso(at),
    ...(exit_code === undefined ? {} : { exit_code }),
    ...(signal === undefined ? {} : { signal }),
    ...(oomStep ? { steps: [{ step: "0", word: "OUT_OF_MEMORY" }] } : {}),
  };
}

/** The scheduler tells of the end, perhaps after a few seconds in which nobody knows the job; or, without accounting, never. */
function tell(h: Drawing, pick: Pick, job: string, view: Partial<JobView>): boolean {
  if (pick(4) === 0) {
    if (!h.named.has(job)) {
      // slurmctld shows for minutes what has ended, so that what nobody wrote down can be found.
      h.says(job, { phase: "completing" });
      h.wait(90, 60);
    }
    h.says(job, undefined);
    return false;
  }
  forgetNothing(h, job, view);
  return true;
}

/** (Those seconds come where slurmctld has lost its memory only; not for a job that nobody wrote down.) */
function forgetNothing(h: Drawing, job: string, view: Partial<JobView>): void {
  if (h.named.has(job) && h.pick(3) === 0) {
    h.says(job, undefined);
    h.wait(8, 1);
  }
  h.says(job, view);
}

const succeeded: Truth = { state: "succeeded" };

/** The verdict on a whole history, by the table of the specification. */
function truthOf({ exit, verdict, oomStep, cancel }: Ended, started: boolean): Truth {
  const failed = (mode: Mode): Truth => ({ state: "failed", mode });
  if (exit && exit.code === 0 && !exit.asked) return succeeded;
  if (verdict === "cancelled") return cancelledTruth;
  if (verdict === "boot_fail") return failed("node_fail");
  if (verdict === "deadline") return failed("timeout");
  if (verdict !== "completed" && verdict !== "failed") return failed(verdict);
  if (exit?.reason === "input_error" || exit?.reason === "launch_error") return failed(exit.reason);
  if (exit?.asked && cancel) return cancelledTruth;
  if (exit?.reason === "timeout") return failed("timeout");
  if (!exit && (!started || verdict === "completed")) return failed("launch_error");
  return failed(exit?.oom_kills || oomStep ? "oom" : "code_error");
}

/** What is to be seen of a history's files by somebody to whom each comes `lag` (milliseconds, by name) after its writing. */
export function factsAt({ files, planned, max_attempts }: History, now: number, lag: (name: string) => number): Facts {
  const facts: Facts = {
    run,
    planned_at: iso(planned),
    ...(max_attempts === undefined ? {} : { max_attempts }),
    submissions: [],
    attempts: [],
  };
  const visible = files.filter(({ at, name }) => at + lag(name) <= now);
  for (const { put } of visible.filter(({ name }) => !name.includes("attempt-") || !name.includes("/"))) put(facts);
  for (const { put } of visible.filter(({ name }) => name.includes("attempt-") && name.includes("/"))) put(facts);
  return facts;
}

/** What the scheduler answers about a job at a time. */
export function answerAt({ jobs }: History, job: string, now: number): JobView | undefined {
  return jobs.get(job)?.findLast(({ from }) => from <= now)?.view;
}

/** scheduler.json as a pass at `now` writes it, who sees these facts. */
export function observed(view: JobView | undefined, facts: Facts, now: number): SchedulerFact {
  const observed_at = iso(now);
  const fact = { type: "scheduler" as const, v: 1 as const, run, observed_at };
  if (view) return { ...fact, job: view };
  const before = facts.scheduler?.job;
  return { ...fact, ...(before ? { job: before } : {}), absent_since: absentSince(facts, observed_at) };
}
