// The series of a run's metrics, read in slices, so that a file of gigabytes holds up nobody else's question.
import { type Envelope, type EnvelopePoint, envelope } from "../../graph/envelope.js";
import { type Point, wordOf } from "../../record/point.js";
import type { Metric } from "../../record/records.js";
import { pause } from "../../registry/metrics.js";

export type Axis = "step" | "time" | "relative";
type Value = Metric["value"];

export interface DrawnSeries {
  name: string;
  points: ([number, Value] | [number, Value, number, number])[];
  count: number;
  last?: Value;
  last_step?: number;
  min?: number;
  max?: number;
  min_x?: number;
  max_x?: number;
  odd?: number;
  placeless?: number;
}

interface Gathered extends Omit<DrawnSeries, "points" | "last"> {
  drawn: Envelope;
  value?: number;
}

const slice_ms = 8;
const mostSeries = 2000;

/** Every metric that is `wanted` in at most `n` points; nothing but those points is kept. Gives way every few milliseconds. */
export async function seriesOf(
  points: Iterable<Point | typeof pause>,
  axis: Axis,
  n: number,
  wanted: (name: string) => boolean,
): Promise<{ series: DrawnSeries[]; names: string[] }> {
  const all = new Map<string, Gathered>();
  const names = new Set<string>();
  let until = Date.now() + slice_ms;
  let seen = 0;
  for (const point of points) {
    seen += 1;
    if ((point === pause || (seen & 255) === 0) && Date.now() >= until) {
      await new Promise((resolve) => setImmediate(resolve));
      until = Date.now() + slice_ms;
    }
    if (point === pause) continue;
    if (names.size < 10 * mostSeries) names.add(point.name);
    if (!wanted(point.name)) continue;
    let series = all.get(point.name);
    if (!series) {
      if (all.size >= mostSeries) continue;
      series = { name: point.name, count: 0, drawn: envelope(n) };
      all.set(point.name, series);
    }
    gather(series, point, axis);
  }
  const found = [...all.values()];
  const begin = axis === "relative" ? firstOf(found) : 0;
  return { series: found.map((series) => drawn(series, begin)), names: [...names].sort() };
}

function gather(series: Gathered, { value, step, at }: Point, axis: Axis): void {
  const x = axis === "step" ? (step ?? series.count) : at === undefined ? Number.NaN : Date.parse(at) / 1000;
  series.count += 1;
  series.value = value;
  if (step !== undefined) series.last_step = step;
  if (!Number.isFinite(value)) series.odd = (series.odd ?? 0) + 1;
  else if (series.min === undefined || series.max === undefined)
    [series.min, series.max, series.min_x, series.max_x] = [value, value, x, x];
  else if (value < series.min) [series.min, series.min_x] = [value, x];
  else if (value > series.max) [series.max, series.max_x] = [value, x];
  if (Number.isFinite(x)) series.drawn.add(x, value);
  else series.placeless = (series.placeless ?? 0) + 1;
}

/** When the first of all points was logged. */
function firstOf(all: readonly Gathered[]): number {
  return all.reduce((first, { drawn }) => Math.min(first, drawn.first()), Number.POSITIVE_INFINITY);
}

function drawn({ drawn, value, min_x, max_x, ...series }: Gathered, begin: number): DrawnSeries {
  const points = drawn.points().map((point) => moved(point, begin));
  return {
    ...series,
    ...(min_x !== undefined && Number.isFinite(min_x) ? { min_x: min_x - begin } : {}),
    ...(max_x !== undefined && Number.isFinite(max_x) ? { max_x: max_x - begin } : {}),
    ...(value === undefined ? {} : { last: wordOf(value) }),
    points,
  };
}

function moved([x, y, min, max]: EnvelopePoint, begin: number): DrawnSeries["points"][number] {
  const place = begin === 0 ? x : Math.round((x - begin) * 1000) / 1000;
  return min === undefined || max === undefined ? [place, wordOf(y)] : [place, wordOf(y), min, max];
}
