// The rows of an index by their columns: which there are, in the order of lists, and what each has.
import { type Column, compact, newColumn, setValue, valueAt } from "./column.js";

/** What a row is told by: of several records with a field an earlier one answers before a later one. */
export type Records = readonly object[];

export interface Table {
  /** By path, joined by a character that no name has. */
  columns: Map<string, Column>;
  /** Fields that are tables in some row, or parts of lists: they have columns only if somebody has asked for them. */
  inner: Set<string>;
  lists: Set<string>;
  /** Of those, the ones that have columns. */
  derived: Map<string, Column>;
  /** Row numbers by the keys of rows, and the other way round; a row that is gone has no key. */
  rows: Map<string, number>;
  keys: (string | undefined)[];
  /** The rows from the newest to the oldest, as far as that is known: rows that came since are in `fresh`. */
  order: Int32Array;
  fresh: number[];
  gone: number;
  /** Another number after each change. */
  generation: number;
}

export const separator = "\0";

export function newTable(): Table {
  return {
    columns: new Map(),
    inner: new Set(),
    lists: new Set(),
    derived: new Map(),
    rows: new Map(),
    keys: [],
    order: new Int32Array(0),
    fresh: [],
    gone: 0,
    generation: 1,
  };
}

/** The key of a run: its id comes first, so that keys are in the order of ids. */
export function keyOf(user: string, id: string): string {
  return `${id}/${user}`;
}

export function placeOfKey(key: string): { user: string; id: string } {
  const at = key.indexOf("/");
  return { id: key.slice(0, at), user: key.slice(at + 1) };
}

export function columnOf(table: Table, path: readonly string[]): Column | undefined {
  const key = path.join(separator);
  return table.columns.get(key) ?? table.derived.get(key);
}

/** The number of the row with this key, a new one where there is none. */
export function rowFor(table: Table, key: string): number {
  const known = table.rows.get(key);
  if (known !== undefined) return known;
  const row = table.keys.length;
  table.keys.push(key);
  table.rows.set(key, row);
  table.fresh.push(row);
  return row;
}

/** Sets all that a row has; of a new row nothing has to be taken away first. */
export function putRow(table: Table, row: number, records: Records, isNew: boolean): void {
  table.generation += 1;
  for (let i = 0; i < records.length; i += 1) flatten(table, row, records[i] as object, rootOf(table));
  if (!isNew)
    for (const column of table.columns.values()) if (column.seen !== table.generation) setValue(column, row, undefined);
  for (const column of table.derived.values()) setValue(column, row, own(records, column.path));
}

/** Adds to what a row has: fields that it had not. */
export function addToRow(table: Table, row: number, record: object): void {
  table.generation += 1;
  flatten(table, row, record, rootOf(table));
}

export function removeRow(table: Table, key: string): void {
  const row = table.rows.get(key);
  if (row === undefined) return;
  for (const columns of [table.columns, table.derived])
    for (const column of columns.values()) setValue(column, row, undefined);
  table.keys[row] = undefined;
  table.rows.delete(key);
  table.gone += 1;
  table.generation += 1;
}

// A forged record with a million names would be a million columns.
const mostColumns = 20_000;

/** A name in records: where it leads is looked up once, and not for each row by a text that is put together. */
interface Name {
  key?: string;
  column?: Column | undefined;
  isInner?: boolean;
  isList?: boolean;
  below?: Map<string, Name>;
}

const roots = new WeakMap<Table, Name>();

function rootOf(table: Table): Name {
  const root = roots.get(table) ?? {};
  roots.set(table, root);
  return root;
}

function nameIn(table: Table, above: Name, word: string): Name {
  above.below ??= new Map();
  const known = above.below.get(word);
  if (known) return known;
  const name = { key: above.key === undefined ? word : above.key + separator + word };
  if (table.columns.size < mostColumns) above.below.set(word, name);
  return name;
}

function flatten(table: Table, row: number, record: object, above: Name): void {
  for (const word in record) {
    const value = (record as Record<string, unknown>)[word];
    if (value === undefined || value === null) continue;
    const name = nameIn(table, above, word);
    const { key = "" } = name;
    if (typeof value === "object") {
      if (!Array.isArray(value)) {
        if (!name.isInner) table.inner.add(key);
        name.isInner = true;
        flatten(table, row, value, name);
        continue;
      }
      if (!name.isList) table.lists.add(key);
      name.isList = true;
    }
    name.column ??= columnNamed(table, key);
    const { column } = name;
    // What an earlier record has said holds.
    if (!column || column.seen === table.generation) continue;
    setValue(column, row, value);
    column.seen = table.generation;
  }
}

function columnNamed(table: Table, key: string): Column | undefined {
  const known = table.columns.get(key);
  if (known || table.columns.size >= mostColumns) return known;
  const column = newColumn(key.split(separator));
  table.columns.set(key, column);
  return column;
}

/** The value at a path of the first of some records that has one. */
export function own(records: Records, path: readonly string[]): unknown {
  for (const record of records) {
    let value: unknown = record;
    for (const name of path) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) {
        value = undefined;
        break;
      }
      value = (value as Record<string, unknown>)[name];
    }
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

/** Whether a path has to be derived from whole rows: it is a table in one of them, or goes into a list. */
export function needsDeriving(table: Table, path: readonly string[]): boolean {
  const key = path.join(separator);
  if (table.derived.has(key)) return false;
  if (table.inner.has(key)) return true;
  return path.some((_, i) => i > 0 && table.lists.has(path.slice(0, i).join(separator)));
}

/** All rows, those with the newest id first; of one id by user. */
export function newestFirst(table: Table): Int32Array {
  const { keys, fresh, gone } = table;
  if (fresh.length === 0 && gone === 0) return table.order;
  const before = (a: number, b: number) => {
    const [x = "", y = ""] = [keys[a], keys[b]];
    return x > y !== isSameId(x, y) ? -1 : 1;
  };
  const added = fresh.filter((row) => keys[row] !== undefined).sort(before);
  const merged = new Int32Array(table.rows.size);
  let next = 0;
  let count = 0;
  for (const row of table.order) {
    if (keys[row] === undefined) continue;
    for (let one = added[next]; one !== undefined && before(one, row) < 0; one = added[next]) {
      merged[count++] = one;
      next += 1;
    }
    merged[count++] = row;
  }
  for (; next < added.length; next += 1) merged[count++] = added[next] ?? 0;
  table.order = merged;
  table.fresh = [];
  table.gone = 0;
  return merged;
}

const idEnd = 22;

/** Ids that differ most often do so in their last character. */
function isSameId(x: string, y: string): boolean {
  return x.charCodeAt(idEnd - 1) === y.charCodeAt(idEnd - 1) && x.slice(0, idEnd) === y.slice(0, idEnd);
}

/** Lets go of what no row has any more. */
export function tidy(table: Table): void {
  for (const column of table.columns.values()) compact(column);
}

export function fieldOf(table: Table, row: number, path: readonly string[]): unknown {
  const column = columnOf(table, path);
  return column && valueAt(column, row);
}
