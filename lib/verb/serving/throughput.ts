// How many runs ended, by the hour or by the day.
import { timestamp } from "../../record/units.js";
import { reading } from "../../serve/index/select.js";
import type { Index } from "./index/index.js";

const hour = 3_600_000;
const most = 366;

interface Interval {
  at: string;
  succeeded: number;
  failed: number;
  cached: number;
  cancelled: number;
}

/** Intervals from then to now, also those in which none ended; what was lost counts as failed. */
export function throughputOf(
  { table }: Index,
  ended: Int32Array,
  endOf: (row: number) => number,
  since: number,
  now: number,
): Interval[] {
  const step = now - since <= 48 * hour ? hour : 24 * hour;
  const first = Math.max(Math.floor(since / step), Math.floor(now / step) - most + 1);
  const intervals: Interval[] = [];
  for (let at = first; at * step <= now; at += 1)
    intervals.push({ at: timestamp(at * step), succeeded: 0, failed: 0, cached: 0, cancelled: 0 });
  const stateOf = reading(table, ["state"]);
  for (const row of ended) {
    const interval = intervals[Math.floor(endOf(row) / step) - first];
    const state = stateOf(row);
    if (!interval) continue;
    if (state === "succeeded" || state === "cached" || state === "cancelled") interval[state] += 1;
    else interval.failed += 1;
  }
  return intervals;
}
