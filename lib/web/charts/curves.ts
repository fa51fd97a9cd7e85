// Curves as they come, and as they are drawn: smoothed, folded, in columns over one x.
import { bandOf } from "../../graph/seeds.js";
import { smooth } from "../../graph/smooth.js";
import type { ChartSettings } from "./settings.js";

export type CurvePoint = readonly [x: number, y: number];

export interface Curve {
  id: string;
  label: string;
  /** Which colour and dash, so that a run has the same in all charts. */
  pen: number;
  points: readonly CurvePoint[];
  href?: string;
  /** Beside the label: what tells this one from the others. */
  note?: string;
  /** One standard deviation to either side, where it is a mean. */
  band?: { low: readonly CurvePoint[]; high: readonly CurvePoint[] };
}

/** What a point of the API is; texts are numbers that JSON has no word for. */
export type GivenPoint = readonly [number, number | string, ...number[]];

export function pointsOf(given: readonly GivenPoint[]): CurvePoint[] {
  return given.map(([x, y]) => [x, typeof y === "number" ? y : Number.NaN] as const);
}

export interface Columns {
  x: number[];
  /** A drawn line each; null where it has no point. */
  lines: Line[];
}

export interface Line {
  curve: Curve;
  values: (number | null)[];
  kind: "line" | "raw" | "low" | "high";
}

/** The columns of a drawing. What an axis of logarithms has no place for is left out. */
export function columnsOf(curves: readonly Curve[], { smooth: weight, logX, logY }: ChartSettings): Columns {
  const place = new Map<number, number>();
  for (const { points } of curves)
    for (const [x] of points) if (Number.isFinite(x) && (!logX || x > 0)) place.set(x, 0);
  const x = [...place.keys()].sort((a, b) => a - b);
  for (const [i, value] of x.entries()) place.set(value, i);
  const column = (points: readonly CurvePoint[]) => {
    const values = new Array<number | null>(x.length).fill(null);
    for (const [at, y] of points) {
      const i = place.get(at);
      if (i !== undefined && Number.isFinite(y) && (!logY || y > 0)) values[i] = y;
    }
    return values;
  };
  const isRawShown = weight > 0 && curves.length <= 10;
  const lines = curves.flatMap((curve): Line[] => {
    const { points, band } = curve;
    const raw: Line[] = isRawShown ? [{ curve, kind: "raw", values: column(points) }] : [];
    const edges: Line[] = band
      ? [
          { curve, kind: "high", values: column(smoothed(band.high, weight)) },
          { curve, kind: "low", values: column(smoothed(band.low, weight)) },
        ]
      : [];
    return [...raw, ...edges, { curve, kind: "line", values: column(smoothed(points, weight)) }];
  });
  return { x, lines };
}

export function smoothed(points: readonly CurvePoint[], weight: number): readonly CurvePoint[] {
  if (weight === 0) return points;
  const values = smooth(
    Float64Array.from(points, ([, y]) => y),
    weight,
  );
  return points.map(([x], i) => [x, values[i] ?? Number.NaN] as const);
}

/** The curves of runs that differ by their seed as their mean; others as they are. */
export function folded(curves: readonly Curve[], groups: readonly (readonly string[])[]): Curve[] {
  const inGroup = new Set(groups.flat());
  const means = groups.flatMap((ids): Curve[] => {
    const own = curves.filter(({ id }) => ids.includes(id));
    const [first] = own;
    if (!first || own.length < 2) return own;
    const { x, mean, low, high } = bandOf(own.map(({ points }) => points));
    const column = (values: readonly number[]) => x.map((at, i) => [at, values[i] ?? Number.NaN] as const);
    const band = { low: column(low), high: column(high) };
    return [{ ...first, label: `${first.label} × ${own.length} seeds`, points: column(mean), band }];
  });
  return [...means, ...curves.filter(({ id }) => !inGroup.has(id))];
}

/** From where to where the axis of y goes: all, or all but the outermost hundredth to either side. */
export function rangeOf(lines: readonly Line[], clip: boolean, log: boolean): [number, number] | undefined {
  const values = lines
    .filter(({ kind }) => kind !== "raw" || !clip)
    .flatMap(({ values }) => values.filter((value): value is number => value !== null))
    .sort((a, b) => a - b);
  if (values.length === 0) return undefined;
  const at = (share: number) => values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;
  const [low, high] = clip ? [at(0.01), at(0.99)] : [values[0] ?? 0, values.at(-1) ?? 0];
  if (log) return [low / 1.1, high * 1.1];
  const room = (high - low || Math.abs(high) || 1) * 0.05;
  return [low - room, high + room];
}

export interface Figures {
  last: number | undefined;
  min: number | undefined;
  max: number | undefined;
}

export function figuresOf({ points }: Curve): Figures {
  const finite = points.filter(([, y]) => Number.isFinite(y));
  const ys = finite.map(([, y]) => y);
  if (ys.length === 0) return { last: undefined, min: undefined, max: undefined };
  return { last: ys.at(-1), min: ys.reduce((a, b) => Math.min(a, b)), max: ys.reduce((a, b) => Math.max(a, b)) };
}
