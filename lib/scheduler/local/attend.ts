// A job that has started: what is due about it now. Each step can be repeated, so a worker that follows another goes on.
import os from "node:os";
import type { JobEnding } from "../../record/queue.js";
import { timestamp } from "../../record/units.js";
import { end, outcome, putBack } from "./ends.js";
import { type Here, isHere } from "./here.js";
import type { Child } from "./launch.js";
import { ageOf, isRunning, processesOf, signalGroup, signalProcess } from "./processes.js";
import type { QueueItem } from "./read-queue.js";
import type { QueueStore } from "./store.js";

/** What this worker has done about a job; all else is in the queue's facts. Times are those that it is called with. */
export interface Attended {
  /** The job as our child; a job of an earlier worker is not. */
  child?: Child;
  /** When the job, or what it left behind, was asked to end by us. */
  termed?: number;
  leftovers?: number;
}

export interface Attendance {
  store: QueueStore;
  here: Here;
  /** Seconds between SIGTERM and SIGKILL. */
  grace_s: number;
}

/** How soon (milliseconds) processes that are ending, and whose end nobody tells us, are looked at again. */
const glance = 200;
/** The same of processes that run. */
const look = 2000;

/**
 * Does what is due about a started job: the warning before its time limit, cancel, time limit and requeue (SIGTERM, SIGKILL
 * after the grace), the end of processes that it left behind, and the record of its end. `now` is in milliseconds of a
 * clock that nobody sets; gives the time at which to look again at the latest, `now` when something was written.
 */
export function attend(attendance: Attendance, item: QueueItem, attended: Attended, now: number): number {
  const { store, here, grace_s } = attendance;
  const { job, queued, started } = item;
  if (!queued || !started || !isHere(item, here)) return Infinity;
  if (started.boot !== here.boot) {
    if (!putBack(store, item, "node_fail"))
      end(
        store,
        item,
        outcome(store, item, { verdict: "node_fail", reason: "the host was restarted" }, attended.child),
      );
    return now;
  }
  if (attended.child ? !attended.child.exit : isRunning(started)) return bound(attendance, item, attended, now);
  const rest = processesOf(started.pid, variableOf(job));
  if (rest.length > 0) {
    attended.leftovers ??= now;
    const signal = now < attended.leftovers + grace_s * 1000 ? "SIGTERM" : "SIGKILL";
    if (attended.leftovers === now || signal === "SIGKILL") for (const id of rest) signalProcess(id, signal);
    return now + glance;
  }
  if (!(item.requeue && putBack(store, item, "requeue")))
    end(store, item, outcome(store, item, unheard, attended.child));
  return now;
}

const unheard = {
  verdict: "failed",
  reason: "it ended while no worker was there to hear how, and left no word of it",
} as const;

/** Holds a running job to its time limit and to its owner's wishes. */
function bound(attendance: Attendance, item: QueueItem, attended: Attended, now: number): number {
  const { store, grace_s } = attendance;
  const { job, queued, started, restarts } = item;
  if (!queued || !started) return Infinity;
  const next = attended.child ? Infinity : now + look;
  const left = queued.resources.time_s === undefined ? Infinity : (queued.resources.time_s - ageOf(started)) * 1000;
  const why = whyEnding(item, left);
  if (!why) return Math.min(next, now + left, warn(attendance, item, now, left));
  if (!item.ending)
    store.note(job, "ending", { type: "job-ending", v: 1, job, why, at: timestamp(Date.now()) }, restarts);
  if (attended.termed === undefined) {
    attended.termed = now;
    signalGroup(started, "SIGTERM");
    // A stopped process takes no signal but this one before it goes on.
    signalGroup(started, "SIGCONT");
  }
  const grace = attended.termed + grace_s * 1000;
  if (now < grace) return attended.child ? grace : now + glance;
  for (const id of processesOf(started.pid, variableOf(job))) signalProcess(id, "SIGKILL");
  return now + glance;
}

function whyEnding({ ending, cancel, requeue, queued }: QueueItem, left: number): JobEnding["why"] | undefined {
  if (ending) return ending.why;
  if (cancel) return "cancelled";
  if (requeue && queued?.requeue) return "requeue";
  return left <= 0 ? "timeout" : undefined;
}

/**
 * Sends the job its signal when there are `warn_s` left, to its first process alone, as Slurm does with `--signal=B:`. It is
 * noted afterwards: a warning that came twice is better than none. Gives when it will be due.
 */
function warn({ store }: Attendance, item: QueueItem, now: number, left: number): number {
  const { job, queued, started, restarts, warned } = item;
  if (!queued?.signal || queued.warn_s === undefined || !started || warned) return Infinity;
  const due = left - queued.warn_s * 1000;
  if (due > 0) return now + due;
  const signal = `SIG${queued.signal}`;
  if (Object.hasOwn(os.constants.signals, signal)) signalProcess(started, signal as NodeJS.Signals);
  const record = { type: "job-warned", v: 1, job, signal: queued.signal, at: timestamp(Date.now()) } as const;
  store.note(job, "warned", record, restarts);
  return now;
}

function variableOf(job: string): string {
  return `LAB_LOCAL_JOB_ID=${job}`;
}
