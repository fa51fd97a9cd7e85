// The last and the best values of a run's metrics; the last ones are read from the ends of its files.
import type { Goal } from "../record/goal.js";
import { metricOf, type Point, pointOf } from "../record/point.js";
import type { Metric } from "../record/records.js";
import type { RunOnDisk } from "./facts.js";
import { lineChunksBackwards } from "./line-chunks.js";
import { type AttemptMetrics, attemptsOf, pointsOf, printedIn, resultsOf } from "./metrics.js";

/**
 * The last value of each metric, by name: of the latest attempt that logged it the one of the highest step, or, without steps,
 * the last that was written; a result of an output comes after all of them. Where all that are wanted are named, the files are
 * read backwards only until these are found.
 */
export function lastMetrics(disk: RunOnDisk, names?: readonly string[]): Map<string, Metric> {
  const missing = names && new Set(names);
  const last = new Map<string, Point>();
  const isWanted = (name: string) => (missing ? missing.has(name) : true);
  for (const point of resultsOf(disk)) if (isWanted(point.name)) last.set(point.name, point);
  for (const attempt of attemptsOf(disk).reverse()) {
    for (const name of last.keys()) missing?.delete(name);
    if (missing?.size === 0) break;
    const found = lastOfAttempt(attempt, missing);
    for (const [name, point] of found) if (!last.has(name)) last.set(name, { ...point, attempt: attempt.n });
  }
  return new Map([...last].map(([name, point]) => [name, metricOf(disk.run.id, point)]));
}

/** The last values of a run's metrics by name, as `lab-ls`, `lab-show` and packs have them. */
export function lastValues(disk: RunOnDisk, names?: readonly string[]): Record<string, Metric["value"]> {
  return Object.fromEntries([...lastMetrics(disk, names)].map(([name, { value }]) => [name, value]));
}

/** The best value of each of these metrics that there is, and where it was: the first of several. NaN is best only where all are. */
export function bestMetrics(disk: RunOnDisk, goals: readonly Goal[]): Metric[] {
  const isWanted = (name: string) => goals.some((goal) => goal.name === name);
  return bestOf(
    pointsOf(disk, () => {}, isWanted),
    goals,
  ).map((point) => metricOf(disk.run.id, point));
}

/** The same of one metric; undefined where it was never logged. */
export function bestMetric(disk: RunOnDisk, goal: Goal): Metric | undefined {
  return bestMetrics(disk, [goal])[0];
}

/** The best of these points for each goal. */
export function bestOf(points: Iterable<Point>, goals: readonly Goal[]): Point[] {
  const best = new Map<string, Point>();
  const wanted = new Map(goals.map(({ name, goal }) => [name, goal]));
  for (const point of points) {
    const goal = wanted.get(point.name);
    const than = best.get(point.name);
    if (goal && (!than || isBetter(point.value, than.value, goal))) best.set(point.name, point);
  }
  return [...best.values()];
}

function isBetter(value: number, than: number, goal: Goal["goal"]): boolean {
  if (Number.isNaN(value) || Number.isNaN(than)) return Number.isNaN(than) && !Number.isNaN(value);
  return goal === "min" ? value < than : value > than;
}

function lastOfAttempt(
  { owner, files, log }: AttemptMetrics,
  names: ReadonlySet<string> | undefined,
): Map<string, Point> {
  const last = new Map<string, Point>();
  const take = (point: Point) => {
    const other = last.get(point.name);
    if (!other || !(point.step !== undefined && other.step !== undefined && point.step < other.step))
      last.set(point.name, point);
  };
  for (const file of files) for (const point of lastInFile(file, owner, names).values()) take(point);
  if (log !== undefined) for (const point of printedIn(log, owner)) if (names?.has(point.name) ?? true) take(point);
  return last;
}

/** Who writes more names than these into a file has put something else into them, which nobody can list. */
const mostNames = 5000;

/** The last line of each name in a file. Lines that begin as one of a known name does are passed over unread. */
function lastInFile(file: string, owner: number, names: ReadonlySet<string> | undefined): Map<string, Point> {
  const found = new Map<string, Point>();
  const known: Known = { few: [], all: new Set() };
  for (const text of lineChunksBackwards(file, owner)) {
    for (let end = text.length - 1; end >= 0; ) {
      const from = text.lastIndexOf("\n", end - 1) + 1;
      if (!isKnown(text, from, known)) {
        const point = pointOf(text.slice(from, end));
        if (point && !found.has(point.name) && (names?.has(point.name) ?? true)) {
          found.set(point.name, point);
          if (found.size === names?.size || found.size >= mostNames) return inOrder(found);
        }
        beginning.lastIndex = from;
        const begins = point && beginning.exec(text)?.[0];
        if (begins !== undefined && !known.all.has(begins)) {
          known.all.add(begins);
          known.few.push(begins);
        }
      }
      end = from - 1;
    }
  }
  return inOrder(found);
}

function inOrder(backwards: Map<string, Point>): Map<string, Point> {
  return new Map([...backwards].reverse());
}

/** How lab.py and most others begin a line: nothing that comes after can change the name. */
const beginning = /\{ ?"name": ?"[^"\\\n]*",/y;

interface Known {
  few: string[];
  all: Set<string>;
}

/** Up to so many beginnings are tried one after the other, which takes less time than to look what the line's own is. */
const few = 32;

function isKnown(text: string, from: number, { few: known, all }: Known): boolean {
  if (all.size > few) {
    beginning.lastIndex = from;
    const own = beginning.exec(text)?.[0];
    return own !== undefined && all.has(own);
  }
  // Names take turns, so that the one looked for is soon found if the one that was seen stands last.
  for (let i = 0; i < known.length; i += 1) {
    const begins = known[i] as string;
    if (!text.startsWith(begins, from)) continue;
    if (i < known.length - 1 && known.length > 8) known.push(...known.splice(i, 1));
    return true;
  }
  return false;
}
