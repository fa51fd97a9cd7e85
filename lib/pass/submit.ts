// Giving one run to the scheduler: intent, scheduler, receipt. A crash between any two of them is repaired by reconcile.
import { isPassedOver } from "../record/decided.js";
import type { Intent, Receipt } from "../record/facts.js";
import { type Fault, fault, isFault } from "../record/fault.js";
import { jobName } from "../record/job-name.js";
import { requeueOf, warningSignal } from "../record/requeue.js";
import type { Run } from "../record/run.js";
import { handleOf } from "../record/run-id.js";
import type { Submission } from "../record/state.js";
import { timestamp } from "../record/units.js";
import type { RunOnDisk } from "../registry/facts.js";
import { note } from "../registry/journal.js";
import type { Registry } from "../registry/open.js";
import { openRun } from "../registry/runs.js";
import { linkIntent, submissionFiles, withdrawIntent, writeReceipt } from "../registry/submissions.js";
import type { Scheduler, SubmitRequest, Submitted } from "../scheduler/scheduler.js";
import type { Asker } from "./answer.js";
import { jobFoundLater } from "./found-later.js";
import { isOvertaken, sealClaim, type Ticket, ticketOf } from "./seal-claim.js";
import { settle } from "./settle.js";
import { sweepLimit } from "./sweep-limit.js";

export interface Sender {
  registry: Registry;
  /** Who asks whether the run's claim still counts. */
  asker: Asker;
  scheduler: Scheduler;
  now(): number;
  /** How long to look for a job whose submission timed out (milliseconds). */
  patience_ms: number;
  sleep(ms: number): Promise<void>;
}

/**
 * Submits the run's submission and returns the run grown by its job; one that is submitted already comes back as it is. It
 * is `lost` where its claim is no more, and somebody else is to be asked who answers.
 * Throws `refused` (the run is settled with the scheduler's words), `unavailable` (nothing was done), `tempfail` (it may
 * have been accepted: reconcile finds out), `dataerr` (it cannot be submitted).
 */
export async function submitRun(
  sender: Sender,
  run: Run,
  dependencies: SubmitRequest["dependencies"],
): Promise<Run | "lost"> {
  const { registry, scheduler } = sender;
  const { n, disk } = toBeSubmitted(run, registry);
  const before = submittedBefore(disk, run);
  if (before) return before;
  const ticket = sealedTicket(sender.asker, disk, n);
  if (ticket === "lost") return ticket;
  if (!ticket && !voidEarlier(registry, disk, n)) throw anotherSends();
  const { ours, intent } = linkIntent(registry, disk.dir, run.id, n, "submit", false);
  if (!ours) throw lostTo(intent);
  // Whoever was stopped for long since the seal may have been overtaken; the job would find that too, but why send it.
  if (ticket && isOvertaken(sender.asker, disk, ticket)) {
    withdrawIntent(disk.dir, n);
    return "lost";
  }
  const submitted = await send(sender, requestOf(run, disk, n, dependencies, sender), disk);
  const at = timestamp(sender.now());
  const { job, argv, cluster, says } = submitted;
  writeReceipt(registry, disk.dir, {
    type: "receipt",
    v: 1,
    run: run.id,
    submission: n,
    scheduler: scheduler.kind,
    job,
    argv,
    ...(cluster ? { cluster } : {}),
    ...(says ? { says } : {}),
    at,
  });
  note(registry, "run_submitted", run.id, { name: run.name, job });
  // Somebody may have cancelled it while the scheduler was being asked, and had no job to cancel then.
  if (openRun(registry, registry.user, run.id)?.facts.cancel) await scheduler.cancel([job]);
  return {
    ...run,
    phase: "submitted",
    state: "submitted",
    job: { id: job, scheduler: scheduler.kind, submitted_at: at },
  };
}

/** Which submission of the run is to be sent, and the run as it is on disk. */
function toBeSubmitted({ id, submission }: Run, registry: Registry): { n: number; disk: RunOnDisk } {
  if (!submission)
    throw fault("dataerr", "cannot submit it: it has no script yet", {
      hint: "lab-render-sbatch comes before lab-submit",
    });
  const disk = openRun(registry, registry.user, id);
  if (!disk) throw fault("noinput", `cannot submit it: you have no such run in '${registry.base}'`);
  return { n: submission.n, disk };
}

/** The run's claim, where it has one: sealed for this submission, or lost. */
function sealedTicket(asker: Asker, disk: RunOnDisk, n: number): Ticket | "lost" | undefined {
  const ticket = ticketOf(disk, n);
  if (ticket === "stale")
    throw fault("tempfail", "cannot submit it: its script is of another claim", {
      hint: `lab advance ${handleOf(disk.run.id)} makes a new one`,
    });
  const sealed = ticket && sealClaim(asker, disk, ticket);
  if (sealed === "busy") throw anotherSends();
  return sealed === "lost" ? sealed : ticket;
}

