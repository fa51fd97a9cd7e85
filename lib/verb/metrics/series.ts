// The points of one metric of one run, as many as there are, in columns.
import { type Column, column } from "../../record/column.js";
import type { Point } from "../../record/point.js";

export interface Series {
  name: string;
  steps: Column;
  values: Column;
  /** When each was logged, milliseconds; NaN where that is not said. */
  times: Column;
  /** From which point on they are of which attempt. */
  attempts: { from: number; attempt: number | undefined }[];
}

export function series(name: string): Series {
  return { name, steps: column(), values: column(), times: column(), attempts: [] };
}

/** A point at the end of a series; where it has no step, its place among them stands for one. */
export function append({ steps, values, times, attempts }: Series, { step, value, at, attempt }: Point): void {
  if (attempts.length === 0 || attempts[attempts.length - 1]?.attempt !== attempt)
    attempts.push({ from: values.length, attempt });
  steps.push(step ?? Number.NaN);
  values.push(value);
  times.push(at === undefined ? Number.NaN : Date.parse(at));
}

/** The order of the points by `x`, which is nearly always the one that they have; undefined then. */
export function orderBy(x: Float64Array): Uint32Array | undefined {
  let sorted = true;
  for (let i = 1; i < x.length && sorted; i += 1) sorted = (x[i - 1] as number) <= (x[i] as number);
  if (sorted) return undefined;
  return Uint32Array.from(x, (_, i) => i).sort((a, b) => (x[a] as number) - (x[b] as number) || a - b);
}

/** The values in that order. */
export function ordered(values: Float64Array, order: Uint32Array | undefined): Float64Array {
  return order === undefined ? values : Float64Array.from(order, (i) => values[i] as number);
}
