// The metrics of a run: the lines that its attempts' processes wrote, as they were written, and the results of its outputs.
// For one name and step the later attempt wins.
import path from "node:path";
import { type Column, column, isAmong } from "../record/column.js";
import { metricOf, numberIn, type Point, pointOf, pointsIn } from "../record/point.js";
import type { Metric } from "../record/records.js";
import { measuresOf } from "../record/result.js";
import type { RunOnDisk } from "./facts.js";
import { attemptDirectory, envelope } from "./layout.js";
import { lineChunks } from "./line-chunks.js";
import { artifactsOf } from "./outputs.js";
import { list } from "./read.js";

type Bad = (message: string) => void;
type Wanted = (name: string) => boolean;

/** The metrics of a run as records, in the order of `pointsOf`. */
export function* metricsOf(disk: RunOnDisk, bad: Bad, wanted?: Wanted): Generator<Metric> {
  for (const point of pointsOf(disk, bad, wanted)) yield metricOf(disk.run.id, point);
}

/**
 * The metrics of a run in the order in which they were written: attempt by attempt, process by process, the results of its
 * outputs at the end. What a later attempt has written again for the same name and step is left out. Lines that are none are
 * told of once a file. Takes no memory but for the steps of later attempts.
 */
export function* pointsOf(disk: RunOnDisk, bad: Bad, wanted: Wanted = () => true): Generator<Point> {
  for (const point of pointsAndPauses(disk, bad, wanted)) if (point !== pause) yield point;
}

/** Between two pieces of a file: whoever has others waiting lets them have their turn. */
export const pause = Symbol("pause");

/** The same, with a pause at least after each mebibyte that was read. */
export function* pointsAndPauses(disk: RunOnDisk, bad: Bad, wanted: Wanted): Generator<Point | typeof pause> {
  const attempts = attemptsOf(disk);
  // Only of runs that were started again is it known beforehand what is written anew.
  const again: Map<string, Float64Array>[] = [];
  for (const attempt of attempts.slice(1)) again.push(yield* stepsIn(attempt, wanted));
  for (const [i, attempt] of attempts.entries()) {
    const later = again.slice(i);
    for (const point of inAttempt(attempt, bad)) {
      if (point === pause) {
        yield pause;
        continue;
      }
      const { name, step } = point;
      if (!wanted(name) || (step !== undefined && later.some((written) => isAmong(written.get(name) ?? none, step))))
        continue;
      point.attempt = attempt.n;
      yield point;
    }
  }
  for (const point of resultsOf(disk)) if (wanted(point.name)) yield point;
}

const none = new Float64Array();

/** The steps that an attempt has written, by name and sorted. */
function* stepsIn(attempt: AttemptMetrics, wanted: Wanted): Generator<typeof pause, Map<string, Float64Array>> {
  const steps = new Map<string, Column>();
  for (const point of inAttempt(attempt, () => {})) {
    if (point === pause) {
      yield pause;
      continue;
    }
    const { name, step } = point;
    if (step === undefined || !wanted(name)) continue;
    const known = steps.get(name) ?? column();
    if (known.length === 0) steps.set(name, known);
    known.push(step);
  }
  return new Map([...steps].map(([name, known]) => [name, known.values().sort()]));
}

/** The files of an attempt that hold metrics, and its log while what is printed has not been gathered from it. */
export interface AttemptMetrics {
  n: number;
  /** The uid that they belong to. */
  owner: number;
  files: string[];
  log?: string;
}

export function attemptsOf({ dir, owner, facts }: RunOnDisk): AttemptMetrics[] {
  return facts.attempts.map(({ n, exit }) => {
    const directory = attemptDirectory(envelope(dir), n);
    const names = list(directory).filter((name) => /^metrics-.+\.ndjson$/.test(name));
    const files = names.sort().map((name) => path.join(directory, name));
    return { n, owner, files, ...(exit === undefined ? { log: path.join(directory, "job.log") } : {}) };
  });
}

function* inAttempt({ owner, files, log }: AttemptMetrics, bad: Bad): Generator<Point | typeof pause> {
  for (const file of files) yield* inFile(file, owner, bad);
  if (log === undefined) return;
  for (const text of lineChunks(log, owner)) {
    yield* printedAmong(text);
    yield pause;
  }
}

function* inFile(file: string, owner: number, bad: Bad): Generator<Point | typeof pause> {
  let [lines, malformed, first] = [0, 0, 0];
  for (const text of lineChunks(file, owner)) {
    yield pause;
    const before = lines;
    lines += yield* pointsIn(text, (index) => {
      malformed += 1;
      first ||= before + index + 1;
    });
  }
  if (malformed > 0)
    bad(`'${file}': line ${first} is no metric${malformed > 1 ? `, nor are ${malformed - 1} others of ${lines}` : ""}`);
}

/** The numbers that the outputs of a run hold as results (labctl's `eval_result`); their step is that of what was evaluated. */
export function resultsOf(disk: RunOnDisk): Point[] {
  const steps = Object.values(disk.run.inputs).flatMap((input) =>
    "step" in input && typeof input.step === "number" ? [input.step] : [],
  );
  const step = steps.length === 1 ? steps[0] : undefined;
  return artifactsOf(disk).flatMap(({ result, role, attempt, step: own }) =>
    measuresOf(result ?? {}).measures.map(({ name, value, ...more }) => {
      const at = own ?? step;
      return {
        name,
        value: Number(value),
        ...(at === undefined ? {} : { step: at }),
        attempt,
        more: { role, ...more },
      };
    }),
  );
}

const prefix = "lab-metric ";

/** `lab-metric {"name": …}` and `lab-metric loss=0.5 accuracy=0.9 step=3` lines of a log. */
export function* printedIn(log: string, owner?: number): Generator<Point> {
  for (const text of lineChunks(log, owner)) yield* printedAmong(text);
}

/** The same of a text of whole lines. */
export function* printedAmong(text: string): Generator<Point> {
  for (let at = text.indexOf(prefix); at >= 0; ) {
    const end = text.indexOf("\n", at);
    const stop = end < 0 ? text.length : end;
    if (at === 0 || text[at - 1] === "\n") yield* printed(text.slice(at + prefix.length, stop).trim());
    at = text.indexOf(prefix, stop);
  }
}

function* printed(rest: string): Generator<Point> {
  const point = rest.startsWith("{") ? pointOf(rest) : undefined;
  if (point) yield point;
  else if (!rest.startsWith("{")) yield* pairs(rest);
}

/** By the same rules as the runtime's own gathering: names that need no escape, numbers in decimal, nan and inf. */
function* pairs(text: string): Generator<Point> {
  const words = text.split(/\s+/).filter((word) => word.includes("="));
  const values = new Map(
    words.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)] as const),
  );
  const step = numberIn(values.get("step") ?? "");
  for (const [name, text] of values) {
    const value = numberIn(text);
    if (name === "step" || name === "" || JSON.stringify(name) !== `"${name}"` || value === undefined) continue;
    yield { name, value, ...(Number.isFinite(step) ? { step: step as number } : {}) };
  }
}
