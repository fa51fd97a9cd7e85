// The queue as it is now: every job with its facts. A fact never changes, so each is read once.
import type { JobCancel, JobEnded, JobEnding, JobQueued, JobStarted, QueueFact } from "../../record/queue.js";
import type { QueueStore } from "./store.js";

export interface QueueItem {
  job: string;
  queued?: JobQueued;
  started?: JobStarted;
  cancel?: JobCancel;
  ending?: JobEnding;
  ended?: JobEnded;
  /** A fact of it cannot be read: what the job is doing is not known, and nothing may be done about it. */
  unreadable?: true;
}
export type Queue = Map<string, QueueItem>;

/**
 * Reads the queue. `before` is what an earlier call gave: nothing that it knows is read again. What cannot be read is
 * reported, and its job marked. Facts without a job (the rest of one that was being removed) are left out.
 */
export function readQueue(store: QueueStore, report: (message: string) => void, before: Queue = new Map()): Queue {
  const queue: Queue = new Map();
  for (const [job, facts] of store.jobs()) {
    if (facts.has("queued")) queue.set(job, readItem(store, job, facts, report, before.get(job)));
  }
  return queue;
}

/** One job of the queue, or undefined. */
export function readJob(store: QueueStore, job: string, report: (message: string) => void): QueueItem | undefined {
  const facts = store.jobs().get(job);
  return facts?.has("queued") ? readItem(store, job, facts, report) : undefined;
}

/** An ended job is told by its last fact alone, so that a long history costs one file a job. */
function readItem(
  store: QueueStore,
  job: string,
  facts: Set<QueueFact>,
  report: (message: string) => void,
  before?: QueueItem,
): QueueItem {
  const item: QueueItem = before ?? { job };
  delete item.unreadable;
  for (const fact of facts.has("ended") ? (["ended"] as const) : facts) {
    if (item[fact] !== undefined || readFact(store, item, fact, report)) continue;
    if (decisive.includes(fact)) item.unreadable = true;
  }
  return item;
}

/** Without these nobody can say where a job stands; a bad cancel cancels nothing. */
const decisive: QueueFact[] = ["queued", "started", "ended"];

function readFact<F extends QueueFact>(
  store: QueueStore,
  item: QueueItem,
  fact: F,
  report: (message: string) => void,
): boolean {
  try {
    const value = store.read(item.job, fact);
    if (value === undefined) return false;
    Object.assign(item, { [fact]: value });
    return true;
  } catch (error) {
    report((error as Error).message);
    return false;
  }
}
