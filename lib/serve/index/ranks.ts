// The values of a column in their order. That is kept: values that came since are sorted alone and merged into it.
import { type Column, codesOf } from "./column.js";

/** The place of each value among all, by its number, equal ones with the same: numbers before texts before all else; 0 is none. */
export function ranksOf(column: Column): Uint32Array {
  rankSome(column, Number.POSITIVE_INFINITY);
  return column.ranks ?? new Uint32Array(1);
}

/** Puts at most so many values more into their order; says whether all have a place then. */
export function rankSome(column: Column, most: number): boolean {
  const { values, ranks, order = new Uint32Array(0) } = column;
  const from = ranks?.length ?? 1;
  if (ranks && from >= values.length) return true;
  const to = Math.min(values.length, from + most);
  column.order = merged(values, order, sortedCodes(values, from, to));
  column.ranks = placesOf(values, column.order, ranks);
  delete column.firsts;
  return to === values.length;
}

/** The same as `codesOf`, but that values that are equal have the number of the first of them: what groups are made by. */
export function sameCodesOf(column: Column, rows: Int32Array): Uint32Array {
  const codes = codesOf(column, rows);
  if (!column.loose) return codes;
  const ranks = ranksOf(column);
  column.firsts ??= firstsOf(ranks);
  const { firsts } = column;
  for (let i = 0; i < codes.length; i += 1) codes[i] = firsts[codes[i] as number] as number;
  return codes;
}

function firstsOf(ranks: Uint32Array): Uint32Array {
  const first = new Uint32Array(ranks.length + 1);
  for (let code = ranks.length - 1; code > 0; code -= 1) first[ranks[code] ?? 0] = code;
  return ranks.map((rank) => first[rank] ?? 0);
}

function sortedCodes(values: readonly unknown[], from: number, to: number): Uint32Array {
  const codes = new Uint32Array(to - from);
  // Sorted as they came, since that often is by time.
  const others: number[] = [];
  let numbers = 0;
  for (let code = from; code < to; code += 1) {
    if (typeof values[code] === "number") codes[numbers++] = code;
    else others.push(code);
  }
  sortNumbers(values, codes.subarray(0, numbers));
  codes.set(
    others.sort((a, b) => compareValues(values[a], values[b])),
    numbers,
  );
  return codes;
}

const few = 256;

/** By the bits of the numbers, sixteen at a time from the lowest: without a call for each comparison. */
function sortNumbers(values: readonly unknown[], codes: Uint32Array): void {
  if (codes.length < few) {
    codes.sort((a, b) => (values[a] as number) - (values[b] as number));
    return;
  }
  const keys = bitsOf(values, codes);
  let order = codes.map((_, i) => i);
  let next = new Uint32Array(codes.length);
  for (let part = 0; part < 4; part += 1) {
    const starts = new Uint32Array((1 << 16) + 1);
    for (let i = part; i < keys.length; i += 4) {
      const digit = (keys[i] ?? 0) + 1;
      starts[digit] = (starts[digit] ?? 0) + 1;
    }
    // Where all have the same they stay as they are.
    if (starts[(keys[part] ?? 0) + 1] === codes.length) continue;
    for (let i = 1; i < starts.length; i += 1) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0);
    for (let i = 0; i < order.length; i += 1) {
      const one = order[i] ?? 0;
      const digit = keys[4 * one + part] ?? 0;
      const at = starts[digit] ?? 0;
      next[at] = one;
      starts[digit] = at + 1;
    }
    [order, next] = [next, order];
  }
  codes.set(order.map((i) => codes[i] ?? 0));
}

/** The bits of each number, in four parts from the lowest, so that they are in the order of the numbers. */
function bitsOf(values: readonly unknown[], codes: Uint32Array): Uint16Array {
  const numbers = new Float64Array(codes.length);
  // -0 is 0.
  for (let i = 0; i < codes.length; i += 1) numbers[i] = (values[codes[i] ?? 0] as number) + 0;
  const halves = new Uint32Array(numbers.buffer);
  for (let i = 0; i < halves.length; i += 2) {
    const high = halves[i + 1] ?? 0;
    const isNegative = high >= 0x80000000;
    if (isNegative) halves[i] = ~(halves[i] ?? 0);
    halves[i + 1] = isNegative ? ~high : high ^ 0x80000000;
  }
  return new Uint16Array(numbers.buffer);
}

/** Two lists that are in order as one; the second is the shorter one, or the first is empty. */
function merged(values: readonly unknown[], order: Uint32Array, added: Uint32Array): Uint32Array {
  if (order.length === 0) return added;
  const all = new Uint32Array(order.length + added.length);
  let from = 0;
  for (let i = 0; i < added.length; i += 1) {
    const code = added[i] ?? 0;
    let low = from;
    let high = order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareValues(values[order[middle] ?? 0], values[code]) <= 0) low = middle + 1;
      else high = middle;
    }
    if (low > from) all.set(order.subarray(from, low), from + i);
    all[low + i] = code;
    from = low;
  }
  all.set(order.subarray(from), from + added.length);
  return all;
}

/** Of values that had places before these tell which are equal. */
function placesOf(
  values: readonly unknown[],
  order: Uint32Array,
  before: Uint32Array = new Uint32Array(0),
): Uint32Array {
  const places = new Uint32Array(order.length + 1);
  let place = 0;
  let last = 0;
  for (let i = 0; i < order.length; i += 1) {
    const code = order[i] as number;
    const areKnown = code < before.length && last < before.length;
    const isNext = areKnown ? before[code] !== before[last] : compareValues(values[last], values[code]) !== 0;
    if (i === 0 || isNext) place += 1;
    places[code] = place;
    last = code;
  }
  return places;
}

/** As lists are sorted: numbers by size, texts by their characters. */
function compareValues(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  const [x, y] = [kindOf(a), kindOf(b)];
  if (x !== y) return x - y;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

function kindOf(value: unknown): number {
  return typeof value === "number" ? 0 : typeof value === "string" ? 1 : typeof value === "boolean" ? 2 : 3;
}
