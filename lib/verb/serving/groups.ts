// Runs by what they have in common.
import { maskedRecord } from "../../record/masked.js";
import { groupsApi } from "../../serve/api/runs.js";
import { codesOf, newColumn } from "../../serve/index/column.js";
import { numbersOf } from "../../serve/index/floats.js";
import { type Groups, grouped, reading } from "../../serve/index/select.js";
import { columnOf, placeOfKey } from "../../serve/index/table.js";
import { texts } from "../../serve/texts.js";
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
      // All else is ours.
      const told = maskedRecord(typeof at === "string" ? { key, newest: at } : { key });
      const counted = { count: all.counts[group], states: states[group], metric: measures[group] };
      return Buffer.from(JSON.stringify({ ...told, ...counted }));
    });
    return { groups: texts(shown), total: all.counts.length, ...standingOf(index) };
  },
  { tag: ({ index }, { note }) => (note === undefined ? index.version() : undefined) },
);

/** How many of each of the first groups are in which state. */
function statesOf({ table }: Index, rows: Int32Array, { of }: Groups, shown: number): Record<string, number>[] {
  const column = columnOf(table, ["state"]) ?? newColumn(["state"]);
  const codes = codesOf(column, rows);
  const width = column.values.length;
  const counts = new Uint32Array(shown * width);
  for (let i = 0; i < rows.length; i += 1) {
    const group = of[i] as number;
    if (group >= shown) continue;
    const cell = group * width + (codes[i] as number);
    counts[cell] = (counts[cell] as number) + 1;
  }
  const words = column.values.map((value) => String(value ?? "unknown"));
  return Array.from({ length: shown }, (_, group) => {
    const states: Record<string, number> = {};
    for (const [code, state] of words.entries()) {
      const count = counts[group * width + code] as number;
      if (count > 0) states[state] = (states[state] ?? 0) + count;
    }
    return states;
  });
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
  const column = columnOf(table, path) ?? newColumn(path);
  const [codes, numbers] = [codesOf(column, rows), numbersOf(column)];
  const [counts, best] = [new Uint32Array(shown), new Int32Array(shown)];
  const [means, squares, least, most] = Array.from({ length: 4 }, () => new Float64Array(shown)) as Four<Float64Array>;
  for (let i = 0; i < rows.length; i += 1) {
    const group = of[i] as number;
    const value = numbers[codes[i] as number] as number;
    if (group >= shown || !Number.isFinite(value)) continue;
    const count = (counts[group] as number) + 1;
    counts[group] = count;
    const before = value - (means[group] as number);
    means[group] = (means[group] as number) + before / count;
    squares[group] = (squares[group] as number) + before * (value - (means[group] as number));
    const [isLeast, isMost] = [value < (least[group] as number), value > (most[group] as number)];
    if (count === 1 || isLeast) least[group] = value;
    if (count === 1 || isMost) most[group] = value;
    if (count === 1 || (goal === "min" ? isLeast : isMost)) best[group] = rows[i] as number;
  }
  return Array.from(counts, (count, group) => {
    if (count === 0) return undefined;
    const std = count > 1 ? Math.sqrt((squares[group] as number) / (count - 1)) : 0;
    const run = placeOfKey(table.keys[best[group] as number] ?? "").id;
    const [min, max, mean] = [least[group], most[group], means[group]];
    return { count, min, max, mean, std, ...(run ? { best_run: run } : {}) };
  });
}

type Four<T> = [T, T, T, T];
