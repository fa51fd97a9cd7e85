// What reconcile remembers between passes: the last row of each job, so that only runs whose row changed are opened.
import type { JobView } from "../record/facts.js";
import type { Standing } from "../record/state.js";
import { recall, remember } from "../registry/cache.js";

export interface Memory {
  /** Whether nothing about this run can have changed since it was last opened. */
  unchanged(id: string, queue: Map<string, JobView>): boolean;
  seen(id: string, job: string | undefined, view: JobView | undefined, standing: Standing): void;
  settled(id: string): void;
  /** Has the run opened by the next pass, whatever its row says. */
  forget(id: string): void;
  /** Writes it down, for runs that are still listed. */
  save(active: ReadonlySet<string>): void;
}

const form = "reconcile/1";
/** `[job, row]` of a run whose job is in the queue, or `true` once it is settled. */
type Entry = [string, string] | true;

/** The memory kept in `file`. Derived: without the file every run is opened once. */
export function openMemory(file: string): Memory {
  const entries = new Map<string, Entry>(Object.entries(recall<Record<string, Entry>>(file, form) ?? {}));
  let changed = false;
  return {
    unchanged(id, queue) {
      const entry = entries.get(id);
      if (entry === undefined || entry === true) return entry === true;
      const view = queue.get(entry[0]);
      return view !== undefined && view.phase !== "ended" && rowOf(view) === entry[1];
    },
    seen(id, job, view) {
      if (job !== undefined && view && view.phase !== "ended") entries.set(id, [job, rowOf(view)]);
      else entries.delete(id);
      changed = true;
    },
    settled(id) {
      changed ||= entries.get(id) !== true;
      entries.set(id, true);
    },
    forget(id) {
      changed = entries.delete(id) || changed;
    },
    save(active) {
      for (const id of entries.keys()) {
        if (active.has(id)) continue;
        entries.delete(id);
        changed = true;
      }
      if (changed) remember(file, form, Object.fromEntries(entries));
    },
  };
}

/** What of a row means something; estimates of the start come and go. */
function rowOf({ phase, word, reason, restarts, nodes }: JobView): string {
  return `${phase} ${word} ${reason} ${restarts ?? 0} ${nodes ?? ""}`;
}
