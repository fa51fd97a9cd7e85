// The rows of which an expression holds: the functions of the language itself decide, only that they read columns.

import { type Column, codeAt } from "../../../serve/index/column.js";
import { filtered, narrow, without } from "../../../serve/index/select.js";
import { columnOf, placeOfKey } from "../../../serve/index/table.js";
import type { Part } from "../../../where/parts.js";
import { whereIn } from "../../show/where-in.js";
import { deepen } from "./deepen.js";
import type { Index } from "./index.js";

type Path = readonly string[];

/** Of the rows those that pass, in their order. Throws usage. */
export async function whereRows(index: Index, rows: Int32Array, text: string, now: number): Promise<Int32Array> {
  const where = whereIn("runs", [text], now);
  await deepen(index.feed, where.fields);
  return where.parts().reduce((left, part) => passing(index, left, part), rows);
}

function passing(index: Index, rows: Int32Array, part: Part): Int32Array {
  if (rows.length === 0) return rows;
  switch (part.kind) {
    case "not":
      return without(rows, passing(index, rows, part.of));
    case "all":
      return cheapestFirst(index, part.of).reduce((left, one) => passing(index, left, one), rows);
    case "any": {
      // What one test lets pass the others need not be asked about.
      const left = cheapestFirst(index, part.of).reduce((some, one) => without(some, passing(index, some, one)), rows);
      return without(rows, left);
    }
    default:
      return tested(index, rows, part);
  }
}

/** Tests of few values come before those of many, and before what has to be asked of each row. */
function cheapestFirst({ table }: Index, parts: readonly Part[]): Part[] {
  const cost = (part: Part): number => {
    if (part.kind === "not") return cost(part.of);
    if (part.kind !== "test") return Math.max(...part.of.map(cost));
    const [only, ...more] = distinct(part.fields);
    return more.length > 0 ? Number.POSITIVE_INFINITY : (columnOf(table, only ?? [])?.values.length ?? 0);
  };
  return parts
    .map((part) => ({ part, cost: cost(part) }))
    .sort((a, b) => (a.cost === b.cost ? 0 : a.cost - b.cost))
    .map(({ part }) => part);
}

function tested({ table, feed }: Index, rows: Int32Array, part: Part & { kind: "test" }): Int32Array {
  const [only, ...more] = distinct(part.fields);
  // Of one field the same values have the same answer.
  if (more.length === 0 && !(only && isSpecial(only))) {
    let value: unknown;
    const passes = part.testing((path) => ({ path, read: () => value, missed: () => undefined }));
    return narrow(rows, only && columnOf(table, only), (one) => {
      value = one;
      return passes();
    });
  }
  let row = 0;
  const reader = (column: Column | undefined) => (column ? () => column.values[codeAt(column, row)] : () => undefined);
  const passes = part.testing((path) => {
    const read = isSpecial(path)
      ? () => special(feed.registry.base, table.keys[row], path)
      : reader(columnOf(table, path));
    return { path, read, missed: () => undefined };
  });
  return filtered(rows, (one) => {
    row = one;
    return passes();
  });
}

function distinct(fields: readonly Path[]): Path[] {
  return [...new Map(fields.map((path) => [JSON.stringify(path), path])).values()];
}

/** What is the same of all rows, or follows from their keys, has no columns. */
function isSpecial([first = "", ...more]: Path): boolean {
  return more.length === 0 && ["run_dir", "type", "v"].includes(first);
}

function special(base: string, key = "", [name]: Path): unknown {
  if (name !== "run_dir") return name === "v" ? 1 : "status";
  const { user, id } = placeOfKey(key);
  return `${base}/runs/${user}/${id}`;
}
