// The values of one axis: as they are listed, on a scale, or drawn.
import type { TomlPath } from "../toml/path.js";
import { type Draw, drawing } from "./sweep-random.js";

/** A value of an axis, and how it is written where JavaScript's number would not tell. */
export interface AxisValue {
  value: unknown;
  /** Of a number that was computed: Python reads it back as the type that was meant. */
  spelled?: string;
  /** Its place in the axis, where it is listed there. */
  at?: TomlPath;
}

export interface AxisSpec {
  range?: number[];
  log?: number[];
  choice?: unknown[];
  uniform?: number[];
  loguniform?: number[];
  normal?: number[];
  randint?: number[];
  loguniform_int?: number[];
  n?: number;
  seed?: number;
}

const kinds = ["range", "log", "choice", "uniform", "loguniform", "normal", "randint", "loguniform_int"] as const;
/** The most values that one axis can have: a sample of such axes is still made in a second. */
export const mostValues = 1_000_000;

type Kind = (typeof kinds)[number];

/** Those that are drawn and must say how often. */
const drawn: readonly Kind[] = ["uniform", "loguniform", "normal", "randint", "loguniform_int"];

/** What is wrong with the table of an axis, as the rest of a sentence; undefined where nothing is. `joint` is one of [sweep.random], whose n is that of all. */
export function axisTrouble(spec: Record<string, unknown>, joint = false): string | undefined {
  const said = kinds.filter((kind) => spec[kind] !== undefined);
  const [kind] = said;
  if (kind === undefined) return `says no values: one of ${kinds.join(", ")}, or a list`;
  if (said.length > 1) return `says both ${said[0]} and ${said[1]}`;
  const [first = 0, second = 0, third = 0] = Array.isArray(spec[kind]) ? (spec[kind] as number[]) : [];
  if (joint && (kind === "range" || kind === "log")) return `is a ${kind}, and nothing to draw from`;
  if (joint && (spec["n"] !== undefined || spec["seed"] !== undefined))
    return "has an n or seed of its own: those of [sweep.random] count";
  if (!joint && drawn.includes(kind) && spec["n"] === undefined) return `has no n: how many are to be drawn by ${kind}`;
  if ((kind === "range" || kind === "log") && spec["n"] !== undefined) return `has an n, but a ${kind} is not drawn`;
  if (spec["n"] === undefined && spec["seed"] !== undefined && !joint) return "has a seed, but nothing is drawn";
  return numbersTrouble(kind, first, second, third);
}

function numbersTrouble(kind: Kind, first: number, second: number, third: number): string | undefined {
  if (kind === "range") {
    if (third === 0) return "has a step of 0";
    if ((second - first) / third < 0) return `never comes from ${first} to ${second} in steps of ${third}`;
    return (second - first) / third > mostValues ? "has too many values" : undefined;
  }
  if (kind === "log" && !(Number.isInteger(third) && third >= 1 && third <= mostValues))
    return "does not say how many values: [from, to, how many]";
  if (["log", "loguniform", "loguniform_int"].includes(kind) && !(first > 0 && second > 0))
    return "must have bounds above 0";
  if (["randint", "loguniform_int"].includes(kind) && ![first, second].every(Number.isSafeInteger))
    return "must have whole bounds";
  if (kind === "normal") return second < 0 ? "has a deviation below 0" : undefined;
  return drawn.includes(kind) && first > second
    ? `has bounds that are the wrong way round: ${first}, ${second}`
    : undefined;
}

/** The values of an axis in order. `isFloat` says of the bounds of a range whether they are written as floats. */
export function axisValues(name: string, given: unknown, isFloat: boolean): AxisValue[] {
  if (Array.isArray(given)) return given.map((value, i) => ({ value, at: [i] }));
  const spec = given as AxisSpec;
  if (spec.range) return ranged(spec.range, isFloat);
  if (spec.log) return logarithmic(spec.log);
  if (spec.choice && spec.n === undefined) return spec.choice.map((value, i) => ({ value, at: ["choice", i] }));
  return draws(name, spec, spec.n ?? 1, spec.seed ?? 0);
}

/** `n` values drawn by one of the distributions: a function of seed and name, so that a longer one begins alike. */
export function draws(name: string, spec: AxisSpec, n: number, seed: number): AxisValue[] {
  const draw = drawing(seed, name);
  return Array.from({ length: n }, () => one(spec, draw));
}

function one(spec: AxisSpec, draw: Draw): AxisValue {
  if (spec.choice) {
    const i = draw.below(spec.choice.length);
    return { value: spec.choice[i], at: ["choice", i] };
  }
  const { uniform, loguniform, normal, randint, loguniform_int } = spec;
  if (randint) return { value: (randint[0] ?? 0) + draw.below((randint[1] ?? 0) - (randint[0] ?? 0) + 1) };
  if (loguniform_int) {
    const [low = 1, high = 1] = loguniform_int;
    return { value: Math.min(high, Math.floor(Math.exp(between(Math.log(low), Math.log(high + 1), draw.unit())))) };
  }
  if (loguniform)
    return float(Math.exp(between(Math.log(loguniform[0] ?? 1), Math.log(loguniform[1] ?? 1), draw.unit())));
  if (uniform) return float(between(uniform[0] ?? 0, uniform[1] ?? 0, draw.unit()));
  const [mean = 0, deviation = 0] = normal ?? [];
  // Box and Muller (1958); 1 - u is never 0.
  const [u, w] = [1 - draw.unit(), draw.unit()];
  return float(mean + deviation * Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * w));
}

function between(low: number, high: number, at: number): number {
  return low + (high - low) * at;
}

/** From the first to the last, both of them: a step that misses the last ends before it. */
function ranged([first = 0, last = 0, step = 1]: number[], isFloat: boolean): AxisValue[] {
  const count = Math.floor((last - first) / step + 1e-9) + 1;
  const write = isFloat || ![first, step].every(Number.isInteger) ? float : (value: number) => ({ value });
  return Array.from({ length: count }, (_, i) => write(first + i * step));
}

function logarithmic([first = 1, last = 1, count = 1]: number[]): AxisValue[] {
  return Array.from({ length: count }, (_, i) =>
    i === 0 ? float(first) : i === count - 1 ? float(last) : float(onLog(first, last, i / (count - 1))),
  );
}

/** Bounds may be further apart than a number can say. */
function onLog(first: number, last: number, at: number): number {
  const ratio = last / first;
  if (Number.isFinite(ratio) && ratio > 0) return first * ratio ** at;
  return Math.exp(between(Math.log(first), Math.log(last), at));
}

/** Twelve digits: what machines may compute differently is beyond them, and 0.30000000000000004 too. */
function float(number: number): AxisValue {
  const value = Number(number.toPrecision(12));
  const text = String(value);
  return { value, spelled: /^-?\d+$/.test(text) ? `${text}.0` : text };
}
