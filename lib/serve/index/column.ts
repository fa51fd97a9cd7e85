// One field of all rows: each different value once, and for each row the number of its value. What is asked of a field is
// then asked once a value, and counting, grouping and sorting are loops over small numbers.

export interface Column {
  path: readonly string[];
  /** The values by their numbers; 0 is that there is none. */
  values: unknown[];
  /** The numbers by the rows, in pieces of which those that have none are missing. */
  pages: (Uint32Array | undefined)[];
  /** How many rows have a value. */
  count: number;
  /** The numbers of the values, once a value has to be found. */
  numbers?: Map<unknown, number>;
  /** The places of the values in their order, once it was asked for, and for how many values that was. */
  ranks?: Uint32Array;
}

const bits = 10;
const pageSize = 1 << bits;
const mask = pageSize - 1;

export function newColumn(path: readonly string[]): Column {
  return { path, values: [undefined], pages: [], count: 0 };
}

/** The number of a row's value; 0 where it has none. */
export function codeAt({ pages }: Column, row: number): number {
  return pages[row >>> bits]?.[row & mask] ?? 0;
}

export function valueAt(column: Column, row: number): unknown {
  return column.values[codeAt(column, row)];
}

/** Sets the value of a row; undefined takes it away. */
export function setValue(column: Column, row: number, value: unknown): void {
  const at = row >>> bits;
  let page = column.pages[at];
  if (!page) {
    if (value === undefined) return;
    page = new Uint32Array(pageSize);
    // Without holes, whose reading is slow.
    while (column.pages.length <= at) column.pages.push(undefined);
    column.pages[at] = page;
  }
  const code = value === undefined ? 0 : numberOf(column, value);
  const before = page[row & mask] ?? 0;
  if (before === code) return;
  page[row & mask] = code;
  column.count += (code === 0 ? 0 : 1) - (before === 0 ? 0 : 1);
}

function numberOf(column: Column, value: unknown): number {
  const { values } = column;
  column.numbers ??= new Map(values.map((one, number) => [keyOf(one), number]));
  const key = keyOf(value);
  let number = column.numbers.get(key);
  if (number === undefined) {
    number = values.length;
    values.push(value);
    column.numbers.set(key, number);
  }
  return number;
}

/** Lists and tables are alike where their texts are. */
function keyOf(value: unknown): unknown {
  return typeof value === "object" ? `\0${JSON.stringify(value)}` : value;
}

/** Forgets the values of rows from `length` on. */
export function truncate(column: Column, length: number): void {
  const last = length >>> bits;
  column.pages.length = Math.min(column.pages.length, last + 1);
  column.pages[last]?.fill(0, length & mask);
  column.count = 0;
  for (const page of column.pages) for (const code of page ?? []) if (code !== 0) column.count += 1;
}

/**
 * Forgets values that no row has any more, where those are more than half: values that change each second would fill the
 * memory otherwise.
 */
export function compact(column: Column): boolean {
  if (column.values.length < 4096 || column.values.length < 2 * column.count) return false;
  const { values, pages } = column;
  const renamed = new Uint32Array(values.length);
  column.values = [undefined];
  delete column.numbers;
  delete column.ranks;
  for (const page of pages) {
    if (!page) continue;
    for (let i = 0; i < page.length; i += 1) {
      const code = page[i] ?? 0;
      if (code === 0) continue;
      renamed[code] ||= numberOf(column, values[code]);
      page[i] = renamed[code] ?? 0;
    }
  }
  return true;
}

/** The place of each value among all, by its number: numbers before texts before all else; 0 stands for none, the least. */
export function ranksOf(column: Column): Uint32Array {
  const { values, ranks } = column;
  if (ranks?.length === values.length) return ranks;
  const order: number[] = [];
  for (let code = 1; code < values.length; code += 1) order.push(code);
  if (ranks) {
    // What was in order stays so, which a sort that looks for runs makes use of.
    order.sort((a, b) => (ranks[a] ?? 0xffffffff) - (ranks[b] ?? 0xffffffff));
  }
  order.sort((a, b) => compareValues(values[a], values[b]));
  const found = new Uint32Array(values.length);
  for (let i = 0; i < order.length; i += 1) found[order[i] ?? 0] = i + 1;
  column.ranks = found;
  return found;
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
