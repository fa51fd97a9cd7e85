// What one process at a time may hold: leases/<user>/<name>.<generation>.json, and `.end` beside it once given back.
// The highest generation counts, and is never removed while it is the highest, so that its number is never given twice.
import path from "node:path";
import { isFault } from "../record/fault.js";
import { type Lease, leaseSchema } from "../record/queue.js";
import { awaited } from "./awaited.js";
import { list, readRecord } from "./read.js";
import { mark, recordText, unmark, writeOnce } from "./write.js";

export interface LeaseFiles {
  /** The lease that counts and was not given back; its holder may be dead all the same. */
  current(): Lease | undefined;
  /** Links the next generation if nobody alive has the highest. Of several that try at once exactly one gets it. */
  take(mine: Lease, isAlive: (other: Lease) => boolean): boolean;
  release(mine: Lease): void;
}

/**
 * The lease `name` in the user's own directory, which must exist. A generation is taken by link(2) and counts only if
 * after that no higher one is listed: whoever acted on an old listing finds the higher one there and gives way.
 */
export function leaseFiles(directory: string, name: string, owner: number): LeaseFiles {
  const file = (generation: number) => path.join(directory, `${name}.${generation}.json`);
  const end = (generation: number) => path.join(directory, `${name}.${generation}.end`);
  const generations = () => numbersOf(list(directory), name);
  const read = (generation: number) => readLease(file(generation), owner);

  function current(): Lease | undefined {
    const { highest, ended } = generations();
    return highest === 0 || ended.has(highest) ? undefined : read(highest);
  }

  function take(mine: Lease, isAlive: (other: Lease) => boolean): boolean {
    for (;;) {
      const { highest, ended } = generations();
      const holder = highest === 0 || ended.has(highest) ? undefined : read(highest);
      if (holder && isAlive(holder)) return false;
      if (writeOnce(file(highest + 1), recordText(mine)) === "exists") continue;
      const now = generations();
      if (now.highest === highest + 1) {
        for (const old of now.all) if (old <= highest) forget(old);
        return true;
      }
      unmark(file(highest + 1));
    }
  }

  function forget(generation: number): void {
    unmark(file(generation));
    unmark(end(generation));
  }

  function release(mine: Lease): void {
    const { highest } = generations();
    if (highest > 0 && read(highest)?.token === mine.token) mark(end(highest));
  }

  return { current, take, release };
}

/** A lease that cannot be read holds nothing: its writer linked it whole, so this is not that writer's any more. */
function readLease(file: string, owner: number): Lease | undefined {
  try {
    return awaited(file, () => readRecord(file, leaseSchema, { owner }));
  } catch (error) {
    if (isFault(error) && error.code === "dataerr") return undefined;
    throw error;
  }
}

function numbersOf(names: string[], name: string): { highest: number; all: Set<number>; ended: Set<number> } {
  const [all, ended] = [new Set<number>(), new Set<number>()];
  let highest = 0;
  for (const entry of names) {
    if (!entry.startsWith(`${name}.`)) continue;
    const match = /^(\d{1,15})\.(json|end)$/.exec(entry.slice(name.length + 1));
    if (!match) continue;
    const generation = Number(match[1]);
    all.add(generation);
    if (match[2] === "end") ended.add(generation);
    highest = Math.max(highest, generation);
  }
  return { highest, all, ended };
}
