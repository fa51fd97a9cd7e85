// The notebook: what plans of runs state, from the index, and what people wrote afterwards, from their notes.
import type { Note } from "../../record/note.js";
import { parseTime } from "../../record/units.js";
import { annotatedRuns, notesOf } from "../../registry/notes.js";
import { notebookApi } from "../../serve/api/notebook.js";
import { filtered, narrow } from "../../serve/index/select.js";
import { columnOf, fieldOf, newestFirst, placeOfKey, type Table } from "../../serve/index/table.js";
import { breather } from "../breathing.js";
import { answering, type Serving } from "./answering.js";
import { asking } from "./index/asking.js";
import { deepen } from "./index/deepen.js";
import type { Index } from "./index/index.js";

const plans = ["hypothesis", "context", "intent", "expected_outcome", "note"] as const;
const later = ["outcome", "lesson", "next"] as const;
const words = [...plans, ...later] as const;
type Word = (typeof words)[number];

interface Entry extends Partial<Record<Exclude<Word, "outcome">, string>> {
  id: string;
  kind: "plan" | "note";
  at: string;
  author: string;
  run: { id: string; name?: string; user?: string; state?: string; mode?: string };
  tags?: string[];
  outcome?: NonNullable<Note["outcome"]>;
}

export const notebook = answering(notebookApi, async (_, query, serving) => {
  const { q = "", tag = [], user = [], says = [], since, until, limit = 100, offset = 0 } = query;
  const { now } = serving.context;
  const [from, to] = [since, until].map((text) => (text === undefined ? undefined : parseTime(text, now)));
  const users = user.map((one) => (one === "me" ? serving.registry.user : one));
  const looked = q.toLowerCase().split(/\s+/).filter(Boolean);
  const all = (await entriesOf(serving)).filter(
    (entry) =>
      (from === undefined || Date.parse(entry.at) >= from) &&
      (to === undefined || Date.parse(entry.at) < to) &&
      tag.every((one) => entry.tags?.includes(one)) &&
      (looked.length === 0 || hasAll(entry, looked)),
  );
  const ofUser = ({ author }: Entry) => users.length === 0 || users.includes(author);
  const saying = (entry: Entry) => says.length === 0 || says.some((word) => entry[word as Word] !== undefined);
  const found = all.filter((entry) => ofUser(entry) && saying(entry));
  return {
    entries: found.slice(offset, offset + limit),
    total: found.length,
    tags: tally(found.flatMap(({ tags = [] }) => tags)).map(([name, count]) => ({ tag: name, count })),
    // Of each choice as many as there would be if it were made.
    says: tally(all.filter(ofUser).flatMap((entry) => words.filter((word) => entry[word] !== undefined))).map(
      ([word, count]) => ({ word, count }),
    ),
    authors: tally(all.filter(saying).map(({ author }) => author)).map(([name, count]) => ({ user: name, count })),
  };
});

function hasAll(entry: Entry, looked: readonly string[]): boolean {
  const text = [entry.run.name, entry.run.id, ...(entry.tags ?? []), ...words.map((word) => entry[word])]
    .join("\n")
    .toLowerCase();
  return looked.every((word) => text.includes(word));
}

function tally(values: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}

interface Kept {
  version: string;
  plans: Entry[];
  until: number;
  entries: Entry[];
}
const kept = new WeakMap<Index, Kept>();
/** A note says nothing to the index; it is here after as long at the latest (ms). */
const fresh_ms = 2000;

/** All of it, the newest first. */
async function entriesOf(serving: Serving): Promise<Entry[]> {
  const index = await asking(serving);
  const { context } = serving;
  const version = index.version();
  const known = kept.get(index);
  const isSame = known?.version === version;
  if (isSame && context.now < known.until) return known.entries;
  const plans = isSame ? known.plans : await plansIn(index);
  const notes = (await notesIn(serving)).map((note) => noteEntry(index.table, note));
  const entries = [...plans, ...notes].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
  kept.set(index, { version, plans, until: Date.now() + fresh_ms, entries });
  return entries;
}

/** What plans state, which only changes with the index. */
async function plansIn({ table, feed }: Index): Promise<Entry[]> {
  const paths = plans.map((word) => ["narrative", word]);
  await deepen(feed, paths);
  const says = new Set<number>();
  for (const path of paths)
    for (const row of narrow(newestFirst(table), columnOf(table, path), (value) => value !== undefined)) says.add(row);
  const rest = breather();
  const entries: Entry[] = [];
  for (const row of filtered(newestFirst(table), (row) => says.has(row))) {
    entries.push(planOf(table, row));
    const pause = rest();
    if (pause) await pause;
  }
  return entries;
}

async function notesIn({ registry, problems }: Serving): Promise<Note[]> {
  const bad = (message: string) => void problems.push({ code: "dataerr", message });
  const rest = breather();
  const notes: Note[] = [];
  for (const run of annotatedRuns(registry, bad)) {
    notes.push(...notesOf(registry, run, bad));
    await rest();
  }
  return notes;
}

function planOf(table: Table, row: number): Entry {
  const { user, id } = placeOfKey(table.keys[row] ?? "");
  const at = textAt(table, row, "planned_at") ?? "";
  return { id, kind: "plan", at, author: user, ...told(table, row, id), ...statedAt(table, row) };
}

function statedAt(table: Table, row: number): Partial<Record<(typeof plans)[number], string>> {
  return Object.fromEntries(
    plans.map((word) => [word, textAt(table, row, "narrative", word)]).filter(([, value]) => value !== undefined),
  );
}

function noteEntry(table: Table, { id, run, author, at, text, tags = [], lesson, next, outcome }: Note): Entry {
  const row = rowOf(table, run ?? "");
  const known = row === undefined ? { run: { id: run ?? "" } } : told(table, row, run ?? "");
  const all = [...new Set([...tags, ...(known.tags ?? [])])];
  const says = Object.entries({ note: text, lesson, next, outcome }).filter(([, value]) => value !== undefined);
  return {
    ...{ id: id ?? "", kind: "note", at, author, ...known, ...(all.length > 0 ? { tags: all } : {}) },
    ...Object.fromEntries(says),
  };
}

/** Which run it is about, how that is, and its tags. */
function told(table: Table, row: number, id: string): Pick<Entry, "run" | "tags"> {
  const { user } = placeOfKey(table.keys[row] ?? "");
  const [name, state, mode] = [textAt(table, row, "name"), textAt(table, row, "state"), textAt(table, row, "mode")];
  const tags = fieldOf(table, row, ["tags"]);
  return {
    run: { id, user, ...(name && { name }), ...(state && { state }), ...(mode && { mode }) },
    ...(Array.isArray(tags) && tags.length > 0 ? { tags: tags.map(String) } : {}),
  };
}

function textAt(table: Table, row: number, ...path: string[]): string | undefined {
  const value = fieldOf(table, row, path);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The row of a run by its id alone: rows are in the order of their ids. */
function rowOf(table: Table, id: string): number | undefined {
  const rows = newestFirst(table);
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (idAt(table, rows[middle]) > id) low = middle + 1;
    else high = middle;
  }
  return idAt(table, rows[low]) === id ? rows[low] : undefined;
}

function idAt(table: Table, row: number | undefined): string {
  return row === undefined ? "" : placeOfKey(table.keys[row] ?? "").id;
}
