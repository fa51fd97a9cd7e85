// Runs by what they have in common.
import { groupsApi } from "../../serve/api/runs.js";
import { codeAt } from "../../serve/index/column.js";
import { type Groups, grouped, reading } from "../../serve/index/select.js";
import { columnOf, placeOfKey } from "../../serve/index/table.js";
import { answering } from "./answering.js";
import { asking, reporting, standingOf } from "./index/asking.js";
import { deepen } from "./index/deepen.js";
import type { Index } from "./index/index.js";
import { pathNamed } from "./index/paths.js";
import { selectRuns } from "./index/select-runs.js";

export const groups = answering(
  groupsApi,
  async (_, { by, metric, goal = "min", limit = 1000, ...filters }, serving) => {
    const index = await asking(serving);
    const rows = await selectRuns(index, filters, "", serving.context.now, reporting(serving));
    const names = by.split(",").filter((name) => name !== "");
    const paths = names.map((name) => pathNamed(index.table, name));
    const measured = metric === undefined ? undefined : pathNamed(index.table, metric);
    await deepen(index.feed, measured ? [...paths, measured] : paths);
    const all = grouped(index.table, rows, paths);
    const count = Math.min(limit, all.counts.length);
    const states = statesOf(index, rows, all, count);
    const measures = measured ? metricsOf(index, rows, all, count, measured, goal) : [];
    const keys = paths.map((path) => reading(index.table, path));
    const newest = reading(index.table, ["planned_at"]);
    const shown = Array.from({ length: count }, (_, group) => {
      const first = all.firsts[group] ?? -1;
      const key: Record<string, unknown> = {};
      for (const [i, name] of names.entries()) {
        const value = keys[i]?.(first);
        if (value !== undefined) key[name] = value;
      }
      // Rows come with the newest first.
      const at = newest(first);
      return {
        ...{ key, count: all.counts[group] ?? 0, states: states[group] ?? {} },
        ...(measures[group] ? { metric: measures[group] } : {}),
        ...(typeof at === "string" ? { newest: at } : {}),
      };
    });
    return { groups: shown, total: all.counts.length, ...standingOf(index) };
  },
  { tag: ({ index }, { note }) => (note === undefined ? index.version() : undefined) },
);

/** How many of each of the first groups are in which state. */
function statesOf({ table }: Index, rows: Int32Array, { of }: Groups, shown: number): Record<string, number>[] {
  const column = columnOf(table, ["state"]);
  const width = column?.values.length ?? 1;
  const counts = new Map<number, number>();
  for (let i = 0; i < rows.length; i += 1) {
    const group = of[i] ?? 0;
    if (group >= shown) continue;
    const cell = group * width + (column ? codeAt(column, rows[i] ?? 0) : 0);
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  const states = Array.from({ length: shown }, (): Record<string, number> => ({}));
  for (const [cell, count] of counts) {
    const all = states[Math.floor(cell / width)] ?? {};
    const state = String(column?.values[cell % width] ?? "unknown");
    all[state] = (all[state] ?? 0) + count;
  }
  return states;
}

interface Measure {
  count: number;
  min: number;
  max: number;
  mean: number;
  square: number;
  best: number;
}

/** Mean and deviation in one pass, by Welford's method. */
function metricsOf(
  { table }: Index,
  rows: Int32Array,
  { of }: Groups,
  shown: number,
  path: readonly string[],
  goal: "min" | "max",
) {
  const value = reading(table, path);
  const measures: (Measure | undefined)[] = new Array(shown).fill(undefined);
  for (let i = 0; i < rows.length; i += 1) {
    const group = of[i] ?? 0;
    const row = rows[i] ?? 0;
    const found = group < shown ? value(row) : undefined;
    if (typeof found !== "number" || !Number.isFinite(found)) continue;
    let one = measures[group];
    if (!one) {
      one = { count: 0, min: found, max: found, mean: 0, square: 0, best: row };
      measures[group] = one;
    }
    one.count += 1;
    const before = found - one.mean;
    one.mean += before / one.count;
    one.square += before * (found - one.mean);
    if (goal === "min" ? found < one.min : found > one.max) one.best = row;
    one.min = Math.min(one.min, found);
    one.max = Math.max(one.max, found);
  }
  return measures.map((one) => {
    if (!one) return undefined;
    const { count, min, max, mean, square, best } = one;
    const std = count > 1 ? Math.sqrt(square / (count - 1)) : 0;
    const run = placeOfKey(table.keys[best] ?? "").id;
    return { count, min, max, mean, std, ...(run ? { best_run: run } : {}) };
  });
}
