// One value of a metric as the toolkit reckons with it, and how lines that programs write become one, fast.
import type { Metric } from "./records.js";
import { utcTime } from "./utc-time.js";

/** A value of a metric; NaN and the infinities are numbers here, and words in a record. */
export interface Point {
  name: string;
  value: number;
  step?: number;
  at?: string;
  attempt?: number;
  /** Whatever else the line says. */
  more?: Record<string, unknown>;
}

/** A record's value for a number: JSON has no NaN and no infinities. */
export function wordOf(value: number): Metric["value"] {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

/** The number that a text means as programs print it (`0.5`, `+007`, `1.`, `nan`, `-inf`); undefined for any other text. */
export function numberIn(text: string): number | undefined {
  if (decimal.test(text)) return Number(text);
  const [, sign, word] = special.exec(text) ?? [];
  if (word === undefined) return undefined;
  return word.toLowerCase() === "nan" ? Number.NaN : sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

const decimal = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;
const special = /^([-+]?)(nan|inf|infinity)$/i;

// What lab.py writes, and most others: then no JSON needs to be parsed.
const number = "-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][-+]?\\d+)?";
const usual = new RegExp(
  `\\{ ?"name": ?"([^"\\\\\\n\\p{Cc}]*)", ?"value": ?(?:(${number})|"(NaN|-?Infinity)")(?:, ?"step": ?(${number}))?` +
    `(?:, ?"at": ?"(${utcTime})")?\\}\\r?\\n`,
  "uy",
);

/** The points of a text of whole lines; those that are none go to `bad` by their index, empty ones nowhere. Returns the number of lines. */
export function* pointsIn(text: string, bad: (index: number) => void): Generator<Point, number> {
  let index = 0;
  for (let from = 0; from < text.length; index += 1) {
    usual.lastIndex = from;
    const found = usual.exec(text);
    if (found) {
      from = usual.lastIndex;
      yield usualPoint(found);
      continue;
    }
    const end = text.indexOf("\n", from);
    const to = end < 0 ? text.length : end;
    const line = text.slice(from, to);
    from = to + 1;
    if (line.trim() === "") continue;
    const point = pointOf(line);
    if (point) yield point;
    else bad(index);
  }
  return index;
}

function usualPoint([, name = "", value, word, step, at]: RegExpExecArray): Point {
  const point: Point = { name, value: Number(value ?? word) };
  if (step !== undefined) point.step = Number(step);
  if (at !== undefined) point.at = at;
  return point;
}

/**
 * The point of one line of JSON; undefined where it is none. Bare NaN and infinities, as Python writes them, and numbers like
 * `0010` are understood, as are numbers and their words in quotes. A `step` or `at` that is none makes the line none.
 */
export function pointOf(line: string): Point | undefined {
  const fields = objectIn(line) ?? objectIn(mended(line));
  if (fields === undefined) return undefined;
  const { name, value: given, step, at, type: _, v: __, run: ___, attempt: ____, ...more } = fields;
  const value = numeric(given);
  if (typeof name !== "string" || value === undefined) return undefined;
  const point: Point = { name, value };
  if (step !== undefined && step !== null) {
    point.step = numeric(step) ?? Number.NaN;
    if (!Number.isFinite(point.step)) return undefined;
  }
  if (at !== undefined) {
    if (typeof at !== "string" || !time.test(at)) return undefined;
    point.at = at;
  }
  return Object.keys(more).length === 0 ? point : { ...point, more };
}

const time = new RegExp(`^${utcTime}$`);

function numeric(value: unknown): number | undefined {
  return typeof value === "number" ? value : typeof value === "string" ? numberIn(value) : undefined;
}

function objectIn(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The line with quotes around what stands for a number and is none to JSON; texts stay as they are. */
function mended(line: string): string {
  return line.replace(/"(?:[^"\\]|\\.)*"|[-+]?(?:\.?\d[\w.+-]*|nan|inf(?:inity)?)(?!\w)/gi, (word) =>
    word.startsWith('"') ? word : `"${word}"`,
  );
}

/** The record of a point of a run. */
export function metricOf(run: string, { name, value, step, at, attempt, more }: Point): Metric {
  const metric: Metric = { type: "metric", v: 1, run, name, value: wordOf(value) };
  if (step !== undefined) metric.step = step;
  if (at !== undefined) metric.at = at;
  if (more !== undefined) Object.assign(metric, more);
  if (attempt !== undefined) metric.attempt = attempt;
  return metric;
}
