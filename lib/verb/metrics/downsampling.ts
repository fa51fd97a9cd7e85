// A run's metrics in as few points as a drawing has room for.
import { lttb } from "../../graph/lttb.js";
import { metricOf, type Point } from "../../record/point.js";
import type { Metric } from "../../record/records.js";
import { append, orderBy, ordered, type Series, series } from "./series.js";

/**
 * At most `n` points of each metric, in the order of their steps, that look like all of them. Of those that are no finite
 * numbers one stays where a row of them begins. Takes 24 bytes a point.
 */
export function* downsampled(run: string, points: Iterable<Point>, n: number): Generator<Metric> {
  const all = new Map<string, Series>();
  for (const point of points) {
    const known = all.get(point.name) ?? series(point.name);
    if (known.values.length === 0) all.set(point.name, known);
    append(known, point);
  }
  for (const one of all.values()) yield* chosen(run, one, n);
}

function* chosen(run: string, { name, steps, values, times, attempts }: Series, n: number): Generator<Metric> {
  const given = steps.values();
  // Those without a step are in the order in which they came.
  const x = given.some(Number.isNaN) ? Float64Array.from(given, (_, i) => i) : given;
  const order = orderBy(x);
  const [inOrder, y] = [ordered(x, order), ordered(values.values(), order)];
  const breaks: number[] = [];
  for (let i = 0; i < y.length; i += 1)
    if (!Number.isFinite(y[i]) && (i === 0 || Number.isFinite(y[i - 1])) && breaks.length < n / 4) breaks.push(i);
  const kept = new Set([...lttb(inOrder, y, n - breaks.length), ...breaks]);
  for (const i of [...kept].sort((a, b) => a - b)) {
    const at = order?.[i] ?? i;
    const [step, time] = [given[at] as number, times.values()[at] as number];
    const attempt = attempts.findLast(({ from }) => from <= at)?.attempt;
    yield metricOf(run, {
      name,
      value: y[i] as number,
      ...(Number.isNaN(step) ? {} : { step }),
      ...(Number.isNaN(time) ? {} : { at: new Date(time).toISOString() }),
      ...(attempt === undefined ? {} : { attempt }),
    });
  }
}
