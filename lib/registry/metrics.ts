// The metrics of a run: the lines that its attempts' processes wrote; for one name and step the later attempt wins.
import path from "node:path";
import type { Metric } from "../record/records.js";
import { metricSchema } from "../record/records.js";
import { violations } from "../record/schema.js";
import type { RunOnDisk } from "./facts.js";
import { attemptDirectory, envelope } from "./layout.js";
import { linesFrom } from "./logs.js";
import { list } from "./read.js";

/** All metrics of a run, in the order of steps (those without one as they came); lines that are none go to `bad`. */
export function metricsOf({ run, dir, facts }: RunOnDisk, bad: (message: string) => void): Metric[] {
  const rows = new Map<string, Metric>();
  let unstepped = 0;
  for (const { n, exit } of facts.attempts) {
    const directory = attemptDirectory(envelope(dir), n);
    const names = list(directory)
      .filter((name) => /^metrics-.+\.ndjson$/.test(name))
      .sort();
    const add = (metric: Metric) => rows.set(`${metric.name}\n${metric.step ?? `#${unstepped++}`}`, metric);
    for (const name of names) for (const metric of readFile(path.join(directory, name), run.id, n, bad)) add(metric);
    // While it runs, printed metrics are still in the log; at the end the runtime gathers them into a file of their own.
    if (exit === undefined) for (const metric of printed(path.join(directory, "job.log"), run.id, n)) add(metric);
  }
  return [...rows.values()].sort(
    (a, b) => (a.step ?? Number.POSITIVE_INFINITY) - (b.step ?? Number.POSITIVE_INFINITY) || 0,
  );
}

function* readFile(file: string, run: string, attempt: number, bad: (message: string) => void): Generator<Metric> {
  let count = 0;
  let malformed = 0;
  for (const line of linesFrom(file, 0, false)) {
    count += 1;
    if (line === "") continue;
    const metric = parsed(line, run, attempt);
    if (metric) yield metric;
    else malformed += 1;
  }
  if (malformed > 0) bad(`'${file}': ${malformed} of ${count} lines are no metrics`);
}

function parsed(line: string, run: string, attempt: number): Metric | undefined {
  try {
    const ours = { type: "metric", v: 1, run };
    const value: unknown = Object.assign({ ...ours }, JSON.parse(line) as object, ours, { attempt });
    return violations(metricSchema, value).length === 0 ? (value as Metric) : undefined;
  } catch {
    return undefined;
  }
}

const prefix = "lab-metric ";

/** `lab-metric {"name": …}` and `lab-metric loss=0.5 accuracy=0.9 step=3` lines of a log. */
export function* printed(log: string, run: string, attempt: number): Generator<Metric> {
  for (const line of linesFrom(log, 0, false)) {
    if (!line.startsWith(prefix)) continue;
    const rest = line.slice(prefix.length).trim();
    if (rest.startsWith("{")) {
      const metric = parsed(rest, run, attempt);
      if (metric) yield metric;
    } else yield* pairs(rest, run, attempt);
  }
}

const number = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

/** By the same rules as the runtime's own gathering: names that need no escape, numbers in decimal. */
function* pairs(text: string, run: string, attempt: number): Generator<Metric> {
  const words = text.split(/\s+/).filter((word) => word.includes("="));
  const values = new Map(
    words.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)] as const),
  );
  const step = values.get("step");
  for (const [name, value] of values) {
    if (name === "step" || name === "" || JSON.stringify(name) !== `"${name}"` || !number.test(value)) continue;
    const at = step === undefined || !number.test(step) ? {} : { step: Number(step) };
    yield { type: "metric", v: 1, run, name, value: Number(value), ...at, attempt };
  }
}
