// A queue as it is now: every job with its facts. A fact never changes, so each is read once; only that a job is held can be over.
import type { QueueFact, QueueRecord } from "../../record/queue.js";
import type { ReadableQueue } from "./store.js";

type Facts = { -readonly [F in QueueFact]?: QueueRecord<F> };

/** A job, and the facts of its present start: `started`, `warned`, `requeue` and `ending` are of no earlier one. */
export interface QueueItem extends Facts {
  job: string;
  /** How often it was put back into the queue. */
  restarts: number;
  /** It has ended; `ended` itself may be unread. */
  over?: true;
  /** A fact of it cannot be read: what the job is doing is not known, and nothing may be done about it. */
  unreadable?: true;
}
export type Queue = Map<string, QueueItem>;

export interface Reading {
  /** What an earlier call gave: nothing that it knows is read again. */
  before?: Queue;
  /** Leaves the facts of jobs that have ended unread. */
  open?: boolean;
}

/**
 * Reads a queue. What cannot be read is reported, and its job marked. Facts without a job (the rest of one that was being
 * removed) are left out.
 */
export function readQueue(
  store: ReadableQueue,
  report: (message: string) => void,
  { before, open = false }: Reading = {},
): Queue {
  const queue: Queue = new Map();
  for (const [job, facts] of store.jobs()) {
    if (!facts.has("queued")) continue;
    const known = before?.get(job);
    if (known?.ended) {
      queue.set(job, known);
      continue;
    }
    const over = open && facts.has("ended");
    queue.set(job, over ? { ...known, job, restarts: 0, over } : readItem(store, job, facts, report, known));
  }
  return queue;
}

/** One job of a queue, or undefined. */
export function readJob(store: ReadableQueue, job: string, report: (message: string) => void): QueueItem | undefined {
  const facts = store.jobs().get(job);
  return facts?.has("queued") ? readItem(store, job, facts, report) : undefined;
}

/** An ended job is told by its last fact alone, so that a long history costs one file a job. */
function readItem(
  store: ReadableQueue,
  job: string,
  names: Set<string>,
  report: (message: string) => void,
  before?: QueueItem,
): QueueItem {
  const restarts = restartsOf(names);
  const item: QueueItem = before ?? { job, restarts };
  if (item.restarts !== restarts) startOver(item, restarts);
  delete item.unreadable;
  delete item.held;
  if (names.has("ended")) item.over = true;
  for (const fact of item.over ? (["ended"] as const) : factsOfStart(names, restarts)) {
    if (item[fact] !== undefined || readFact(store, item, fact, report)) continue;
    if (decisive.includes(fact)) item.unreadable = true;
  }
  return item;
}

function restartsOf(names: Set<string>): number {
  let restarts = 0;
  for (const name of names) {
    if (name.startsWith("requeued-")) restarts = Math.max(restarts, Number(name.slice("requeued-".length)));
  }
  return restarts;
}

const ofStart = ["started", "warned", "requeue", "ending", "requeued"] as const satisfies QueueFact[];
const ofJob = ["queued", "held", "cancel"] as const satisfies QueueFact[];

function factsOfStart(names: Set<string>, restarts: number): QueueFact[] {
  return [
    ...ofJob.filter((fact) => names.has(fact)),
    ...ofStart.filter((fact) => names.has(restarts === 0 ? fact : `${fact}-${restarts}`)),
  ];
}

function startOver(item: QueueItem, restarts: number): void {
  item.restarts = restarts;
  for (const fact of ofStart) delete item[fact];
}

/** Without these nobody can say where a job stands; a bad cancel cancels nothing. */
const decisive: QueueFact[] = ["queued", "held", "started", "requeued", "ended"];

function readFact<F extends QueueFact>(
  store: ReadableQueue,
  item: QueueItem,
  fact: F,
  report: (message: string) => void,
): boolean {
  const restart = (ofJob as QueueFact[]).includes(fact) || fact === "ended" ? 0 : item.restarts;
  try {
    const value = store.read(item.job, fact, restart);
    if (value === undefined) return false;
    Object.assign(item, { [fact]: value });
    return true;
  } catch (error) {
    report((error as Error).message);
    return false;
  }
}
