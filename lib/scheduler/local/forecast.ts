// When waiting jobs will start, if every job takes all of its time and nothing else is submitted.
import type { Capacity } from "./capacity.js";
import { arrange, type Candidate } from "./order.js";
import type { QueueItem } from "./read-queue.js";
import type { Taken } from "./world.js";

/** A running job, and when (milliseconds) it ends at the latest; Infinity where it has no time limit. */
export interface Running extends Taken {
  ends: number;
}

/** A job that waits for the end, or the start, of others. */
export interface Dependent {
  candidate: Candidate;
  /** Those that it waits for, and whether it is enough that they start. */
  for: { job: string; uid: number; start: boolean }[];
}

/** More jobs than that are looked at by nobody, and the time that this takes grows with their square. */
const most = 500;

/**
 * The expected starts (milliseconds) of jobs that wait, at `now`: the queue played through, job by job. Those that wait for
 * one without a time limit, or for what will not come, have none.
 */
export function forecast(
  candidates: Candidate[],
  dependents: Dependent[],
  running: Running[],
  capacity: Capacity,
  now: number,
): Map<QueueItem, number> {
  const starts = new Map<QueueItem, number>();
  let ready = candidates.slice(0, most);
  let blocked = dependents.slice(0, most);
  let there = running.map((job) => ({ ...job, ends: Math.max(now, job.ends) }));
  const begun = new Set(running.map(keyOf));
  const over = new Set<string>();
  for (let time = now; ; ) {
    const { start } = arrange(ready, there, capacity);
    for (const { candidate, gpus } of start) {
      const { uid, item, queued } = candidate;
      starts.set(item, time);
      begun.add(keyOf({ uid, job: item.job }));
      there.push({ ...takenBy(candidate, gpus), ends: time + (queued.resources.time_s ?? Infinity) * 1000 });
    }
    ready = ready.filter(({ item }) => !starts.has(item));
    const next = Math.min(...there.map(({ ends }) => ends));
    const freed = blocked.filter((one) => one.for.every((job) => (job.start ? begun : over).has(keyOf(job))));
    if (freed.length === 0) {
      if (!Number.isFinite(next) || ready.length + blocked.length === 0) return starts;
      time = next;
      for (const job of there) if (job.ends <= time) over.add(keyOf(job));
      there = there.filter(({ ends }) => ends > time);
      continue;
    }
    blocked = blocked.filter((one) => !freed.includes(one));
    ready = [...ready, ...freed.map(({ candidate }) => candidate)];
  }
}

function takenBy({ uid, item, queued }: Candidate, gpus: number[]): Taken {
  const { cpus = 1, mem_bytes = 0 } = queued.resources;
  const sweep = queued.sweep ? { sweep: queued.sweep.id } : {};
  return { uid, job: item.job, ...sweep, demand: { cpus, gpus: gpus.length, mem_bytes }, gpus };
}

function keyOf({ uid, job }: { uid: number; job: string }): string {
  return `${uid} ${job}`;
}
