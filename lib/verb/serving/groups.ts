// Runs by what they have in common.
import { groupsApi } from "../../serve/api/runs.js";
import { valueAt } from "../../serve/index/column.js";
import { type Group, grouped } from "../../serve/index/select.js";
import { columnOf, fieldOf, placeOfKey } from "../../serve/index/table.js";
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
    const shown = all.slice(0, limit).map((group) => ({
      key: Object.fromEntries(
        names.flatMap((name, i) => (group.key[i] === undefined ? [] : [[name, group.key[i]]])),
      ) as Record<string, unknown>,
      count: group.rows.length,
      states: statesOf(index, group),
      ...(measured ? metricOf(index, group, measured, goal) : {}),
      ...newestOf(index, group),
    }));
    return { groups: shown, total: all.length, ...standingOf(index) };
  },
  { tag: ({ index }, { note }) => (note === undefined ? index.version() : undefined) },
);

function statesOf({ table }: Index, { rows }: Group): Record<string, number> {
  const column = columnOf(table, ["state"]);
  const counts: Record<string, number> = {};
  for (const row of rows) {
    const state = String((column && valueAt(column, row)) ?? "unknown");
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
}

/** Mean and deviation in one pass, by Welford's method. */
function metricOf({ table }: Index, { rows }: Group, path: readonly string[], goal: "min" | "max") {
  const column = columnOf(table, path);
  let count = 0;
  let [mean, square] = [0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let best: number | undefined;
  for (const row of column ? rows : []) {
    const value = column && valueAt(column, row);
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    count += 1;
    const before = value - mean;
    mean += before / count;
    square += before * (value - mean);
    if (goal === "min" ? value < min : value > max) best = row;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (count === 0) return {};
  const std = count > 1 ? Math.sqrt(square / (count - 1)) : 0;
  const run = best === undefined ? undefined : placeOfKey(table.keys[best] ?? "").id;
  return { metric: { count, min, max, mean, std, ...(run ? { best_run: run } : {}) } };
}

/** Rows come with the newest first. */
function newestOf({ table }: Index, { rows: [first = -1] }: Group): { newest?: string } {
  const newest = fieldOf(table, first, ["planned_at"]);
  return typeof newest === "string" ? { newest } : {};
}
