// One pass of the worker over the queue: looks at what is, does what is due. Repeating it changes nothing.
import { timestamp } from "../../record/units.js";
import { type Attended, attend, end } from "./attend.js";
import type { Capacity } from "./capacity.js";
import type { Here } from "./here.js";
import { launch } from "./launch.js";
import { isHere, type Plan, plan } from "./plan.js";
import { type Queue, type QueueItem, readQueue } from "./read-queue.js";
import type { QueueStore } from "./store.js";

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
}

export interface Pass {
  /** Does what is due, and gives the time (milliseconds) of what will be due next. */
  pass(now: number): number;
  /** Whether the queue has jobs that wait for this worker, or run under it, by a fresh look. */
  hasWork(): boolean;
}

const hour = 3_600_000;

export function makePass(options: PassOptions, here: Here, changed: () => void): Pass {
  const { store, capacity, grace_s = 30, keep_s = 7 * 86_400, patience_s = 60 } = options;
  const report = onceEach(options.report);
  const attended = new Map<string, Attended>();
  const failing = new Map<string, number>();
  let queue: Queue = new Map();
  let cleaned = 0;

  function pass(now: number): number {
    queue = readQueue(store, report, queue);
    if (now >= cleaned + hour) {
      cleaned = now;
      safely(() => forgetOld(options.store, queue, now - keep_s * 1000), now);
    }
    const planned = plan(queue, here, capacity);
    let next = Infinity;
    for (const item of queue.values())
      next = Math.min(
        next,
        safely(() => settle(item, planned, now), now),
      );
    for (const { queued, gpus } of planned.start)
      next = Math.min(
        next,
        safely(() => start(queued.job, gpus, now), now),
      );
    return next;
  }

  function settle(item: QueueItem, { never }: Plan, now: number): number {
    if (item.ended || item.unreadable || !item.queued) {
      attended.delete(item.job);
      return Infinity;
    }
    if (item.started) return attend({ store, here, grace_s }, item, attendedOf(item.job), now);
    const at = timestamp(now);
    if (item.queued.host !== undefined && item.queued.host !== here.host) return Infinity;
    if (item.cancel) end(store, item, { verdict: "cancelled", at });
    else if (never.has(item.job))
      end(store, item, { verdict: "dependency", reason: `${never.get(item.job)} did not end as was asked`, at });
    else return Infinity;
    return now;
  }

  function start(job: string, gpus: number[], now: number): number {
    const item = queue.get(job);
    if (!item?.queued) return Infinity;
    try {
      const child = launch({ store, here, changed, report }, item.queued, gpus);
      if (child) attended.set(job, { child });
      failing.delete(job);
      return now;
    } catch (error) {
      const since = failing.get(job) ?? now;
      failing.set(job, since);
      if (now < since + patience_s * 1000) throw error;
      end(store, item, { verdict: "failed", reason: (error as Error).message, at: timestamp(now) });
      return now;
    }
  }

  function attendedOf(job: string): Attended {
    const known = attended.get(job) ?? {};
    attended.set(job, known);
    return known;
  }

  /** One job's trouble is told and tried again later; it is nobody else's. */
  function safely(step: () => number, now: number): number {
    try {
      return step();
    } catch (error) {
      report((error as Error).message);
      return now + 2000;
    }
  }

  function hasWork(): boolean {
    queue = readQueue(store, report, queue);
    for (const item of queue.values()) {
      if (!item.queued || item.ended || item.unreadable) continue;
      if (item.started ? isHere(item, here) : item.queued.host === undefined || item.queued.host === here.host)
        return true;
    }
    return false;
  }

  return { pass, hasWork };
}

/** Removes jobs that ended before `before` and that no waiting job asks about, and the rests of interrupted removals. */
function forgetOld(store: QueueStore, queue: Queue, before: number): number {
  const asked = new Set<string>();
  for (const { queued, ended } of queue.values()) {
    if (!ended) for (const { jobs } of queued?.dependencies ?? []) for (const job of jobs) asked.add(job);
  }
  for (const { job, ended } of queue.values()) {
    if (ended && Date.parse(ended.at) < before && !asked.has(job)) {
      store.remove(job);
      queue.delete(job);
    }
  }
  for (const [job, facts] of store.jobs()) if (!facts.has("queued") && facts.has("ended")) store.remove(job);
  return Infinity;
}

function onceEach(report: (message: string) => void): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message)) return;
    said.add(message);
    report(message);
  };
}
