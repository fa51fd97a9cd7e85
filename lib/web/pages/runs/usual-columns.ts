// Which columns a list of runs has where nobody chose any: what every run has, and what tells these runs from each other.
import type { Field } from "./completing.js";
import { rankOfMetric } from "./telling.js";

/** Every list begins with what a run is called and how it is. */
export const firstColumns: readonly string[] = ["name", "state"];
const plain: readonly string[] = ["elapsed_s", "planned_at", "user", "id"];
/** Pixels of the frame, of all columns that are always there, and of one more. */
const taken_px = 188 + 46 + 790;
const more_px = 100;
const mostMore = 10;

/** The columns where the page is so many pixels wide. The message is last: it may be as long as it likes. */
export function usualColumns(fields: readonly Field[], page_px: number): string[] {
  const room = Math.max(0, Math.min(mostMore, Math.floor((page_px - taken_px) / more_px)));
  const metrics = best(fields, "metric", rankOfMetric);
  const params = best(fields, "param", (path) => Number(/\bseed$/.test(path)));
  const ofMetrics = metrics.slice(0, Math.max(Math.ceil(room / 2), room - params.length));
  const ofParams = params.slice(0, room - ofMetrics.length);
  return [...firstColumns, ...plain, ...ofMetrics, ...ofParams, "message"];
}

/** With those that every list begins with, whatever was chosen. */
export function withFirst(chosen: readonly string[]): string[] {
  return [...firstColumns, ...chosen.filter((key) => !firstColumns.includes(key))];
}

/** Those of most runs, of these what is asked for most: of one value alone nothing is to be seen. */
function best(fields: readonly Field[], kind: string, rank: (path: string) => number): string[] {
  return fields
    .filter((field) => field.kind === kind && (kind === "metric" ? field.type === "number" : (field.distinct ?? 2) > 1))
    .toSorted((a, b) => rank(a.path) - rank(b.path) || b.count - a.count || (b.distinct ?? 0) - (a.distinct ?? 0))
    .map(({ path }) => path);
}
