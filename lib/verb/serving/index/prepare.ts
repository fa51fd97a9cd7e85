// What the first who sorts or looks at times would wait for, done while nobody asks.

import { timing } from "../../../serve/index/floats.js";
import { rankSome } from "../../../serve/index/ranks.js";
import { sorted } from "../../../serve/index/select.js";
import { newestFirst, type Table } from "../../../serve/index/table.js";
import { breather } from "../../breathing.js";
import { described } from "./describe.js";

/** Fewer values are put in order at once when they are asked for. */
const few = 1024;
/** The texts by which lists are sorted most. */
const sortable = new Set(["name", "planned_at", "started_at", "ended_at"]);
/** So many texts are put in order at once; numbers all, in as many milliseconds. */
const texts = 4096;

/** Puts numbers and times in order, a few at a time, until it is done or `isClosed`. */
export async function prepare(table: Table, isClosed: () => boolean): Promise<void> {
  const rest = breather(4);
  for (const name of ["planned_at", "started_at", "ended_at"]) {
    timing(table, [name]);
    await rest();
  }
  const columns = [...table.columns.values()].filter(({ values }) => values.length >= few);
  const numbers = columns.filter(({ values }) => typeof values[1] === "number");
  for (const [i, column] of numbers.entries()) {
    if (isClosed()) return;
    rankSome(column, Number.POSITIVE_INFINITY);
    await rest();
    // What has been run a few times is run by compiled code.
    if (i < 5) sorted(table, newestFirst(table), [{ path: column.path, down: true }]);
    await rest();
  }
  for (const column of columns) {
    if (!sortable.has(column.path.join("."))) continue;
    while (!isClosed() && !rankSome(column, texts)) await rest();
  }
  // Which fields there are is asked by every list that is opened.
  const rows = newestFirst(table);
  for (const column of [...table.columns.values()]) {
    if (isClosed()) return;
    await described(column, rows, rest);
    await rest();
  }
}
