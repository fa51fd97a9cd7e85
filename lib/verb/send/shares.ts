// How many elements of an array may run at once: what its recipe or its sweep allows, shared out among the arrays of a
// submission, and among the parts of one array.
import type { Element, ElementSent } from "../../pass/element-sent.js";
import { isFault } from "../../record/fault.js";
import type { Run } from "../../record/run.js";
import { shareGpus } from "../../record/throttle.js";
import { type ArrayOnDisk, readParts } from "../../registry/arrays.js";
import type { Registry } from "../../registry/open.js";
import { readSweep } from "../../registry/sweeps.js";

export interface Share {
  /** The K of `%K`; undefined where nothing limits it. */
  throttle?: number;
  /** Jobs that have to end first, since they take what it may have. */
  after(): string[];
  /** To be told what was sent of it. */
  sent(said: ReadonlyMap<Element, ElementSent>): void;
}

interface Batch {
  array: ArrayOnDisk;
  elements: readonly Element[];
}

/**
 * The share of each batch: of those of one sweep its max_concurrent, and its max_gpus by what an element takes. Where one of
 * each does not fit, or an earlier part of the array is held by a limit too, they go one after the other. A fault stands for
 * the share of those that never could start.
 */
export function sharesOf(batches: readonly Batch[], registry: Registry, most: number): (Share | Error)[] {
  const shares: (Share | Error)[] = batches.map(() => free);
  const bySweep = new Map<string, number[]>();
  for (const [i, { array }] of batches.entries()) {
    const id = array.array.sweep ?? array.array.id;
    bySweep.set(id, [...(bySweep.get(id) ?? []), i]);
  }
  for (const [id, of] of bySweep) {
    const group = of.map((i) => batches[i] as Batch);
    const found = sharesIn(group, limitsOf(id, group, registry), most);
    for (const [k, i] of of.entries()) shares[i] = found instanceof Error ? found : (found[k] ?? free);
  }
  return shares;
}

const free: Share = { after: () => [], sent: () => undefined };

interface Limits {
  concurrent?: number;
  gpus?: number;
}

function limitsOf(id: string, group: readonly Batch[], registry: Registry): Limits {
  const sweep = group[0]?.array.array.sweep === id ? readSweep(registry, registry.user, id) : undefined;
  const concurrent = sweep?.max_concurrent ?? group[0]?.array.array.max_concurrent;
  const gpus = sweep?.max_gpus;
  return { ...(concurrent === undefined ? {} : { concurrent }), ...(gpus === undefined ? {} : { gpus }) };
}

function sharesIn(group: readonly Batch[], { concurrent, gpus }: Limits, most: number): Share[] | Error {
  if (concurrent === undefined && gpus === undefined) return group.map(() => free);
  const tasks = group.map(({ elements }) => elements.length);
  try {
    const byCount =
      concurrent &&
      shareGpus(
        tasks.map((n) => ({ tasks: n, gpus: 1 })),
        concurrent,
        most,
      );
    const byGpus =
      gpus === undefined
        ? undefined
        : shareGpus(
            group.map(({ elements }, i) => ({ tasks: tasks[i] ?? 0, gpus: gpusOf(elements[0]?.run) })),
            gpus,
            most,
          );
    const serial = [byCount, byGpus].some((shares) => shares && shares.how === "serial");
    const before: string[] = [];
    return group.map(({ array }, i) => ({
      throttle: Math.min(...[byCount, byGpus].flatMap((shares) => (shares ? [shares.throttles[i] ?? 1] : []))),
      // What an earlier part of the array has is gone from the limit until it has ended.
      after: () => [...jobsOf(array), ...(serial ? before : [])],
      sent: (said) => void before.push(...jobsIn(said)),
    }));
  } catch (error) {
    if (isFault(error)) return error;
    throw error;
  }
}

/** What a whole run takes. */
function gpusOf(run: Run | undefined): number {
  const { gpus = 0, nodes = 1 } = run?.resources ?? {};
  return gpus * nodes;
}

function jobsOf(array: ArrayOnDisk): string[] {
  return readParts(array).flatMap(({ receipt }) => receipt?.job ?? []);
}

function jobsIn(said: ReadonlyMap<Element, ElementSent>): string[] {
  const jobs = [...said.values()].flatMap((sent) => (sent.how === "submitted" ? [sent.job.replace(/_\d+$/, "")] : []));
  return [...new Set(jobs)];
}
