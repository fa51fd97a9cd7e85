// What there is to say of the curve of a metric in a few numbers.
import type { ComparedMetric, MetricSummary } from "../record/comparison.js";
import { type Goal, goalOf } from "../record/goal.js";
import { type Point, wordOf } from "../record/point.js";

/** Of more names than these nobody compares values. */
const mostNames = 5000;

/** The summary of each metric among a run's points, by its name. The last value is that of the highest step, without steps the last. Pure. */
export function metricSummaries(points: Iterable<Point>): Map<string, MetricSummary> {
  const found = new Map<string, MetricSummary>();
  for (const point of points) {
    const known = found.get(point.name);
    if (known) add(known, point);
    else if (found.size < mostNames) found.set(point.name, add({ count: 0, last: "NaN" }, point));
  }
  return found;
}

function add(summary: MetricSummary, { value, step }: Point): MetricSummary {
  const isEarlier = step !== undefined && summary.last_step !== undefined && step < summary.last_step;
  if (!isEarlier) {
    summary.last = wordOf(value);
    if (step !== undefined) summary.last_step = step;
  }
  summary.count += 1;
  if (!Number.isFinite(value)) return summary;
  if (summary.min === undefined || value < summary.min) {
    summary.min = value;
    if (step !== undefined) summary.min_step = step;
  }
  if (summary.max === undefined || value > summary.max) {
    summary.max = value;
    if (step !== undefined) summary.max_step = step;
  }
  return summary;
}

/** Each metric that any of the runs has, by name, with its goal where its name has one, and by that its best value. Pure. */
export function comparedMetrics(runs: ReadonlyMap<string, ReadonlyMap<string, MetricSummary>>): ComparedMetric[] {
  const names = [...new Set([...runs.values()].flatMap((metrics) => [...metrics.keys()]))].sort();
  return names.map((name) => {
    const goal = goalIn(name);
    const values = [...runs].flatMap(([run, metrics]) => {
      const summary = metrics.get(name);
      return summary === undefined ? [] : [[run, goal === undefined ? summary : withBest(summary, goal)] as const];
    });
    return { name, ...(goal === undefined ? {} : { goal }), values: Object.fromEntries(values) };
  });
}

function withBest(summary: MetricSummary, goal: Goal["goal"]): MetricSummary {
  const [best, step] = goal === "min" ? [summary.min, summary.min_step] : [summary.max, summary.max_step];
  return {
    ...summary,
    ...(best === undefined ? {} : { best }),
    ...(best === undefined || step === undefined ? {} : { best_step: step }),
  };
}

/** Undefined of a name of which nobody can tell. */
function goalIn(name: string): Goal["goal"] | undefined {
  try {
    return goalOf(`${name.replace(/:(min|max)$/, "")}`).goal;
  } catch {
    return undefined;
  }
}
