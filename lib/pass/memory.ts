// What reconcile remembers between passes: who has settled, and each job's last row, so that only runs whose row changed are
// opened.
import path from "node:path";
import type { JobView } from "../record/facts.js";
import { isFault } from "../record/fault.js";
import { recall, remember } from "../registry/cache.js";
import { list } from "../registry/read.js";
import { makeDirectory, mark, unmark } from "../registry/write.js";
import type { Queue } from "../scheduler/scheduler.js";

export interface Memory {
  /** Whether the run is known to have ended for good, so that nobody need be asked of it. */
  hasSettled(id: string): boolean;
  /**
   * Recalls what was seen of these runs, which takes as long as there are many; what comes back tells, when the queue is
   * known, of which of them something may have changed since they were last opened.
   */
  recall(ids: readonly string[]): (queue: Queue) => string[];
  /** Where the run's job stands in the queue; without a row (it is not there, or has ended) the next pass opens the run. */
  seen(id: string, row: string | undefined): void;
  settled(id: string): void;
  /** The run is being opened now: what was wished for until here is seen. */
  opening(id: string): void;
  /** Writes it down; of runs that are not `listed` any more no more is kept than there are others. */
  save(listed: readonly string[]): void;
}

const forms = { settled: "settled/1", rows: "rows/2" };

/** The row of each run whose job is in the queue. */
type Rows = Record<string, string>;

/** The memory kept in a directory; without one it lasts as long as the process. Derived: all that it saves is time. */
export function openMemory(directory: string | undefined): Memory {
  const file = (name: keyof typeof forms) => directory && path.join(directory, `${name}.json`);
  const read = <T>(name: keyof typeof forms) => {
    const from = file(name);
    return from === undefined ? undefined : recall<T>(from, forms[name]);
  };
  const settled = new Set<string>(read<string[]>("settled"));
  const again = new Set(directory === undefined ? [] : quietly(() => list(path.join(directory, "look"))));
  let rows: Rows | undefined;
  const changed = { settled: false, rows: false };
  const known = () => {
    rows ??= read<Rows>("rows") ?? {};
    return rows;
  };
  const hasSettled = (id: string) => settled.has(id) && !again.has(id);
  const forgetRow = (id: string) => {
    if (!Object.hasOwn(known(), id)) return;
    delete known()[id];
    changed.rows = true;
  };
  const drop = (listed: ReadonlySet<string>) => {
    for (const id of Object.keys(known()).filter((id) => !listed.has(id))) forgetRow(id);
    for (const id of [...settled].filter((id) => !listed.has(id))) changed.settled = settled.delete(id);
  };
  return {
    hasSettled,
    recall(ids) {
      const open = ids.filter((id) => !hasSettled(id));
      const rows = open.map((id) => (again.has(id) ? undefined : known()[id]));
      return (queue) => open.filter((_, i) => !hasRow(queue, rows[i]));
    },
    seen(id, row) {
      if (row === undefined) return forgetRow(id);
      known()[id] = row;
      changed.rows = true;
    },
    settled(id) {
      forgetRow(id);
      changed.settled ||= !settled.has(id);
      settled.add(id);
    },
    opening(id) {
      if (again.delete(id) && directory !== undefined) quietly(() => unmark(path.join(directory, "look", id)));
    },
    save(listed) {
      for (const id of again) if (!listed.includes(id)) this.opening(id);
      if (Object.keys(known()).length + settled.size > listed.length) drop(new Set(listed));
      const write = (name: keyof typeof forms, value: () => unknown) => {
        const to = file(name);
        if (to !== undefined && changed[name]) remember(to, forms[name], value());
      };
      write("settled", () => [...settled]);
      write("rows", known);
    },
  };
}

/**
 * Has the next pass open a run, whatever its row says, and whoever else is writing down now what an earlier pass saw: a file
 * of its own, removed by the pass that opens the run. A cache that cannot be written remembers nothing either.
 */
export function lookAgain(directory: string, id: string): void {
  const look = path.join(directory, "look");
  quietly(() => makeDirectory(look, 0o700));
  quietly(() => mark(path.join(look, id)));
}

/** Without a cache all goes on, only slower. */
function quietly<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (!isFault(error)) throw error;
    return undefined;
  }
}

/** What of a job means something; estimates of its start come and go. Undefined of one that is not in the queue. */
export function rowIn(queue: Queue, job: string): string | undefined {
  if (queue.row) return queue.row(job);
  const view = queue.get(job);
  return view && `${job} ${meaningOf(view)}`;
}

function hasRow(queue: Queue, row: string | undefined): boolean {
  if (row === undefined) return false;
  return queue.hasRow ? queue.hasRow(row) : rowIn(queue, row.slice(0, row.indexOf(" "))) === row;
}

function meaningOf({ phase, word, reason, restarts, nodes }: JobView): string {
  return `${phase} ${word} ${reason} ${restarts ?? 0} ${nodes ?? ""}`;
}
