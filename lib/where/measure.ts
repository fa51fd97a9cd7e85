// What a value measures, by the name of its field: `*_at` is a time, `*_s` a duration, `*_bytes` a size. What is written
// beside it is read as that: `elapsed_s > 2h`. Times are seconds since 1970 here, so that they add up with durations.
import { isFault } from "../record/fault.js";
import { parseDuration, parseSize, parseTime } from "../record/units.js";
import type { Literal, Node } from "./grammar.js";
import { Misread } from "./misread.js";

export type Measure = "time" | "duration" | "size";

export function measureOf(node: Node): Measure | undefined {
  if (node.kind === "path") return theirs.has(node.path[0] ?? "") ? undefined : byName(node.path.at(-1) ?? "");
  if (node.kind === "unary") return measureOf(node.of);
  if (node.kind !== "binary") return undefined;
  const [left, right] = [measureOf(node.left), measureOf(node.right)];
  if (node.operator === "/" && left === right) return undefined;
  // The time between two times.
  if (node.operator === "-" && left === "time" && right === "time") return "duration";
  return left ?? right;
}

// What is in these tables a person has named, who may mean anything by it.
const theirs = new Set(["params", "args", "env", "metrics", "result"]);

function byName(name: string): Measure | undefined {
  if (/(^|_)at$/.test(name)) return "time";
  if (/_s$/.test(name)) return "duration";
  return /(^|_)bytes$/.test(name) ? "size" : undefined;
}

/** A literal as the measure wants it: seconds, bytes, seconds since 1970. Throws Misread where it says no such thing. */
export function measured({ value, at, to }: Literal, measure: Measure, now: number): number {
  if (typeof value === "number" && measure !== "time") return value;
  try {
    if (typeof value !== "string") throw new Misread(at, `'${value}' is no ${measure}`, examples[measure], to);
    if (measure === "time") return parseTime(value, now) / 1000;
    return measure === "size" ? parseSize(value) : parseDuration(value);
  } catch (error) {
    if (!isFault(error)) throw error;
    throw new Misread(at, error.message, examples[measure], to);
  }
}

const examples: Record<Measure, string> = {
  time: "write 2026-11-20, 2026-11-20T14:00:00Z or 3d",
  duration: "write 90m, 1h30m or 3d",
  size: "write 500MB, 4GB or 1.5TB",
};

/** The moment that a record's value is, in seconds since 1970; undefined where it is none. */
export function momentOf(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms / 1000;
}