function requestOf(
  run: Run,
  disk: RunOnDisk,
  n: number,
  dependencies: SubmitRequest["dependencies"],
  { registry, scheduler }: Sender,
): SubmitRequest {
  return {
    run: run.id,
    submission: n,
    registry: registry.id,
    job_name: jobName(run),
    // The registry's own, whatever the record says.
    script: submissionFiles(disk.dir, n).script,
    run_dir: disk.dir,
    resources: run.resources,
    dependencies,
    ...startedAgain(run),
    ...(scheduler.submitArray ? {} : sweepLimit(registry, run)),
  };
}

/**
 * Of a run that claims nothing there is no seal that two passes compete for, each with a script of its own: whoever sends one
 * voids those before it that are not sent. Says whether none of them was. Throws faults.
 */
export function voidEarlier(registry: Registry, { run, dir, facts }: RunOnDisk, n: number): boolean {
  const unsent = facts.submissions.filter((one) => one.n > (facts.decision?.submission ?? 0) && one.n < n);
  return unsent.every(
    (one) => one.refusal ?? (one.intent ?? linkIntent(registry, dir, run.id, one.n, "submit", true).intent).void,
  );
}

function anotherSends(): Fault {
  return fault("tempfail", "cannot submit it: another process is about to");
}

function startedAgain(run: Run): Pick<SubmitRequest, "requeue" | "warning"> {
  const asked = requeueOf(run);
  if (!asked) return {};
  return {
    ...(asked.max_attempts > 1 ? { requeue: true } : {}),
    ...(asked.warn_s === undefined ? {} : { warning: { signal: warningSignal, before_s: asked.warn_s } }),
  };
}

/** The run grown by the job that it has already. Throws for one that has ended, and where another process sends it. */
export function submittedBefore(disk: RunOnDisk, run: Run): Run | undefined {
  const there = alreadySubmitted(disk);
  if (there)
    return { ...run, phase: "submitted", job: { id: there.job, scheduler: there.scheduler, submitted_at: there.at } };
  refuseEnded(disk);
  return undefined;
}

function alreadySubmitted(disk: RunOnDisk): Receipt | undefined {
  return counting(disk).findLast(({ receipt }) => receipt)?.receipt;
}

/** The submissions since it was decided last, which were not refused; what became of those before counts no more. */
function counting({ facts }: RunOnDisk): Submission[] {
  return facts.submissions.filter(({ n, refusal }) => n > (facts.decision?.submission ?? 0) && !refusal);
}

function refuseEnded(disk: RunOnDisk): void {
  const { facts } = disk;
  if (facts.outcome)
    throw fault("dataerr", `cannot submit it: it has ended already (${facts.outcome.state})`, {
      hint: "plan it anew: lab run",
    });
  if (facts.cancel) throw fault("dataerr", "cannot submit it: it was cancelled", { hint: "plan it anew: lab run" });
  const begun = counting(disk).find(({ intent }) => intent && !isPassedOver(intent));
  if (begun?.intent) throw lostTo(begun.intent);
}

function lostTo(intent: Intent): Fault {
  if (intent.void && intent.by === "submit") return anotherSends();
  if (intent.void)
    return fault("dataerr", "cannot submit it: it was given up before it was submitted", {
      hint: "plan it anew: lab run",
    });
  return fault(
    "tempfail",
    `cannot submit it: process ${intent.pid ?? "?"} on ${intent.host} began to at ${intent.at}`,
    { hint: "lab reconcile finds out what came of that" },
  );
}

async function send(sender: Sender, request: SubmitRequest, disk: RunOnDisk): Promise<Submitted> {
  try {
    return await sender.scheduler.submit(request);
  } catch (error) {
    if (!isFault(error)) throw error;
    if (error.code === "unavailable") {
      withdrawIntent(disk.dir, request.submission);
      throw fault("unavailable", error.message, {
        hint: `when it is back: lab submit ${handleOf(request.run)}`,
        cause: error,
      });
    }
    if (error.code === "tempfail") {
      const job = await jobFoundLater(sender, request, error);
      return { job, argv: [], says: "found by its comment after the submission had timed out" };
    }
    const standing = {
      state: "failed" as const,
      mode: "submit_error" as const,
      message: error.message,
      ...(error.hint ? { hint: error.hint } : {}),
      final: true,
    };
    settle(sender.registry, disk, standing, sender.now());
    throw error;
  }
}
