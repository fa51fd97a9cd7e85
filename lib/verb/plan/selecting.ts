// The runs that are to be run again: those that are named, or those that a filter finds and nobody has seen to since.
import type { Context } from "../../command/context.js";
import { isFault } from "../../record/fault.js";
import { isHandle } from "../../record/run-id.js";
import { hasEnded, hasSucceeded, states } from "../../record/state.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { roll } from "../../registry/roll.js";
import { graces, namedRuns } from "../runs.js";
import { accepting, type Filter, inTime, rulesOf } from "../show/listing-filter.js";
import { type Row, rowOf } from "../show/rows.js";

export interface Selection {
  state: string[];
  mode: string[];
  name: string | undefined;
  tag: string[];
  since: number | undefined;
  sweep: string | undefined;
  point: string[];
  where: string[];
}

type Named = { run: RunOnDisk; record: Record<string, unknown> | undefined } | { other: object };

/** Ends that are no success; what waits is sent by others. */
const unhappy = states.filter((state) => hasEnded(state) && !hasSucceeded(state));

/** Named runs as they are named; else the caller's own that pass the filter, the oldest first, and how many were left out and why. */
export async function* selectedRuns(
  records: AsyncIterable<unknown>,
  selection: Selection,
  context: Context,
): AsyncGenerator<Named> {
  const { state, mode, name, tag, since, sweep, point, where } = selection;
  const lists = [state, mode, tag, point, where].some((list) => list.length > 0);
  const filters = lists || [name, since, sweep].some((one) => one !== undefined);
  if (context.args.length > 0 || !filters) yield* namedRuns(records, context);
  else for (const run of await found(selection, context)) yield { run, record: undefined };
}

/**
 * Newest first, so that all that came after a run is known when it is looked at: what has the same key, or is the run once
 * more, stands for it.
 */
async function found(selection: Selection, context: Context): Promise<RunOnDisk[]> {
  const registry = await context.registry();
  const { sweep, point, state, mode, name, tag, since: planned, where: tests } = selection;
  const asked = { state, mode, name, tag, since: planned, where: tests };
  const filter: Filter = { ...none, ...asked, state: asked.state.length > 0 ? asked.state : unhappy };
  const where = filter.where.length === 0 ? undefined : await whereFor(filter.where, context);
  const accepts = accepting(filter, where);
  const rows = { registry, now: context.now, limits: await graces(context), problem: () => {} };
  const since = { ...none, since: filter.since };
  const fates = new Fates();
  const chosen: RunOnDisk[] = [];
  for (const entry of roll(registry, [registry.user], {
    ...rulesOf(since),
    report: (error) => context.report(undefined, error),
  })) {
    if (context.signal.aborted) return [];
    if (!inTime(entry.id, filter)) continue;
    try {
      const row = rowOf(rows, entry);
      if (!row) continue;
      const isChosen = accepts(row) && isPoint(row, sweep, point);
      if (!fates.next(row, isChosen)) continue;
      const disk = row.disk();
      if (disk) chosen.push(disk);
    } catch (error) {
      if (!isFault(error)) throw error;
      context.report(entry.id, error);
    }
  }
  context.say(fates.told(chosen.length));
  return chosen.reverse();
}

const none: Filter = {
  ...{ state: [], mode: [], user: [], tag: [], where: [] },
  ...{ name: undefined, group: undefined, since: undefined, until: undefined, recent: undefined, note: undefined },
  ...{ all: false, sort: undefined, limit: undefined },
};

async function whereFor(where: string[], { now }: Context) {
  const { whereIn } = await import("../show/where-in.js");
  return whereIn("runs", where, now);
}

type Fate = "has succeeded since" | "is under way again" | "was tried again later";

/** What has become of what runs were to compute, as far as later runs tell. */
class Fates {
  private readonly keys = new Map<string, Fate>();
  private readonly runs = new Map<string, Fate>();
  private readonly left = new Map<Fate, number>();

  /** Looks at the next older run; says whether it is to be run again. */
  next(row: Row, isChosen: boolean): boolean {
    const { id, state } = row.status;
    const now = fateBy(state);
    // Of what is neither chosen nor stands for anything the files need not be read.
    const before = this.runs.get(id);
    if (!isChosen && now === undefined && before === undefined) return false;
    const key = row.field("key.digest");
    const known = before ?? (typeof key === "string" ? this.keys.get(key) : undefined);
    const fate = known ?? now ?? "was tried again later";
    if (typeof key === "string" && !this.keys.has(key)) this.keys.set(key, fate);
    const of = row.field("rerun_of");
    if (typeof of === "string" && !this.runs.has(of)) this.runs.set(of, fate);
    if (isChosen && known !== undefined) this.left.set(known, (this.left.get(known) ?? 0) + 1);
    return isChosen && known === undefined;
  }

  told(count: number): string {
    const left = [...this.left].map(([fate, n]) => `${n} that ${n > 1 ? plural[fate] : fate}`);
    const runs = count === 0 ? "no run is to be run again" : `${count} run${count > 1 ? "s are" : " is"} run again`;
    return left.length === 0 ? runs : `${runs}; left out: ${left.join(", ")}`;
  }
}

const plural: Record<Fate, string> = {
  "has succeeded since": "have succeeded since",
  "is under way again": "are under way again",
  "was tried again later": "were tried again later",
};

function fateBy(state: string): Fate | undefined {
  if (hasSucceeded(state)) return "has succeeded since";
  return hasEnded(state) || state === "unknown" ? undefined : "is under way again";
}

/** Whether a run is of the sweep (by its id or its last six characters), and of one of the points: an index, or path=value. */
function isPoint(row: Row, sweep: string | undefined, points: string[]): boolean {
  if (sweep === undefined && points.length === 0) return true;
  const id = row.field("sweep.id");
  if (typeof id !== "string") return false;
  if (sweep !== undefined && id !== sweep && !(isHandle(sweep) && id.endsWith(`-${sweep}`))) return false;
  if (points.length === 0) return true;
  const values = (row.field("sweep.point") ?? {}) as Record<string, unknown>;
  return points.some((word) => {
    const [path = "", ...rest] = word.split("=");
    if (rest.length === 0) return word === String(row.field("sweep.index")) || word === row.field("sweep.name");
    const wanted = rest.join("=");
    const value = values[path];
    return value !== undefined && (String(value) === wanted || (wanted !== "" && Number(wanted) === value));
  });
}
