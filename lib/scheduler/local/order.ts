// Who comes first among everybody's waiting jobs, and who starts now. Pure: workers and readers agree by it.
import type { JobQueued } from "../../record/queue.js";
import { handleOf } from "../../record/run-id.js";
import { type Capacity, demandOf } from "./capacity.js";
import type { QueueItem } from "./read-queue.js";
import type { Taken } from "./world.js";

/** A job that could start now, were there room. */
export interface Candidate {
  uid: number;
  item: QueueItem;
  queued: JobQueued;
}

export interface Arrangement {
  /** All candidates that may start when their turn comes, first things first. */
  order: Candidate[];
  /** To be started now, in this order, with these GPUs. */
  start: { candidate: Candidate; gpus: number[] }[];
  /** Why the others wait, and what is short. */
  waiting: Map<QueueItem, { reason: "Resources" | "Priority" | "JobArrayTaskLimit" | "SweepLimit"; for: string[] }>;
}

/**
 * Higher priority first, then the user who has the least running, then the older. What a job that must wait is going to
 * need is set aside of what is free, so that nothing that comes after it can make it wait longer; jobs behind it start
 * only on what is left then. Elements of an array, and points of a sweep, beyond its `max_concurrent` or its `max_gpus` take no part.
 */
export function arrange(candidates: Candidate[], taken: Taken[], capacity: Capacity): Arrangement {
  const result: Arrangement = { order: [], start: [], waiting: new Map() };
  const free = freeOf(taken, capacity);
  const left = { ...free.amounts };
  const running = countGroups(taken);
  for (const candidate of inOrder(candidates, taken, capacity)) {
    const { item, queued, uid } = candidate;
    const { sweep, array, job } = queued;
    const group = groupOf({ uid, job, ...(sweep ? { sweep: sweep.id } : {}) });
    const demand = demandOf(queued.resources);
    const runs = running.get(group) ?? { count: 0, gpus: 0 };
    const isFull = runs.count >= ((sweep ?? array)?.max_concurrent ?? Infinity);
    if (isFull || (demand.gpus > 0 && runs.gpus + demand.gpus > (sweep?.max_gpus ?? Infinity))) {
      const why = sweep ? [handleOf(sweep.id)] : [];
      result.waiting.set(item, { reason: sweep ? "SweepLimit" : "JobArrayTaskLimit", for: why });
      continue;
    }
    result.order.push(candidate);
    const short = shortOf(demand, free.amounts);
    const kept = shortOf(demand, left);
    take(left, demand);
    if (short.length > 0) result.waiting.set(item, { reason: "Resources", for: short });
    else if (kept.length > 0) result.waiting.set(item, { reason: "Priority", for: kept });
    else {
      result.start.push({ candidate, gpus: free.gpus.splice(0, demand.gpus) });
      take(free.amounts, demand);
      running.set(group, { count: runs.count + 1, gpus: runs.gpus + demand.gpus });
    }
  }
  return result;
}

/** The next is found again and again, since whoever is given a place has more from then on. */
function* inOrder(candidates: Candidate[], taken: Taken[], capacity: Capacity): Generator<Candidate> {
  const used = new Map<number, Capacity>();
  const add = (uid: number, demand: Capacity) => {
    const sum = used.get(uid) ?? { cpus: 0, gpus: 0, mem_bytes: 0 };
    for (const kind of kinds) sum[kind] += demand[kind];
    used.set(uid, sum);
  };
  for (const { uid, demand } of taken) add(uid, demand);
  const lines = linesOf(candidates);
  for (;;) {
    const heads = lines.flatMap((line) => line.at(0) ?? []);
    const first = heads.reduce<Candidate | undefined>((best, one) => {
      return best === undefined || comesBefore(one, best, used, capacity) ? one : best;
    }, undefined);
    if (!first) return;
    yield first;
    lines.find((line) => line[0] === first)?.shift();
    add(first.uid, demandOf(first.queued.resources));
  }
}

/** Each user's own, in order. */
function linesOf(candidates: Candidate[]): Candidate[][] {
  const lines = new Map<number, Candidate[]>();
  for (const candidate of candidates) {
    const line = lines.get(candidate.uid);
    if (line) line.push(candidate);
    else lines.set(candidate.uid, [candidate]);
  }
  return [...lines.values()].map((line) => line.sort(byPriorityAndAge));
}

function comesBefore(a: Candidate, b: Candidate, used: Map<number, Capacity>, capacity: Capacity): boolean {
  const byPriority = priorityOf(b) - priorityOf(a);
  if (byPriority !== 0) return byPriority < 0;
  const byUse = shareOf(used.get(a.uid), capacity) - shareOf(used.get(b.uid), capacity);
  return byUse !== 0 ? byUse < 0 : byPriorityAndAge(a, b) < 0;
}

/** The greatest part of any one thing that somebody has: dominant resource fairness (Ghodsi and others, NSDI 2011). */
export function shareOf(used: Capacity | undefined, capacity: Capacity): number {
  return used ? Math.max(0, ...kinds.filter((kind) => capacity[kind] > 0).map((k) => used[k] / capacity[k])) : 0;
}

function byPriorityAndAge(a: Candidate, b: Candidate): number {
  const byAge = Date.parse(a.queued.at) - Date.parse(b.queued.at);
  return priorityOf(b) - priorityOf(a) || byAge || (a.queued.job < b.queued.job ? -1 : 1);
}

/** Nobody is more than important. */
function priorityOf({ queued }: Candidate): number {
  return Math.min(10, queued.priority);
}

/** Those of which only so many may run at once: a user's sweep, or else an array. */
function groupOf({ uid, job, sweep }: Pick<Taken, "uid" | "job" | "sweep">): string {
  return `${uid} ${sweep ?? job.split("_")[0]}`;
}

/** How many of each run, and with how many GPUs. */
function countGroups(taken: Taken[]): Map<string, { count: number; gpus: number }> {
  const groups = new Map<string, { count: number; gpus: number }>();
  for (const one of taken) {
    const { count, gpus } = groups.get(groupOf(one)) ?? { count: 0, gpus: 0 };
    groups.set(groupOf(one), { count: count + 1, gpus: gpus + one.demand.gpus });
  }
  return groups;
}

/** What is free now: amounts, and the indices of GPUs. */
function freeOf(taken: Taken[], capacity: Capacity): { amounts: Capacity; gpus: number[] } {
  const amounts = { ...capacity };
  const busy = new Set<number>();
  for (const { demand, gpus } of taken) {
    take(amounts, demand);
    for (const gpu of gpus) busy.add(gpu);
  }
  const gpus = Array.from({ length: capacity.gpus }, (_, index) => index).filter((index) => !busy.has(index));
  // Indices that are out of the range now may be taken still, after [local] gpus was made smaller.
  amounts.gpus = gpus.length;
  return { amounts, gpus };
}

const kinds = ["cpus", "gpus", "mem_bytes"] as const;

function take(from: Capacity, demand: Capacity): void {
  for (const kind of kinds) from[kind] = Math.max(0, from[kind] - demand[kind]);
}

function shortOf(demand: Capacity, from: Capacity): string[] {
  const words = { cpus: "cpus", gpus: "gpus", mem_bytes: "memory" };
  return kinds.filter((kind) => demand[kind] > from[kind]).map((kind) => words[kind]);
}
