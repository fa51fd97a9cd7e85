// Removing from the queue what ended long ago.
import { isFault } from "../../record/fault.js";
import { type Queue, readQueue } from "./read-queue.js";
import type { QueueStore, ReadableQueue } from "./store.js";

/**
 * Removes jobs that ended before `before` (milliseconds) and that no waiting job of anybody's asks about, and the rests of
 * interrupted removals.
 */
export function forgetOld(store: QueueStore, queue: Queue, before: number): number {
  const asked = askedFor(store, queue);
  for (const [job, facts] of store.jobs()) {
    const ended = queue.get(job)?.ended;
    const old = ended && Date.parse(ended.at) < before && !asked.has(job);
    const rest = !facts.has("queued") && facts.has("ended");
    if (old || rest) store.remove(job, facts);
    if (old) queue.delete(job);
  }
  return Infinity;
}

function askedFor(store: QueueStore, own: Queue): Set<string> {
  const asked = new Set<string>();
  for (const { queued, over } of own.values()) {
    if (!over) for (const { jobs } of queued?.dependencies ?? []) for (const job of jobs) asked.add(job);
  }
  for (const other of store.others()) {
    for (const { queued, over } of quietly(other).values()) {
      if (over) continue;
      for (const { jobs, of } of queued?.dependencies ?? []) {
        for (const job of jobs) if (of?.[job] === store.user) asked.add(job);
      }
    }
  }
  return asked;
}

/** A queue that may not be read asks for nothing that anybody could know of. */
function quietly(other: ReadableQueue): Queue {
  try {
    return readQueue(other, () => {}, { open: true });
  } catch (error) {
    if (!isFault(error)) throw error;
    return new Map();
  }
}
