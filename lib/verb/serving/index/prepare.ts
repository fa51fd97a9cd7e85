// What the first who sorts or looks at times would wait for, done while nobody asks.
import { rankSome } from "../../../serve/index/ranks.js";
import type { Table } from "../../../serve/index/table.js";
import { timing } from "../../../serve/index/times.js";
import { breather } from "../breathing.js";

/** Fewer values are put in order at once when they are asked for. */
const few = 1024;
/** Numbers are sorted all at once in as many milliseconds as so many texts. */
const texts = 8192;

/** Puts the values of all columns in order, a few at a time, until it is done or `isClosed`. */
export async function prepare(table: Table, isClosed: () => boolean): Promise<void> {
  const rest = breather(4);
  for (const name of ["planned_at", "started_at", "ended_at"]) {
    timing(table, [name]);
    await rest();
  }
  for (const column of [...table.columns.values()]) {
    if (column.values.length < few) continue;
    const most = typeof column.values[1] === "number" ? Number.POSITIVE_INFINITY : texts;
    while (!isClosed() && !rankSome(column, most)) await rest();
    await rest();
  }
}
