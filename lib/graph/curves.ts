// Curves as they come, and as they are drawn: smoothed, folded, in columns over one x.
import type { Pen } from "./curve-colours.js";
import { bandOf } from "./seeds.js";
import { smooth } from "./smooth.js";

/** How curves are drawn. */
export interface Settings {
  smooth: number;
  x: "step" | "time" | "relative";
  logX: boolean;
  logY: boolean;
  /** The axis is as long as all but the outermost values need. */
  clip: boolean;
}

/** One that stands for several has the smallest and the largest of them, too. */
export type CurvePoint = readonly [x: number, y: number, min?: number, max?: number];

export interface Curve {
  id: string;
  label: string;
  /** Which colour and dash, so that a run has the same in all charts. */
  pen: Pen;
  points: readonly CurvePoint[];
  /** Beside the label: what tells this one from the others. */
  note?: string;
  /** One standard deviation to either side, where it is a mean. */
  band?: { low: readonly CurvePoint[]; high: readonly CurvePoint[] };
}

/** What a point of the API is; texts are numbers that JSON has no word for. */
export type GivenPoint = readonly [number, number | string, ...number[]];

/** Those that are finite numbers. */
export function finitePoints(given: readonly GivenPoint[]): (readonly [x: number, y: number])[] {
  return given.flatMap(([x, y]) => (typeof y === "number" && Number.isFinite(y) ? [[x, y] as const] : []));
}

/** All of them: what is no number is NaN. */
export function pointsOf(given: readonly GivenPoint[]): CurvePoint[] {
  return given.map(([x, y, min, max]) => {
    const value = typeof y === "number" ? y : Number.NaN;
    return min === undefined || max === undefined ? [x, value] : [x, value, min, max];
  });
}

/** Null where the curve has a value that cannot be drawn, undefined where it has none. */
export type Column = (number | null | undefined)[];

export interface Columns {
  x: number[];
  /** A drawn line each. */
  lines: Line[];
  /** Of all values how many an axis of logarithms has no place for, and how many were no finite numbers. */
  placeless: number;
  odd: number;
}

export interface Line {
  curve: Curve;
  values: Column;
  kind: "line" | "raw" | "low" | "high";
}

/** So many curves at most show what lies behind a smoothed one, or the range of what a point stands for. */
const fewCurves = 12;

/** The columns of a drawing. What an axis of logarithms has no place for is left out. */
export function columnsOf(
  curves: readonly Curve[],
  { smooth: weight, logX, logY }: Pick<Settings, "smooth" | "logX" | "logY">,
): Columns {
  const place = new Map<number, number>();
  for (const { points } of curves)
    for (const [x] of points) if (Number.isFinite(x) && (!logX || x > 0)) place.set(x, 0);
  const x = [...place.keys()].sort((a, b) => a - b);
  for (const [i, value] of x.entries()) place.set(value, i);
  let [placeless, odd] = [0, 0];
  const column = (points: readonly CurvePoint[], count = false, of = ([, y]: CurvePoint) => y) => {
    const values: Column = new Array(x.length).fill(undefined);
    for (const point of points) {
      const [i, y] = [place.get(point[0]), of(point)];
      if (count && !Number.isFinite(y)) odd += 1;
      else if (count && (i === undefined || (logY && y <= 0))) placeless += 1;
      if (i !== undefined) values[i] = Number.isFinite(y) && (!logY || y > 0) ? y : null;
    }
    return values;
  };
  const few = curves.length <= fewCurves;
  const lines = curves.flatMap((curve): Line[] => {
    const { points, band } = curve;
    const raw: Line[] = weight > 0 && few ? [{ curve, kind: "raw", values: column(points) }] : [];
    const ranged = weight === 0 && few && points.some(({ length }) => length > 2);
    const edges: Line[] = band
      ? [
          { curve, kind: "high", values: column(smoothed(band.high, weight)) },
          { curve, kind: "low", values: column(smoothed(band.low, weight)) },
        ]
      : ranged
        ? [
            { curve, kind: "high", values: column(points, false, ([, y, , max = y]) => max) },
            { curve, kind: "low", values: column(points, false, ([, y, min = y]) => min) },
          ]
        : [];
    return [...raw, ...edges, { curve, kind: "line", values: column(smoothed(points, weight), true) }];
  });
  return { x, lines, placeless, odd };
}

export function smoothed(points: readonly CurvePoint[], weight: number): readonly CurvePoint[] {
  if (weight === 0) return points;
  const values = smooth(
    Float64Array.from(points, ([, y]) => y),
    weight,
  );
  return points.map(([x], i) => [x, values[i] ?? Number.NaN] as const);
}

/** What curves that belong together are as one. */
export interface Fold {
  label: string;
  ids: readonly string[];
}

/** The curves of each group as their mean and one standard deviation to either side; others as they are. */
export function folded(curves: readonly Curve[], groups: readonly Fold[]): Curve[] {
  const inGroup = new Set(groups.flatMap(({ ids }) => ids));
  const means = groups.flatMap(({ label, ids }): Curve[] => {
    const own = curves.filter(({ id }) => ids.includes(id));
    const [first] = own;
    if (!first || own.length < 2) return own;
    const { x, mean, low, high } = bandOf(own.map(({ points }) => points.map(([at, y]) => [at, y] as const)));
    const column = (values: readonly number[]) => x.map((at, i) => [at, values[i] ?? Number.NaN] as const);
    const band = { low: column(low), high: column(high) };
    const note = `mean of ${own.length} ± one standard deviation`;
    return [{ id: first.id, pen: first.pen, label, note, points: column(mean), band }];
  });
  return [...means, ...curves.filter(({ id }) => !inGroup.has(id))];
}

/** From where to where the axis of y goes, of the places from `first` to `last`: all, or all but the outermost hundredth to either side. */
export function rangeOf(
  lines: readonly Line[],
  { clip, logY }: Pick<Settings, "clip" | "logY">,
  [first, last]: readonly [number, number] = [0, Number.POSITIVE_INFINITY],
): [number, number] | undefined {
  const values = lines
    .filter(({ kind }) => kind !== "raw" || !clip)
    .flatMap(({ values }) => values.slice(first, last + 1).filter((value) => typeof value === "number"))
    .sort((a, b) => a - b);
  if (values.length === 0) return undefined;
  const at = (share: number) => values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;
  const [low, high] = clip ? [at(0.01), at(0.99)] : [values[0] ?? 0, values.at(-1) ?? 0];
  if (logY) return [low / 1.1, high * 1.1];
  const room = (high - low || Math.abs(high) || 1) * 0.05;
  return [low - room, high + room];
}

export interface Figures {
  last: number | undefined;
  min: number | undefined;
  max: number | undefined;
}

/** Also of those that a point stands for. */
export function figuresOf({ points }: Curve): Figures {
  const finite = points.filter(([, y]) => Number.isFinite(y));
  if (finite.length === 0) return { last: undefined, min: undefined, max: undefined };
  return {
    last: finite.at(-1)?.[1],
    min: finite.reduce((low, [, y, min = y]) => Math.min(low, min), Number.POSITIVE_INFINITY),
    max: finite.reduce((high, [, y, , max = y]) => Math.max(high, max), Number.NEGATIVE_INFINITY),
  };
}
