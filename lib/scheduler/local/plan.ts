// Which waiting jobs start now, and what the others wait for. Pure: worker and readers of the queue agree by it.
import type { JobQueued } from "../../record/queue.js";
import { type Capacity, demandOf } from "./capacity.js";
import { dependencyState } from "./dependencies.js";
import type { Here } from "./here.js";
import type { Queue, QueueItem } from "./read-queue.js";

export type WaitReason = "Cancelling" | "Dependency" | "Resources" | "Priority" | "OtherHost";

export interface Plan {
  /** To be started, in this order, with these GPUs. */
  start: { queued: JobQueued; gpus: number[] }[];
  /** Why the others wait, and for what (jobs, resources, a host). */
  waiting: Map<string, { reason: WaitReason; for: string[] }>;
  /** Jobs whose dependencies can never be satisfied any more, with the first one that cannot. */
  never: Map<string, string>;
}

/**
 * Higher priority first, then the older. What a job that must wait is going to need is set aside, so that nothing that
 * starts after it can make it wait longer; jobs behind it start only on what is left.
 */
export function plan(queue: Queue, here: Here, capacity: Capacity): Plan {
  const result: Plan = { start: [], waiting: new Map(), never: new Map() };
  const free = freeNow(queue, here, capacity);
  const left = { ...free.amounts };
  for (const queued of inOrder(queue)) {
    const wait = waitOf(queued, queue, here, result);
    if (wait === "settled") continue;
    const demand = demandOf(queued.resources);
    const short = shortOf(demand, free.amounts);
    if (short.length > 0 || shortOf(demand, left).length > 0) {
      const reason = short.length > 0 ? "Resources" : "Priority";
      result.waiting.set(queued.job, { reason, for: short.length > 0 ? short : shortOf(demand, left) });
      take(left, demand);
    } else {
      result.start.push({ queued, gpus: free.gpus.splice(0, demand.gpus) });
      take(left, demand);
      take(free.amounts, demand);
    }
  }
  return result;
}

/** Whether a started job is this host's to look after. */
export function isHere(item: QueueItem, here: Here): boolean {
  return item.started !== undefined && (item.started.host === here.host || item.started.boot === here.boot);
}

function inOrder(queue: Queue): JobQueued[] {
  const waiting: JobQueued[] = [];
  for (const { queued, started, ended, unreadable } of queue.values()) {
    if (queued && !started && !ended && !unreadable) waiting.push(queued);
  }
  return waiting.sort((a, b) => b.priority - a.priority || compare(a.at, b.at) || compare(a.job, b.job));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Settles what does not depend on resources. */
function waitOf(queued: JobQueued, queue: Queue, { host }: Here, { waiting, never }: Plan): "settled" | "ready" {
  const { job } = queued;
  if (queued.host !== undefined && queued.host !== host) {
    waiting.set(job, { reason: "OtherHost", for: [queued.host] });
  } else if (queue.get(job)?.cancel) {
    waiting.set(job, { reason: "Cancelling", for: [] });
  } else {
    const { state, jobs } = dependencyState(queued, queue);
    if (state === "satisfied") return "ready";
    if (state === "never") never.set(job, jobs[0] ?? "");
    waiting.set(job, { reason: "Dependency", for: jobs });
  }
  return "settled";
}

function freeNow(queue: Queue, here: Here, capacity: Capacity): { amounts: Capacity; gpus: number[] } {
  const amounts = { ...capacity };
  const taken = new Set<number>();
  for (const item of queue.values()) {
    if (item.ended || !item.queued || !isHere(item, here)) continue;
    take(amounts, demandOf(item.queued.resources));
    for (const gpu of item.started?.gpus ?? []) taken.add(gpu);
  }
  const gpus = Array.from({ length: capacity.gpus }, (_, index) => index).filter((index) => !taken.has(index));
  // Indices that are out of the range now may be taken still, after [local] gpus was made smaller.
  amounts.gpus = gpus.length;
  return { amounts, gpus };
}

function take(from: Capacity, demand: Capacity): void {
  for (const kind of ["cpus", "gpus", "mem_bytes"] as const) from[kind] = Math.max(0, from[kind] - demand[kind]);
}

function shortOf(demand: Capacity, from: Capacity): string[] {
  const kinds = [
    ["cpus", "cpus"],
    ["gpus", "gpus"],
    ["mem_bytes", "memory"],
  ] as const;
  return kinds.filter(([kind]) => demand[kind] > from[kind]).map(([, word]) => word);
}
