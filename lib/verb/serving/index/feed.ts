// From the registry's files to the rows of the index. Nothing here decides what is shown; it keeps what there is up to date.
import { isFault, recordError } from "../../../record/fault.js";
import type { Summary } from "../../../record/pack.js";
import type { Graces } from "../../../record/state.js";
import type { Followed } from "../../../registry/followed-metrics.js";
import { openRegistry, type Registry } from "../../../registry/open.js";
import { packNames } from "../../../registry/packs.js";
import { type Entry, roll } from "../../../registry/roll.js";
import { openRun } from "../../../registry/runs.js";
import type { Store } from "../../../serve/index/store.js";
import { addToRow, keyOf, newestFirst, putRow, removeRow, rowFor, type Table } from "../../../serve/index/table.js";
import { breather } from "../../breathing.js";
import { type Member, newMembers } from "./members.js";
import { liveOf, recordsOfLive, recordsOfSummary } from "./row-records.js";
import type { RowText } from "./row-text.js";

export interface Problem {
  id?: string;
  code: string;
  message: string;
  hint?: string;
}

/** What is known of the registry, and what of it the index has. */
export interface Feed {
  registry: Registry;
  limits: Graces;
  table: Table;
  store: Store;
  /** The packs that rows are from, by number: `user/name`. */
  packs: string[];
  /** The pack of each row; -1 for a run that is read from its own files. */
  packOf: Map<number, number>;
  /** The runs of loose/, and whether they may still change by themselves. */
  live: Map<string, { row: number; settled: boolean }>;
  /** What was read of the metrics of runs that may still change. */
  followed: Map<string, Followed>;
  /** Rows whose lines were too long to tell of the plan, and of the metrics. */
  untold: { plan: Set<number>; metrics: Set<number> };
  members: Map<string, Member>;
  /** The files of sweeps and pipelines that were read. */
  read: Set<string>;
  problems: Map<string, Problem>;
  /** The runs that changed since somebody was told; undefined until all are there. */
  changed: Set<string> | undefined;
  /** Rows in JSON as they were shown, until they are put again. */
  shown: Map<number, RowText>;
  /** What nobody expected. */
  trouble(error: unknown): void;
}

/** The names of a user's packs, as one word. */
export function packsOf({ registry }: Feed, user: string): string {
  return packNames(registry, user)
    .map(({ name }) => name)
    .join();
}

/** Reads all runs of a user who has these packs again, as far as they are not known, and forgets those that are gone. */
export async function readUser(feed: Feed, user: string, packs: string): Promise<void> {
  const { registry, table } = feed;
  const rest = breather();
  // What is left in the end is gone.
  const left = new Set([...table.rows.keys()].filter((key) => key.endsWith(`/${user}`)));
  const numbers = new Map(feed.packs.map((name, number) => [name, number]));
  let last: { name: string; number: number } | undefined;
  const report = (error: unknown) => problem(feed, `packs of ${user}`, undefined, error);
  feed.problems.delete(`packs of ${user}`);
  for (const entry of roll(registry, [user], { report })) {
    const key = keyOf(user, entry.id);
    left.delete(key);
    const name = entry.packed?.pack.name;
    // Most are in the same pack as the one before.
    if (name !== undefined && last?.name !== name) last = { name, number: numberOf(feed, numbers, `${user}/${name}`) };
    const pack = name === undefined ? -1 : (last?.number ?? -1);
    const row = table.rows.get(key);
    if (row === undefined || pack < 0 || feed.packOf.get(row) !== pack) put(feed, entry, pack);
    const pause = rest();
    if (pause) await pause;
  }
  if (left.size > 0) isThere(feed);
  // What a pack had that was replaced before it was opened is in another one, which the next look finds.
  if (packsOf(feed, user) !== packs) return;
  for (const key of left) drop(feed, key);
  // So that the first who asks need not put all in order.
  newestFirst(table);
}

function numberOf(feed: Feed, numbers: Map<string, number>, name: string): number {
  let number = numbers.get(name);
  if (number === undefined) {
    number = feed.packs.push(name) - 1;
    numbers.set(name, number);
  }
  return number;
}

