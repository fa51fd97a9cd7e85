// Questions to the rows: which pass, in which order, how many of each kind.
import { type Column, codeAt, ranksOf, sameAs } from "./column.js";
import { columnOf, newestFirst, type Table } from "./table.js";

/** Those of the rows whose value passes; each value is asked about once. An absent one is `undefined`. */
export function narrow(rows: Int32Array, column: Column | undefined, passes: (value: unknown) => boolean): Int32Array {
  if (!column) return passes(undefined) ? rows : new Int32Array(0);
  // 0: not asked yet, 1: no, 2: yes.
  const known = new Uint8Array(column.values.length);
  const kept = new Int32Array(rows.length);
  let count = 0;
  for (const row of rows) {
    const code = codeAt(column, row);
    let answer = known[code];
    if (!answer) {
      answer = passes(column.values[code]) ? 2 : 1;
      known[code] = answer;
    }
    if (answer === 2) kept[count++] = row;
  }
  return kept.subarray(0, count);
}

/** Those of the rows of which something holds that needs several fields. */
export function filtered(rows: Int32Array, passes: (row: number) => boolean): Int32Array {
  const kept = new Int32Array(rows.length);
  let count = 0;
  for (const row of rows) if (passes(row)) kept[count++] = row;
  return kept.subarray(0, count);
}

export interface SortKey {
  path: readonly string[];
  down: boolean;
}

/** The rows in another order; those without a value come last, those that are equal stay as they were. */
export function sorted(table: Table, rows: Int32Array, keys: readonly SortKey[]): Int32Array {
  let all = rows;
  // From the last key to the first, each time by counting, which keeps the order of equals.
  for (const { path, down } of keys.slice().reverse()) {
    const column = columnOf(table, path);
    if (column) all = byRank(all, column, down);
  }
  return all;
}

function byRank(rows: Int32Array, column: Column, down: boolean): Int32Array {
  const ranks = ranksOf(column);
  // Never less than the most places that there are.
  const last = ranks.length;
  const placeOf = (row: number) => {
    const rank = ranks[codeAt(column, row)] ?? 0;
    return rank === 0 ? last : down ? last - rank : rank;
  };
  const starts = new Uint32Array(last + 2);
  const places = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i += 1) {
    const place = placeOf(rows[i] ?? 0);
    places[i] = place;
    starts[place + 1] = (starts[place + 1] ?? 0) + 1;
  }
  for (let i = 1; i < starts.length; i += 1) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0);
  const found = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i += 1) {
    const place = places[i] ?? 0;
    const at = starts[place] ?? 0;
    found[at] = rows[i] ?? 0;
    starts[place] = at + 1;
  }
  return found;
}

export interface Group {
  key: unknown[];
  rows: number[];
}

/** The rows by the values of some fields, the largest group first. */
export function grouped(table: Table, rows: Int32Array, paths: readonly (readonly string[])[]): Group[] {
  const columns = paths.map((path) => columnOf(table, path));
  const groups = new Map<number | string, Group>();
  const [first, second] = columns;
  const same = columns.map((column) => (column ? sameAs(column) : () => 0));
  const width = second?.values.length ?? 1;
  const simple = columns.length <= 2 && (first?.values.length ?? 1) * width < Number.MAX_SAFE_INTEGER;
  for (const row of rows) {
    const codes = columns.map((column, i) => (column ? (same[i]?.(codeAt(column, row)) ?? 0) : 0));
    const key = simple ? (codes[0] ?? 0) * width + (codes[1] ?? 0) : codes.join();
    const group = groups.get(key);
    if (group) group.rows.push(row);
    else groups.set(key, { key: columns.map((column, i) => column?.values[codes[i] ?? 0]), rows: [row] });
  }
  return [...groups.values()].sort((a, b) => b.rows.length - a.rows.length);
}

/** How many of the rows have each value of a field, the commonest first. */
export function counted(rows: Int32Array, column: Column): { value: unknown; count: number }[] {
  const counts = new Uint32Array(column.values.length);
  const same = sameAs(column);
  for (const row of rows) {
    const code = same(codeAt(column, row));
    counts[code] = (counts[code] ?? 0) + 1;
  }
  const found: { value: unknown; count: number }[] = [];
  for (let code = 1; code < counts.length; code += 1) {
    const count = counts[code] ?? 0;
    if (count > 0) found.push({ value: column.values[code], count });
  }
  return found.sort((a, b) => b.count - a.count);
}

export function everyRow(table: Table): Int32Array {
  return newestFirst(table);
}

/** What reads a field of the row that is looked at: how the language of filters sees rows without making records of them. */
export function rowReader(table: Table): { at(row: number): void; read(path: readonly string[]): () => unknown } {
  let row = 0;
  return {
    at: (next) => {
      row = next;
    },
    read: (path) => {
      const column = columnOf(table, path);
      return column ? () => column.values[codeAt(column, row)] : () => undefined;
    },
  };
}
