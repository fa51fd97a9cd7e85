// The facts of the jobs of one user's queue, to be read by anybody who may: queue/<user>/<job>.<fact>.json.
import path from "node:path";
import { fault } from "../record/fault.js";
import { type QueueFact, type QueueRecord, queueFacts } from "../record/queue.js";
import { ownerOf } from "./open.js";
import { list, readRecord } from "./read.js";

export interface QueueFacts {
  /** The jobs that there are, and which facts each has (`started`, `started-2`, …), by one look. */
  jobs(): Map<string, Set<string>>;
  /**
   * One fact, or undefined where there is none; `restart` is the start that it is about. Throws dataerr for one that is
   * malformed or not the owner's.
   */
  read<F extends QueueFact>(job: string, fact: F, restart?: number): QueueRecord<F> | undefined;
  pathOf(job: string, fact: QueueFact, restart?: number): string;
}

/** The queue in this directory, which counts only as long as it belongs to `owner`. Nothing is made. */
export function queueFactsIn(directory: string, owner: number): QueueFacts {
  const pathOf = (job: string, fact: QueueFact, restart = 0) =>
    path.join(directory, `${job}.${factName(fact, restart)}.json`);

  function jobs(): Map<string, Set<string>> {
    const found = new Map<string, Set<string>>();
    if (ownerOf(directory) !== owner) return found;
    for (const name of list(directory)) {
      const parsed = parseFactFile(name);
      if (!parsed) continue;
      const facts = found.get(parsed.job);
      if (facts) facts.add(parsed.fact);
      else found.set(parsed.job, new Set([parsed.fact]));
    }
    return found;
  }

  function read<F extends QueueFact>(job: string, fact: F, restart = 0): QueueRecord<F> | undefined {
    const file = pathOf(job, fact, restart);
    const record = readRecord(file, queueFacts[fact], { owner });
    if (record && record.job !== job) throw fault("dataerr", `cannot read '${file}': it is about '${record.job}'`);
    return record as QueueRecord<F> | undefined;
  }

  return { jobs, read, pathOf };
}

/** `started` of the first start, `started-2` of the third. */
function factName(fact: QueueFact, restart: number): string {
  return restart === 0 ? fact : `${fact}-${restart}`;
}

/** The job and the fact (with its number) that a name in a queue tells of; undefined for other names. */
export function parseFactFile(name: string): { job: string; fact: string } | undefined {
  const match = /^(local-[0-9a-z]{6}-\d{1,9}(?:_\d{1,9})?)\.(([a-z]+)(?:-[1-9]\d{0,8})?)\.json$/.exec(name);
  const [, job, fact, word] = match ?? [];
  return job !== undefined && fact !== undefined && Object.hasOwn(queueFacts, word ?? "") ? { job, fact } : undefined;
}