/** Puts a run into the index as it is now; one that cannot be read is a problem. */
export function put(feed: Feed, entry: Entry, pack = -1): void {
  const { user, id } = entry;
  const key = keyOf(user, id);
  try {
    if (!entry.packed) {
      putLive(feed, user, id);
      return;
    }
    const { line } = entry.packed;
    const summary = JSON.parse(line.text()) as Summary;
    const { row, isNew } = rowOf(feed, key);
    feed.packOf.set(row, pack);
    feed.live.delete(key);
    feed.followed.delete(key);
    for (const part of ["plan", "metrics"] as const) {
      if (summary[part] === undefined) feed.untold[part].add(row);
      else feed.untold[part].delete(row);
    }
    putRow(feed.table, row, [...recordsOfSummary(summary, user), ...memberRecords(feed, key)], isNew);
    feed.store.put(row, "packed", line.bytes());
    feed.shown.delete(row);
    changed(feed, key);
    feed.problems.delete(key);
  } catch (error) {
    // A line that is not JSON is a damaged pack's: the run is where it is.
    if (error instanceof SyntaxError && entry.packed) put(feed, { user, id });
    else problem(feed, key, id, error);
  }
}

/** The same of a run that is to be opened; says whether anything of it is otherwise than it was. */
export function putLive(feed: Feed, user: string, id: string): void {
  const { registry, limits, store, table } = feed;
  const key = keyOf(user, id);
  try {
    const disk = openRun(registry, user, id);
    // Markers come first, its record last.
    if (!disk) {
      isThere(feed);
      drop(feed, key);
      return;
    }
    const followed: Followed = feed.followed.get(key) ?? new Map();
    const { live, complete } = liveOf(disk, Date.now(), limits, followed);
    const { row, isNew } = rowOf(feed, key);
    const settled = disk.facts.outcome !== undefined && complete;
    feed.live.set(key, { row, settled });
    if (settled) feed.followed.delete(key);
    else feed.followed.set(key, followed);
    feed.packOf.delete(row);
    for (const part of [feed.untold.plan, feed.untold.metrics]) part.delete(row);
    const [message] = disk.problems;
    if (message === undefined) feed.problems.delete(key);
    else feed.problems.set(key, { id, code: "dataerr", message });
    const text = JSON.stringify(live);
    if (!isNew && store.text(row)?.text === text) return;
    putRow(table, row, [...recordsOfLive(live), ...memberRecords(feed, key)], isNew);
    store.put(row, "live", text);
    feed.shown.delete(row);
    changed(feed, key);
  } catch (error) {
    problem(feed, key, id, error);
    // It is looked at again: what could not be read now may be readable then.
    const row = table.rows.get(key);
    feed.live.set(key, { row: row ?? -1, settled: false });
  }
}

function rowOf(feed: Feed, key: string): { row: number; isNew: boolean } {
  const isNew = !feed.table.rows.has(key);
  return { row: rowFor(feed.table, key), isNew };
}

function memberRecords(feed: Feed, key: string): Member[] {
  const member = feed.members.get(key);
  return member ? [member] : [];
}

/** A registry that was taken away, or is not mounted, is not one of no runs. Throws then: what was not found may be there. */
export function isThere({ registry }: Feed): void {
  openRegistry(registry.base, registry.uid);
}

export function drop(feed: Feed, key: string): void {
  const row = feed.table.rows.get(key);
  feed.live.delete(key);
  feed.followed.delete(key);
  feed.problems.delete(key);
  if (row === undefined) return;
  feed.packOf.delete(row);
  feed.store.remove(row);
  feed.shown.delete(row);
  removeRow(feed.table, key);
  changed(feed, key);
}

/** Reads the sweeps and pipelines that have come since. */
export async function readMembers(feed: Feed): Promise<void> {
  const rest = breather();
  for (const { user, run, member } of newMembers(feed.registry, feed.read, (id, error) =>
    problem(feed, id, id, error),
  )) {
    const key = keyOf(user, run);
    const known = feed.members.get(key);
    feed.members.set(key, known ? { ...known, ...member } : member);
    const row = feed.table.rows.get(key);
    if (row !== undefined) {
      addToRow(feed.table, row, member);
      feed.shown.delete(row);
    }
    await rest();
  }
}

function changed(feed: Feed, key: string): void {
  feed.changed?.add(key);
}

export function problem(feed: Feed, key: string, id: string | undefined, error: unknown): void {
  if (isFault(error)) feed.problems.set(key, { ...(id === undefined ? {} : { id }), ...recordError(error) });
  else feed.trouble(error);
}
