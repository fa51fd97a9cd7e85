// Which runs a request means, in its order: the same answer that lab-ls gives to the same filters.
import { type Fault, fault } from "../../../record/fault.js";
import { like } from "../../../record/like.js";
import { nearest } from "../../../record/names.js";
import { parseTime } from "../../../record/units.js";
import type { Filters } from "../../../serve/api/filters.js";
import { lowerTexts } from "../../../serve/index/lower-texts.js";
import { filtered, narrow, narrowCodes, type SortKey, sorted, without } from "../../../serve/index/select.js";
import { columnOf, newestFirst, placeOfKey, type Table } from "../../../serve/index/table.js";
import { wantedStates } from "../../show/listing-filter.js";
import { notesIn } from "../../show/notes-in.js";
import { deepen } from "./deepen.js";
import type { Index } from "./index.js";
import { pathNamed } from "./paths.js";
import { whereRows } from "./where-rows.js";

type Path = readonly string[];

/** The rows that pass the filters, sorted. Throws usage, and noinput for a user who has no runs; tells of notes that are none. */
export async function selectRuns(
  index: Index,
  asked: Filters,
  sort: string,
  now: number,
  report: (error: Fault) => void = () => {},
): Promise<Int32Array> {
  const select = async () => sortedRows(index, await passing(index, asked, now, report), sort);
  // Of notes the index does not hear.
  if (asked.note !== undefined) return select();
  // What was asked a moment ago, of the same runs, has the same answer; `3d` is another moment after a minute.
  const key = JSON.stringify([index.version(), Math.floor(now / 60_000), asked, sort]);
  const known = remembered.get(index)?.get(key);
  if (known) return known;
  const rows = await select();
  remember(index, key, rows);
  return rows;
}

const remembered = new WeakMap<Index, Map<string, Int32Array>>();
const mostRemembered = 32;

function remember(index: Index, key: string, rows: Int32Array): void {
  const all = remembered.get(index) ?? new Map<string, Int32Array>();
  remembered.set(index, all);
  for (const old of all.keys()) if (all.size >= mostRemembered) all.delete(old);
  all.set(key, rows);
}

async function sortedRows({ feed, table }: Index, rows: Int32Array, sort: string): Promise<Int32Array> {
  const keys = sort
    .split(",")
    .filter((word) => word !== "")
    .map((word): SortKey => {
      const down = word.startsWith("-");
      return { path: pathNamed(table, down ? word.slice(1) : word), down };
    });
  // As they are already.
  if (keys.length === 0 || (keys.length === 1 && keys[0]?.down && keys[0].path[0] === "id")) return rows;
  await deepen(
    feed,
    keys.map(({ path }) => path),
  );
  return sorted(table, rows, keys);
}

async function passing(index: Index, asked: Filters, now: number, report: (error: Fault) => void): Promise<Int32Array> {
  const { table } = index;
  const { user, me } = usersAsked(index, asked);
  const by = (rows: Int32Array, path: Path, passes: (value: unknown) => boolean) =>
    narrow(rows, columnOf(table, path), passes);
  let rows = newestFirst(table);
  const among = (path: Path, words: readonly string[] | undefined) => {
    if (words && words.length > 0) rows = by(rows, path, (value) => words.includes(String(value ?? "")));
  };
  if (user.length > 0)
    among(
      ["user"],
      user.map((one) => (one === "me" ? me : one)),
    );
  const states = wantedStates(asked.state ?? []);
  if (states.size > 0) rows = by(rows, ["state"], (value) => states.has(String(value)));
  among(["mode"], asked.mode);
  among(["group"], asked.group);
  among(["sweep", "id"], asked.sweep);
  among(["pipeline", "id"], asked.pipeline);
  const names = asked.name?.map(like) ?? [];
  if (names.length > 0) rows = by(rows, ["name"], (value) => names.some((name) => name(String(value ?? ""))));
  for (const tag of asked.tag ?? []) rows = by(rows, ["tags"], (value) => Array.isArray(value) && value.includes(tag));
  rows = inTime(table, rows, asked, now);
  for (const word of (asked.q ?? "").toLowerCase().split(/\s+/).filter(Boolean)) rows = withWord(table, rows, word);
  for (const text of asked.where ?? []) rows = await whereRows(index, rows, text, now);
  if (asked.note !== undefined) rows = await noted(index, rows, asked.note, report);
  return rows;
}

/** The rows with a text in what was written about them, before or since. */
async function noted(
  { table, feed }: Index,
  rows: Int32Array,
  text: string,
  report: (error: Fault) => void,
): Promise<Int32Array> {
  await deepen(feed, [["narrative"]]);
  const about = await notesIn(feed.registry, report);
  const word = text.toLowerCase();
  const has = (value: unknown) =>
    JSON.stringify(value ?? {})
      .toLowerCase()
      .includes(word);
  const planned = new Set(narrow(rows, columnOf(table, ["narrative"]), has));
  return filtered(rows, (row) => planned.has(row) || has(about(placeOfKey(table.keys[row] ?? "").id)));
}

function usersAsked({ table, feed }: Index, { user = [] }: Filters): { user: readonly string[]; me: string } {
  const me = feed.registry.user;
  const column = columnOf(table, ["user"]);
  const all = (column?.values ?? []).filter((value): value is string => typeof value === "string");
  for (const one of user) {
    if (one === "me" || one === me || all.includes(one)) continue;
    const near = nearest(one, all);
    throw fault("noinput", `no user '${one}' has runs here`, { hint: near ? `did you mean ${near}?` : undefined });
  }
  return { user, me };
}

function inTime(table: Table, rows: Int32Array, { since, until }: Filters, now: number): Int32Array {
  if (since === undefined && until === undefined) return rows;
  const [from, to] = [since, until].map((text) => (text === undefined ? undefined : parseTime(text, now)));
  // Keys begin with ids, and these with the second in which they were planned.
  const [first, end] = [from === undefined ? "" : idAt(from - 999), to === undefined ? "~" : idAt(to)];
  return filtered(rows, (row) => {
    const key = table.keys[row] ?? "";
    return key >= first && key < end;
  });
}

/** What the ids of runs that were planned in the first whole second from then on begin with. */
function idAt(ms: number): string {
  const second = new Date(Math.ceil(ms / 1000) * 1000).toISOString().slice(0, 19);
  return second.replaceAll(/[-:]/g, "").replace("T", "-");
}

const texts: readonly Path[] = [
  ...[["name"], ["user"], ["state"], ["mode"], ["message"], ["tags"], ["group"], ["note"], ["job"]],
  ...[
    ["narrative", "hypothesis"],
    ["narrative", "reasoning"],
    ["narrative", "expected_outcome"],
  ],
  // Where the most is to be read comes last, of what is left.
  ["id"],
];

/** The rows with a word in one of their texts. */
function withWord(table: Table, rows: Int32Array, word: string): Int32Array {
  let left = rows;
  for (const path of texts) {
    const column = columnOf(table, path);
    if (!column || (path[0] === "id" && !mayBeInId.test(word))) continue;
    const small = lowerTexts(column);
    left = without(
      left,
      narrowCodes(left, column, (code) => code !== 0 && (small[code] as string).includes(word)),
    );
  }
  return without(rows, left);
}

/** Ids have no other characters; each run has its own, so that to look into all takes the longest. */
const mayBeInId = /^[\da-hjkmnp-tv-z-]{1,22}$/;
