// Fields that the columns have not: what lines of packs leave out, tables, and parts of lists. They are read from whole runs
// when somebody asks for them, once.
import type { Summary } from "../../../record/pack.js";
import { filesOf } from "../../../registry/pack-full.js";
import { closePack, openPack, type Pack, packNames } from "../../../registry/packs.js";
import { openRun } from "../../../registry/runs.js";
import { newColumn, setValue } from "../../../serve/index/column.js";
import { addToRow, needsDeriving, newestFirst, own, placeOfKey, separator } from "../../../serve/index/table.js";
import { breather } from "../../breathing.js";
import type { Feed } from "./feed.js";
import { type Live, liveOf, missingOf, partOf, recordsOfLive, recordsOfSummary } from "./row-records.js";

type Path = readonly string[];

/** What was read of each row besides its line; a row that is put anew loses that. */
const deep = new WeakMap<Feed, Map<string, Map<number, string>>>();

/** Makes sure that what these fields say of all rows is in columns. */
export async function deepen(feed: Feed, paths: readonly Path[]): Promise<void> {
  const rest = breather();
  const words = [...new Set(paths.flatMap(([word = ""]) => word))].filter((word) => isLeftOut(paths, word));
  const derived = paths.filter((path) => needsDeriving(feed.table, path));
  if (words.length === 0 && derived.length === 0) return;
  const known = deep.get(feed) ?? new Map<string, Map<number, string>>();
  deep.set(feed, known);
  const packs = new Map<string, Pack | undefined>();
  try {
    for (const row of rowsWithout(feed, words)) {
      const key = feed.table.keys[row];
      if (key === undefined) continue;
      const wanted = words.filter((word) => known.get(word)?.get(row) !== packedAs(feed, row));
      if (wanted.length > 0) readDeep(feed, row, key, wanted, packs);
      for (const word of wanted) {
        const rows = known.get(word) ?? new Map<number, string>();
        known.set(word, rows.set(row, packedAs(feed, row)));
      }
      await rest();
    }
    for (const path of paths) if (needsDeriving(feed.table, path)) await derive(feed, path, packs);
  } finally {
    for (const pack of packs.values()) if (pack) closePack(pack);
  }
}

/** The rows that may not tell all of these words. */
function rowsWithout({ table, untold }: Feed, words: readonly string[]): Iterable<number> {
  if (words.length === 0) return [];
  const rows = new Set<number>();
  for (const word of words) {
    // What lines tell where they can is missing in few.
    const few = word === "metrics" ? untold.metrics : isTold(word) ? untold.plan : undefined;
    if (few === undefined) return newestFirst(table).slice();
    for (const row of few) rows.add(row);
  }
  return rows;
}

function isTold(word: string): boolean {
  return missingOf({ plan: {} } as Summary, [word]).length === 0;
}

/** `key.digest` is in every line; all else of a key is not. */
function isLeftOut(paths: readonly Path[], word: string): boolean {
  const isDigest = paths.every((path) => path[0] !== "key" || path.join(".") === "key.digest");
  if (word === "key" && isDigest) return false;
  return missingOf({} as Summary, [word]).length > 0;
}

/** Another word for a row that was put again. */
function packedAs(feed: Feed, row: number): string {
  return feed.packs[feed.packOf.get(row) ?? -1] ?? "live";
}

function readDeep(feed: Feed, row: number, key: string, words: string[], packs: Map<string, Pack | undefined>): void {
  const found = feed.store.text(row);
  if (found?.kind !== "packed") return;
  const summary = JSON.parse(found.text) as Summary;
  const missing = missingOf(summary, words);
  if (missing.length > 0) addToRow(feed.table, row, deepRecord(feed, row, key, summary, missing, packs));
}

/** What a packed run says of these words in its full line, or in its own files. */
function deepRecord(
  feed: Feed,
  row: number,
  key: string,
  summary: Summary,
  words: string[],
  packs: Map<string, Pack | undefined>,
): Record<string, unknown> {
  const { user, id } = placeOfKey(key);
  try {
    if (words.includes("metrics")) {
      const disk = openRun(feed.registry, user, id);
      return disk ? { ...partOf(disk.run, words), metrics: liveOf(disk, Date.now(), feed.limits).live.metrics } : {};
    }
    const pack = packOf(feed, row, user, packs);
    const run =
      (pack && filesOf(feed.registry, pack, id, summary)?.["run.json"]) ?? openRun(feed.registry, user, id)?.run;
    return run ? partOf(run, words) : {};
  } catch {
    // What cannot be read is told of by whoever lists runs; a field of it is absent.
    return {};
  }
}

function packOf(feed: Feed, row: number, user: string, packs: Map<string, Pack | undefined>): Pack | undefined {
  const name = feed.packs[feed.packOf.get(row) ?? -1];
  if (name === undefined) return undefined;
  if (!packs.has(name)) {
    const found = packNames(feed.registry, user).find((pack) => `${user}/${pack.name}` === name);
    packs.set(name, found && openPack(feed.registry, found));
  }
  return packs.get(name);
}

/** A column of what is at a path, whatever that is. */
async function derive(feed: Feed, path: Path, packs: Map<string, Pack | undefined>): Promise<void> {
  const { table, store } = feed;
  const column = newColumn(path);
  const rest = breather();
  for (const row of newestFirst(table).slice()) {
    const key = table.keys[row];
    const found = key === undefined ? undefined : store.text(row);
    if (key === undefined || !found) continue;
    setValue(column, row, own([...recordsIn(feed, row, key, found, path, packs), ...memberIn(feed, key)], path));
    await rest();
  }
  table.derived.set(path.join(separator), column);
}

function recordsIn(
  feed: Feed,
  row: number,
  key: string,
  { kind, text }: { kind: string; text: string },
  [word = ""]: Path,
  packs: Map<string, Pack | undefined>,
): object[] {
  if (kind === "live") return recordsOfLive(JSON.parse(text) as Live);
  const summary = JSON.parse(text) as Summary;
  const { user } = placeOfKey(key);
  const missing = missingOf(summary, [word]);
  const more = missing.length > 0 ? [deepRecord(feed, row, key, summary, missing, packs)] : [];
  return [...recordsOfSummary(summary, user), ...more];
}

function memberIn(feed: Feed, key: string): object[] {
  const member = feed.members.get(key);
  return member ? [member] : [];
}
