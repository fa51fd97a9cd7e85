// A job that has started: what is due about it now. Each step can be repeated, so a worker that follows another goes on.
import os from "node:os";
import type { JobEnded } from "../../record/queue.js";
import { timestamp } from "../../record/units.js";
import type { Here } from "./here.js";
import type { Child } from "./launch.js";
import { isHere } from "./plan.js";
import { isRunning, processesOf, signalGroup, signalProcess } from "./processes.js";
import type { QueueItem } from "./read-queue.js";
import type { QueueStore } from "./store.js";

/** What this worker has done about a job; all else is in the queue's facts. */
export interface Attended {
  /** The job as our child; a job of an earlier worker is not. */
  child?: Child;
  /** When (milliseconds) the job, or what it left behind, was asked to end by us. */
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

/**
 * Does what is due about a started job: cancel and time limit (SIGTERM, SIGKILL after the grace), the end of processes
 * that it left behind, and the record of its end. Gives the time (milliseconds) at which to look again at the latest.
 */
export function attend({ store, here, grace_s }: Attendance, item: QueueItem, attended: Attended, now: number): number {
  const { job, queued, started } = item;
  if (!queued || !started || !isHere(item, here)) return Infinity;
  if (started.boot !== here.boot) {
    end(store, item, outcome(store, item, { verdict: "node_fail", reason: "the host was restarted" }, attended, now));
    return now;
  }
  const variable = `LAB_LOCAL_JOB_ID=${job}`;
  if (attended.child ? !attended.child.exit : isRunning(started))
    return bound(store, item, attended, grace_s * 1000, variable, now);
  const rest = processesOf(started.pid, variable);
  if (rest.length > 0) {
    attended.leftovers ??= now;
    const signal = now < attended.leftovers + grace_s * 1000 ? "SIGTERM" : "SIGKILL";
    if (attended.leftovers === now || signal === "SIGKILL") for (const id of rest) signalProcess(id, signal);
    return now + glance;
  }
  end(store, item, outcome(store, item, unheard, attended, now));
  return now;
}

/** Holds a running job to its time limit and to its owner's wish. */
function bound(
  store: QueueStore,
  item: QueueItem,
  attended: Attended,
  grace: number,
  variable: string,
  now: number,
): number {
  const { job, queued, started, cancel } = item;
  if (!queued || !started) return Infinity;
  const limit =
    queued.resources.time_s === undefined ? Infinity : Date.parse(started.at) + queued.resources.time_s * 1000;
  if (!item.ending && !cancel && now < limit) return limit;
  if (!item.ending)
    store.note(job, "ending", {
      type: "job-ending",
      v: 1,
      job,
      why: cancel ? "cancelled" : "timeout",
      at: timestamp(now),
    });
  if (attended.termed === undefined) {
    attended.termed = now;
    signalGroup(started, "SIGTERM");
    // A stopped process takes no signal but this one before it goes on.
    signalGroup(started, "SIGCONT");
  }
  if (now < attended.termed + grace) return attended.child ? attended.termed + grace : now + glance;
  for (const id of processesOf(started.pid, variable)) signalProcess(id, "SIGKILL");
  return now + glance;
}

const unheard = {
  verdict: "failed",
  reason: "it ended while no worker was there to hear how, and left no word of it",
} as const;

type End = Pick<JobEnded, "verdict" | "reason" | "exit_code" | "signal" | "at">;

/** How it ended: by us, by what its process said, or by what the job wrote; `silent` where nobody has a word of it. */
function outcome(
  store: QueueStore,
  item: QueueItem,
  silent: Pick<End, "verdict" | "reason">,
  { child }: Attended,
  now: number,
): End {
  const said = child?.exit ?? exitOf(store, item);
  const at = said?.at ?? timestamp(now);
  const how: Pick<End, "exit_code" | "signal"> = {};
  if (said?.code != null) how.exit_code = said.code;
  if (said?.signal) how.signal = os.constants.signals[said.signal];
  if (item.ending) return { verdict: item.ending.why, ...how, at };
  if (said === undefined) return { ...silent, at };
  return { verdict: how.exit_code === 0 ? "completed" : "failed", ...how, at };
}

function exitOf(store: QueueStore, { queued }: QueueItem): Child["exit"] {
  const exit = queued && store.exitOf(queued);
  return exit && { code: exit.code, signal: null, at: exit.at };
}

/** Writes the last fact of a job. */
export function end(store: QueueStore, { job, queued, started, cancel }: QueueItem, how: End): void {
  if (!queued) return;
  store.note(job, "ended", {
    type: "job-ended",
    v: 1,
    job,
    run: queued.run,
    registry: queued.registry,
    ...how,
    ...(how.verdict === "cancelled" && cancel ? { cancelled_by_uid: cancel.uid } : {}),
    ...(started ? { host: started.host, started_at: started.at } : {}),
    submitted_at: queued.at,
  });
}
