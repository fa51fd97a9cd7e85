// Times in columns as milliseconds: each text is parsed once.
import { type Column, codeAt } from "./column.js";
import { columnOf, type Table } from "./table.js";

/** By the list of the values, which is another one where these get other numbers. */
const known = new WeakMap<unknown[], Float64Array>();

/** What tells the time that a row has in a field, in milliseconds; NaN where there is none. */
export function timing(table: Table, path: readonly string[]): (row: number) => number {
  const column = columnOf(table, path);
  if (!column) return () => Number.NaN;
  const times = timesOf(column);
  return (row) => times[codeAt(column, row)] ?? Number.NaN;
}

function timesOf({ values }: Column): Float64Array {
  const before = known.get(values) ?? new Float64Array(0);
  if (before.length === values.length) return before;
  const times = new Float64Array(values.length).fill(Number.NaN);
  times.set(before);
  for (let code = before.length; code < values.length; code += 1)
    if (values[code] !== undefined) times[code] = Date.parse(String(values[code]));
  known.set(values, times);
  return times;
}
