// Questions to the rows: which pass, in which order, how many of each kind.
import { type Column, codeAt, codesOf } from "./column.js";
import { numbersOf } from "./floats.js";
import { ranksOf, sameCodesOf } from "./ranks.js";
import { columnOf, type Table } from "./table.js";

/** Those of the rows whose value passes; each value is asked about once. An absent one is `undefined`. */
export function narrow(rows: Int32Array, column: Column | undefined, passes: (value: unknown) => boolean): Int32Array {
  if (!column) return passes(undefined) ? rows : new Int32Array(0);
  return narrowCodes(rows, column, (code) => passes(column.values[code]));
}

/** The same by the numbers of the values. */
export function narrowCodes(rows: Int32Array, column: Column, passes: (code: number) => boolean): Int32Array {
  // 0: not asked yet, 1: no, 2: yes.
  const known = new Uint8Array(column.values.length);
  const kept = new Int32Array(rows.length);
  const codes = codesOf(column, rows);
  let count = 0;
  for (let i = 0; i < rows.length; i += 1) {
    const code = codes[i] as number;
    let answer = known[code] as number;
    if (answer === 0) {
      answer = passes(code) ? 2 : 1;
      known[code] = answer;
    }
    if (answer === 2) kept[count++] = rows[i] as number;
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

/** Those of the rows that are not among some of them, which are in the same order. */
export function without(rows: Int32Array, some: Int32Array): Int32Array {
  if (some.length === 0) return rows;
  const kept = new Int32Array(rows.length - some.length);
  let next = 0;
  let count = 0;
  for (let i = 0; i < rows.length; i += 1) {
    if (rows[i] === some[next]) next += 1;
    else kept[count++] = rows[i] as number;
  }
  return kept;
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
  const places = codesOf(column, rows);
  const starts = new Uint32Array(last + 2);
  for (let i = 0; i < rows.length; i += 1) {
    const rank = ranks[places[i] as number] as number;
    const place = rank === 0 ? last : down ? last - rank : rank;
    places[i] = place;
    starts[place + 1] = (starts[place + 1] as number) + 1;
  }
  for (let i = 1; i < starts.length; i += 1) starts[i] = (starts[i] as number) + (starts[i - 1] as number);
  const found = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i += 1) {
    const place = places[i] as number;
    const at = starts[place] as number;
    found[at] = rows[i] as number;
    starts[place] = at + 1;
  }
  return found;
}

/** Some rows by what they have in common. */
export interface Groups {
  /** The number of the group of each of the rows; those with more rows have smaller ones. */
  of: Uint32Array;
  /** How many rows each has, and the first of them. */
  counts: Uint32Array;
  firsts: Int32Array;
}

/** The rows by the values of some fields, the largest group first; of those that are as large the one that came first. */
export function grouped(table: Table, rows: Int32Array, paths: readonly (readonly string[])[]): Groups {
  let of: Uint32Array = new Uint32Array(rows.length);
  let count = rows.length === 0 ? 0 : 1;
  for (const path of paths) {
    const column = columnOf(table, path);
    if (column) [of, count] = split(rows, of, count, column);
  }
  const counts = new Uint32Array(count);
  const firsts = new Int32Array(count).fill(-1);
  for (let i = 0; i < of.length; i += 1) {
    const group = of[i] as number;
    if (counts[group] === 0) firsts[group] = rows[i] as number;
    counts[group] = (counts[group] as number) + 1;
  }
  const order = largestFirst(counts);
  const places = new Uint32Array(count);
  for (let i = 0; i < count; i += 1) places[order[i] as number] = i;
  for (let i = 0; i < of.length; i += 1) of[i] = places[of[i] as number] as number;
  return {
    of,
    counts: order.map((group) => counts[group] as number),
    firsts: Int32Array.from(order, (group) => firsts[group] as number),
  };
}

/** The numbers of the groups, in two steps by their counts, so that those that are as large stay as they came. */
function largestFirst(counts: Uint32Array): Uint32Array {
  const order = Uint32Array.from(counts, (_, group) => group);
  const some = order.filter((group) => (counts[group] as number) > 1);
  // Most are alone where there are many.
  some.sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
  const alone = order.filter((group) => counts[group] === 1);
  order.set(some);
  order.set(alone, some.length);
  return order;
}

const mostCells = 1 << 20;

/** Groups by one field more, in the order in which they come. */
function split(rows: Int32Array, of: Uint32Array, count: number, column: Column): [Uint32Array, number] {
  const codes = sameCodesOf(column, rows);
  const width = column.values.length;
  // Where there are few that there may be, a list says which there are; else a map.
  const cells = count * width <= mostCells ? new Uint32Array(count * width) : undefined;
  const known = new Map<number, number>();
  const finer = new Uint32Array(rows.length);
  let next = 0;
  for (let i = 0; i < rows.length; i += 1) {
    const cell = (of[i] as number) * width + (codes[i] as number);
    let group = cells ? (cells[cell] ?? 0) - 1 : (known.get(cell) ?? -1);
    if (group < 0) {
      group = next++;
      if (cells) cells[cell] = next;
      else known.set(cell, group);
    }
    finer[i] = group;
  }
  return [finer, next];
}

/** How many of the rows have each value of a field, the commonest first. */
export function counted(rows: Int32Array, column: Column): { value: unknown; count: number }[] {
  const counts = countsOf(rows, column);
  const found: { value: unknown; count: number }[] = [];
  for (let code = 1; code < counts.length; code += 1) {
    const count = counts[code] ?? 0;
    if (count > 0) found.push({ value: column.values[code], count });
  }
  return found.sort((a, b) => b.count - a.count);
}

export interface Summed {
  /** How many rows have a value, and how many different ones there are. */
  count: number;
  distinct: number;
  /** The commonest ones. */
  commonest: unknown[];
  /** Of those that are numbers; none where `least` is above `most`. */
  least: number;
  most: number;
}

/** What the rows have in a field, in short. */
export function summed(rows: Int32Array, column: Column, commonest: number): Summed {
  const counts = countsOf(rows, column);
  const numbers = numbersOf(column);
  const best: number[] = [];
  let [count, distinct, enough] = [0, 0, 0];
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let code = 1; code < counts.length; code += 1) {
    const of = counts[code] as number;
    if (of === 0) continue;
    count += of;
    distinct += 1;
    const value = numbers[code] as number;
    if (value < least) least = value;
    if (value > most) most = value;
    if (of <= enough) continue;
    let at = best.length;
    while (at > 0 && (counts[best[at - 1] as number] as number) < of) at -= 1;
    best.splice(at, 0, code);
    if (best.length > commonest) best.pop();
    if (best.length === commonest) enough = counts[best[commonest - 1] as number] as number;
  }
  return { count, distinct, least, most, commonest: best.map((code) => column.values[code]) };
}

/** By the number of a value; equal values are counted with the first of them. */
function countsOf(rows: Int32Array, column: Column): Uint32Array {
  const counts = new Uint32Array(column.values.length);
  for (const code of sameCodesOf(column, rows)) counts[code] = (counts[code] as number) + 1;
  return counts;
}

/** What reads one field of a row, looked up once. */
export function reading(table: Table, path: readonly string[]): (row: number) => unknown {
  const column = columnOf(table, path);
  return column ? (row) => column.values[codeAt(column, row)] : () => undefined;
}
