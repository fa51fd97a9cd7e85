// What columns have as numbers in a row of memory: numbers themselves, and times as milliseconds. Each value is looked at once.
import { type Column, codeAt } from "./column.js";
import { columnOf, type Table } from "./table.js";

interface Floats {
  length: number;
  floats: Float64Array;
}

/** By the list of the values, which is another one where these get other numbers. */
type Known = WeakMap<unknown[], Floats>;
const numbers: Known = new WeakMap();
const times: Known = new WeakMap();

/** The values by their numbers; NaN for what is no number. */
export function numbersOf({ values }: Column): Float64Array {
  return floatsOf(numbers, values, (value) => (typeof value === "number" ? value : Number.NaN));
}

/** What tells the time that a row has in a field, in milliseconds; NaN where there is none. */
export function timing(table: Table, path: readonly string[]): (row: number) => number {
  const column = columnOf(table, path);
  if (!column) return () => Number.NaN;
  const all = floatsOf(times, column.values, (value) => Date.parse(String(value)));
  return (row) => all[codeAt(column, row)] ?? Number.NaN;
}

function floatsOf(known: Known, values: unknown[], of: (value: unknown) => number): Float64Array {
  const all = known.get(values) ?? { length: 0, floats: new Float64Array(0) };
  if (all.length === values.length) return all.floats;
  if (all.floats.length < values.length) {
    const larger = new Float64Array(Math.max(values.length, Math.floor(all.floats.length * 1.5))).fill(Number.NaN);
    larger.set(all.floats);
    all.floats = larger;
  }
  for (let code = all.length; code < values.length; code += 1)
    if (values[code] !== undefined) all.floats[code] = of(values[code]);
  all.length = values.length;
  known.set(values, all);
  return all.floats;
}
