// A row as the API shows it: the run's status, and what one may want as a column.

import type { Summary } from "../../../record/pack.js";
import { hasEnded } from "../../../record/state.js";
import { statusIn } from "../../../registry/summary.js";
import { valueAt } from "../../../serve/index/column.js";
import { columnOf, placeOfKey, separator } from "../../../serve/index/table.js";
import type { Index } from "./index.js";
import { pathNamed } from "./paths.js";
import type { Live } from "./row-records.js";

export type Shown = { id: string; user: string; short: string } & Record<string, unknown>;

/** A row whole; undefined where it is gone. */
export function rowView({ feed, table, store }: Index, row: number): Shown | undefined {
  const key = table.keys[row];
  const found = key === undefined ? undefined : store.text(row);
  if (key === undefined || !found) return undefined;
  const { user, id } = placeOfKey(key);
  const member = feed.members.get(key);
  const more = {
    short: id.slice(-6),
    ...member,
    ...(member?.pipeline ? { stage: member.pipeline.stage } : {}),
  };
  if (found.kind === "live") {
    const { status, run, metrics } = JSON.parse(found.text) as Live;
    const {
      params,
      args,
      resources,
      key: parts,
      recipe,
    } = run as {
      [name: string]: unknown;
      key?: { digest?: string };
      recipe?: { path?: string };
    };
    const run_dir = `${feed.registry.base}/runs/${user}/${id}`;
    const plan = present({ params, args, resources, key: parts?.digest, recipe: recipe?.path });
    return { type: "status", v: 1, ...status, run_dir, ...plan, metrics, ...more, id, user };
  }
  const summary = JSON.parse(found.text) as Summary;
  const { params, args, resources } = summary.plan ?? {};
  const plan = present({ params, args, resources, key: summary.key, metrics: summary.metrics });
  return { ...statusIn(summary, feed.registry.base, user), ...plan, ...more, id, user };
}

function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Whether it goes on: then it has gone on for longer than it had when it was looked at. */
export function isRunning({ state, started_at, ended_at, elapsed_s }: Record<string, unknown>): boolean {
  if (ended_at !== undefined || hasEnded(String(state ?? ""))) return false;
  return started_at !== undefined && elapsed_s !== undefined;
}

/** What shows only some fields of a row, in the places that they have in a whole one. */
export function rowParts({ table, feed }: Index, fields: readonly string[]): (row: number) => Shown | undefined {
  const columns = fields.flatMap((name) => {
    const path = pathNamed(table, name);
    const column = columnOf(table, path);
    // A table that nobody asked for as a whole before: its fields.
    return column ? [column] : [...table.columns.values()].filter((one) => isWithin(one.path, path));
  });
  const withRunDir = fields.includes("run_dir");
  return (row) => {
    const key = table.keys[row];
    if (key === undefined) return undefined;
    const { user, id } = placeOfKey(key);
    const part: Record<string, unknown> = {};
    for (const column of columns) set(part, column.path, valueAt(column, row));
    const digest = (part["key"] as { digest?: unknown } | undefined)?.digest;
    const recipe = (part["recipe"] as { path?: unknown } | undefined)?.path;
    const run_dir = withRunDir ? `${feed.registry.base}/runs/${user}/${id}` : undefined;
    return { ...part, ...present({ key: digest, recipe, run_dir }), id, user, short: id.slice(-6) };
  };
}

function isWithin(path: readonly string[], table: readonly string[]): boolean {
  return path.length > table.length && path.join(separator).startsWith(table.join(separator) + separator);
}

function set(record: Record<string, unknown>, path: readonly string[], value: unknown): void {
  if (value === undefined) return;
  let inner = record;
  for (const name of path.slice(0, -1)) {
    const next = Object.hasOwn(inner, name) ? inner[name] : undefined;
    inner = (typeof next === "object" && next !== null ? next : put(inner, name, {})) as Record<string, unknown>;
  }
  put(inner, path.at(-1) ?? "", value);
}

/** Also for the name that JavaScript takes for something else. */
function put(record: Record<string, unknown>, name: string, value: unknown): unknown {
  if (name === "__proto__")
    Object.defineProperty(record, name, { value, enumerable: true, writable: true, configurable: true });
  else record[name] = value;
  return value;
}
