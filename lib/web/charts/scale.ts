// From values to places on an axis.
import { figure, said } from "../parts/format.js";

export interface Tick {
  /** From 0 to 1. */
  at: number;
  label: string;
}

export interface Scale {
  /** From 0 to 1; undefined for what has no place. */
  at(value: unknown): number | undefined;
  ticks: readonly Tick[];
  /** What is at a place; of a scale of words and of few numbers the nearest. */
  value(at: number): unknown;
}

const few = 8;

/** Of few values one place each, in their order; of many numbers by size, by their logarithms where they go over decades. */
export function scaleOf(values: readonly unknown[]): Scale {
  const known = values.filter((value) => value !== undefined);
  const distinct = [...new Map(known.map((value) => [JSON.stringify(value), value])).values()];
  const numbers = distinct.filter((value): value is number => typeof value === "number" && Number.isFinite(value));
  if (distinct.length > few && numbers.length === distinct.length) return numeric(numbers);
  return places(numbers.length === distinct.length ? numbers.sort((a, b) => a - b) : distinct);
}

function places(values: readonly unknown[]): Scale {
  const at = new Map(
    values.map((value, i) => [JSON.stringify(value), values.length === 1 ? 0.5 : i / (values.length - 1)]),
  );
  return {
    at: (value) => at.get(JSON.stringify(value)),
    ticks: values.map((value) => ({ at: at.get(JSON.stringify(value)) ?? 0, label: said(value) })),
    value: (place) => values[Math.round(place * (values.length - 1))],
  };
}

/** Of numbers, from the least to the greatest. */
export function numeric(values: readonly number[]): Scale {
  const finite = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const log = isWide(low, high);
  const to = log ? Math.log10 : (value: number) => value;
  const from = log ? (value: number) => 10 ** value : (value: number) => value;
  const [first, last] = [to(low), to(high)];
  const span = last - first || 1;
  const at = (value: unknown) =>
    typeof value === "number" && Number.isFinite(value) ? (to(value) - first) / span : undefined;
  const marks = log ? decades(low, high) : round(low, high);
  return {
    at,
    ticks: marks.map((mark) => ({ at: at(mark) ?? 0, label: figure(mark) })),
    value: (place) => from(first + place * span),
  };
}

/** Whether numbers go so far that only their logarithms tell them apart. */
export function isWide(low: number, high: number): boolean {
  return low > 0 && high / low >= 50;
}

function decades(low: number, high: number): number[] {
  const marks: number[] = [];
  for (let power = Math.ceil(Math.log10(low) - 1e-9); 10 ** power <= high * 1.0001; power += 1) marks.push(10 ** power);
  return marks.length >= 2 ? marks : [low, high];
}

/** About five round numbers. */
export function round(low: number, high: number, about = 5): number[] {
  if (!(high > low)) return [low];
  const raw = (high - low) / about;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((times) => times * size).find((one) => one >= raw) ?? raw;
  const marks: number[] = [];
  for (let mark = Math.ceil(low / step) * step; mark <= high + step * 1e-6; mark += step)
    marks.push(Number(mark.toPrecision(12)));
  return marks;
}

/** About so many round times, in seconds. */
export function roundTimes(span_s: number, about: number): number[] {
  const step = [10, 60, 300, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800].find(
    (one) => span_s / one <= about,
  );
  if (step === undefined) return round(0, span_s, about);
  return Array.from({ length: Math.floor(span_s / step) + 1 }, (_, i) => i * step);
}

/** How good a value is among others, from 0 (worst) to 1 (best). */
export function goodness(value: number, [low, high]: readonly [number, number], goal: "min" | "max"): number {
  const part = high > low ? (value - low) / (high - low) : 1;
  return goal === "min" ? 1 - part : part;
}

/** Of numbers the best and the worst; what diverged is beyond it, so that it does not flatten the rest (Tukey's outer fence). */
export function bounds(values: readonly number[], goal: "min" | "max"): [number, number] {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const pick = (part: number) => sorted[Math.round(part * (sorted.length - 1))] ?? 0;
  const fence = 3 * (pick(0.75) - pick(0.25));
  if (fence === 0) return [pick(0), pick(1)];
  return goal === "min"
    ? [pick(0), sorted.findLast((one) => one <= pick(0.75) + fence) ?? pick(1)]
    : [sorted.find((one) => one >= pick(0.25) - fence) ?? pick(0), pick(1)];
}

/** A place on an axis for what is beyond its ends, too. */
export function clamped(at: number): number {
  return Math.min(1, Math.max(0, at));
}
