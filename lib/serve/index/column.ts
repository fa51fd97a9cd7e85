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
  /** Another number after each change. */
  version: number;
  /** The numbers of the values, once a value has to be found. */
  numbers?: Map<unknown, number>;
  /** The number that was given last. */
  last?: number;
  /** Nearly every row has a value of its own: equal ones are not looked for, and may have several numbers. */
  loose?: boolean;
  /** The places of the values in their order, as far as it was asked for, and their numbers in that order. */
  ranks?: Uint32Array;
  order?: Uint32Array;
  /** By its number the first of those that are equal, where some may be. */
  firsts?: Uint32Array;
  /** When a value was set last, as the table counts. */
  seen?: number;
}

const bits = 10;
const pageSize = 1 << bits;
const mask = pageSize - 1;

export function newColumn(path: readonly string[]): Column {
  return { path, values: [undefined], pages: [], count: 0, version: 0 };
}

/** The number of a row's value; 0 where it has none. */
export function codeAt({ pages }: Column, row: number): number {
  return pages[row >>> bits]?.[row & mask] ?? 0;
}

export function valueAt(column: Column, row: number): unknown {
  return column.values[codeAt(column, row)];
}

/** The numbers of the values of some rows. */
export function codesOf({ pages }: Column, rows: Int32Array): Uint32Array {
  const codes = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i] as number;
    const page = pages[row >>> bits];
    if (page) codes[i] = page[row & mask] as number;
  }
  return codes;
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
  column.version += 1;
  column.count += (code === 0 ? 0 : 1) - (before === 0 ? 0 : 1);
}

/** From so many values on a column is told to be of values that are nearly all different. */
const many = 4096;

function numberOf(column: Column, value: unknown): number {
  const { values } = column;
  if (column.loose) return values.push(value) - 1;
  // Runs that came one after another are alike in most.
  if (value === values[column.last ?? 0]) return column.last ?? 0;
  column.numbers ??= new Map(values.map((one, number) => [keyOf(one), number]));
  const key = keyOf(value);
  let number = column.numbers.get(key);
  column.last = number ?? values.length;
  if (number === undefined) {
    number = values.push(value) - 1;
    if (number >= many && number * 2 > column.count) {
      column.loose = true;
      delete column.numbers;
    } else column.numbers.set(key, number);
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
  column.version += 1;
  for (const page of column.pages) for (const code of page ?? []) if (code !== 0) column.count += 1;
}

/**
 * Forgets values that no row has any more, where those are more than half: values that change each second would fill the
 * memory otherwise.
 */
export function compact(column: Column): boolean {
  if (column.values.length < 4096 || column.values.length < 2 * column.count + 4096) return false;
  const { values, pages } = column;
  const renamed = new Uint32Array(values.length);
  column.values = [undefined];
  column.version += 1;
  delete column.numbers;
  delete column.ranks;
  delete column.order;
  delete column.firsts;
  delete column.loose;
  delete column.last;
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
