// One pass of the worker over the queue: looks at what is, does what is due. Repeating it changes nothing.
import { isFault } from "../../record/fault.js";
import { timestamp } from "../../record/units.js";
import { type Attended, attend } from "./attend.js";
import type { Capacity } from "./capacity.js";
import { makeDoubt } from "./doubt.js";
import { end } from "./ends.js";
import { forgetOld } from "./forget.js";
import { type Here, isHere } from "./here.js";
import { launch } from "./launch.js";
import { type Plan, plan } from "./plan.js";
import type { Queue, QueueItem } from "./read-queue.js";
import type { QueueStore } from "./store.js";
import { isAlive, makeLooker } from "./world.js";

export interface PassOptions {
  store: QueueStore;
  capacity: Capacity;
  /** What goes wrong with one job or file, each message once; the rest goes on. */
  report(message: string): void;
  /** Seconds between SIGTERM and SIGKILL for a job that shall end; 30 where not said. */
  grace_s?: number;
  /** Seconds for which a job that has ended is remembered; a week where not said. */
  keep_s?: number;
  /** Seconds after which a job that cannot be started is given up; 60 where not said, since file systems lag. */
  patience_s?: number;
  /** Seconds after which nobody waits any longer for another user's worker whose turn it is; 20 where not said. */
  courtesy_s?: number;
}

export interface Pass {
  /** Does what is due, and gives the time of what will be due next; `now` is in milliseconds of a clock that nobody sets. */
  pass(now: number): number;
  /** Whether the queue has jobs that wait for this worker, or run under it: by the last pass, or by a fresh look. */
  hasWork(fresh?: boolean): boolean;
}

const hour = 3_600_000;
/** How soon (milliseconds) after a trouble of the place, or of one job, it is tried again; later as it lasts. */
const soon = 2000;

export function makePass(options: PassOptions, here: Here, changed: () => void): Pass {
  const { store, capacity, grace_s = 30, keep_s = 7 * 86_400, patience_s = 60, courtesy_s = 20 } = options;
  const report = onceEach(options.report);
  const reservations = store.reservations(here.host);
  const looker = makeLooker(store, here, report);
  const doubt = makeDoubt(courtesy_s * 1000);
  const attended = new Map<string, Attended>();
  const failing = new Map<string, number>();
  let queue: Queue = new Map();
  let cleaned = -Infinity;
  let swept = false;

  function pass(now: number): number {
    const later = look(now);
    if (later !== undefined) return later;
    if (now >= cleaned + hour) {
      cleaned = now;
      safely(() => forgetOld(store, queue, Date.now() - keep_s * 1000), now);
    }
    let next = Infinity;
    for (const item of queue.values())
      next = Math.min(
        next,
        safely(() => settle(item, now), now),
      );
    if (next <= now || !swept) safely(sweep, now);
    const waits = [...queue.values()].some(({ queued, started, over }) => queued && !started && !over);
    return waits
      ? Math.min(
          next,
          safely(() => startJobs(now), now),
        )
      : next;
  }

  /** Looks at the queue; where it cannot be listed, which is no reason to leave it, gives when to try again. */
  function look(now: number): number | undefined {
    return safely(() => {
      queue = looker.own();
      return undefined;
    }, now);
  }

  function settle(item: QueueItem, now: number): number {
    const { job, queued, started, over, unreadable, cancel } = item;
    if (over || unreadable || !queued || !started) attended.delete(job);
    if (over || unreadable || !queued) return Infinity;
    if (started) return attend({ store, here, grace_s }, item, attendedOf(job), now);
    if (!cancel || !isOurs(item)) return Infinity;
    end(store, item, { verdict: "cancelled", at: timestamp(Date.now()) });
    return now;
  }

  /** Ends our entries in the host's log whose jobs have ended, and those of starts that came to nothing. */
  function sweep(): number {
    queue = looker.own();
    const over = reservations.read(report).entries.filter((entry) => {
      const { uid, host, job, restart = 0 } = entry.reservation;
      if (uid !== store.uid || host !== here.host) return false;
      const item = queue.get(job);
      return !isAlive(entry, here) || item?.over || (item?.restarts ?? 0) > restart;
    });
    reservations.end(over.map(({ number }) => number));
    swept = true;
    return Infinity;
  }

  function startJobs(now: number): number {
    const world = looker.world("running");
    let planned = plan(world, capacity, doubt.absent(world, now));
    if (doubt.note(world, planned, now)) planned = plan(world, capacity, doubt.absent(world, now));
    let next = Infinity;
    for (const [item, other] of planned.never) {
      if (world.households[0]?.queue.get(item.job) === item)
        next = Math.min(
          next,
          safely(() => giveUp(item, other, now), now),
        );
    }
    for (const start of planned.start) {
      if (start.candidate.uid !== store.uid) continue;
      const due = safely(() => startJob(start, now), now);
      // The others' places were planned with what somebody has taken meanwhile: they might go first now.
      if (due === "taken") return Math.min(next, now + 50);
      next = Math.min(next, due);
    }
    return next;
  }

  function giveUp(item: QueueItem, other: string, now: number): number {
    end(store, item, { verdict: "dependency", reason: `${other} did not end as was asked`, at: timestamp(Date.now()) });
    return now;
  }

  function startJob({ candidate: { item, queued }, gpus }: Plan["start"][number], now: number): number | "taken" {
    const { job, restarts } = item;
    try {
      const child = launch({ store, here, capacity, reservations, changed, report }, { queued, restarts, gpus });
      failing.delete(job);
      if (child === "taken") return child;
      if (child) attended.set(job, { child });
      return now;
    } catch (error) {
      const since = failing.get(job) ?? now;
      failing.set(job, since);
      report((error as Error).message);
      const lasting = now >= since + patience_s * 1000 && !(isFault(error) && error.code === "unavailable");
      if (!lasting) return now + Math.min(hour / 60, soon + (now - since) / 2);
      end(store, item, { verdict: "failed", reason: (error as Error).message, at: timestamp(Date.now()) });
      return now;
    }
  }

  function attendedOf(job: string): Attended {
    const known = attended.get(job) ?? {};
    attended.set(job, known);
    return known;
  }

  /** One job's trouble is told and tried again later; it is nobody else's. */
  function safely<T>(step: () => T, now: number): T | number {
    try {
      return step();
    } catch (error) {
      report((error as Error).message);
      return now + soon;
    }
  }

  function isOurs(item: QueueItem): boolean {
    return item.started ? isHere(item, here) : item.queued?.host === undefined || item.queued.host === here.host;
  }

  function hasWork(fresh = false): boolean {
    // Who cannot look cannot say that there is nothing.
    if (fresh && look(0) !== undefined) return true;
    return [...queue.values()].some((item) => item.queued && !item.over && !item.unreadable && isOurs(item));
  }

  return { pass, hasWork };
}

function onceEach(report: (message: string) => void): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message)) return;
    said.add(message);
    report(message);
  };
}
