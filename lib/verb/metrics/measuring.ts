// The metrics of the runs that were named: all of them, the last or the best ones, or as many as are wanted.
import type { Context } from "../../command/context.js";
import { fault } from "../../record/fault.js";
import { goalOf } from "../../record/goal.js";
import { like } from "../../record/like.js";
import { nearest } from "../../record/names.js";
import { metricOf, type Point } from "../../record/point.js";
import type { Metric } from "../../record/records.js";
import type { Run } from "../../record/run.js";
import { derivedOf } from "../../registry/derived.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { bestOf, lastMetrics } from "../../registry/last-metrics.js";
import { pointsOf } from "../../registry/metrics.js";
import type { Registry } from "../../registry/open.js";
import { cannotShow, namedRuns } from "../runs.js";
import { ofAnother, whoseLines } from "../show/what-answers.js";
import { downsampled } from "./downsampling.js";

export interface MeasuringOptions {
  name: string[];
  last: boolean;
  best: string[];
  downsample: number | undefined;
  /** Told of each run whose metrics they are. */
  seen?: (run: Run) => void;
}

/** The metrics of each run as records; of one that another answers for, that one's. */
export async function* measure(
  records: AsyncIterable<unknown>,
  options: MeasuringOptions,
  context: Context,
): AsyncGenerator<object> {
  const choose = chooser(options, context);
  const names = new Set<string>();
  const meant = (word: string) => (names.has(word) ? `of one metric: --name ${word}` : undefined);
  for await (const named of namedRuns(records, context, meant)) {
    if ("other" in named) {
      yield named.other;
      continue;
    }
    const { run } = named;
    try {
      const registry = await context.registry();
      const shown = whoseLines(run, "metrics", registry, context.say);
      options.seen?.(shown.run);
      if (context.args.length > 1) for (const name of lastMetrics(shown).keys()) names.add(name);
      let none = true;
      for (const metric of readable(choose(shown, registry), run, shown)) {
        if (context.signal.aborted) return;
        none = false;
        yield metric;
      }
      if (none) context.say(`${shown.run.id}: ${noneOf([...options.name, ...options.best], shown)}`);
    } catch (error) {
      cannotShow(run.run.id, error, context);
    }
  }
}

/** What is to be said of a run that has no metric as it was asked for; what it has, where that is something else. */
function noneOf(asked: readonly string[], run: RunOnDisk): string {
  const there = asked.length === 0 ? [] : [...lastMetrics(run).keys()].sort();
  const [only = ""] = asked;
  const meant = asked.length === 1 ? nearest(only.replace(/:(min|max)$/, ""), there) : undefined;
  if (there.length === 0) return `no metrics${asked.length > 0 ? " of that name" : ""} yet`;
  const some = there.length > 8 ? `${there.slice(0, 8).join(", ")} and ${there.length - 8} more` : there.join(", ");
  return `no metric of that name${meant === undefined ? "" : ` (did you mean ${meant}?)`}; it has ${some}`;
}

/** Throws usage for options that contradict each other. */
function chooser({ name, last, best, downsample }: MeasuringOptions, context: Context) {
  if ([last, best.length > 0, downsample !== undefined].filter(Boolean).length > 1)
    throw fault("usage", "--last, --best and --downsample exclude each other");
  if (best.length > 0 && name.length > 0)
    throw fault("usage", "--best names its metric: --name has no place beside it");
  if (downsample !== undefined && downsample < 2) throw fault("usage", "--downsample needs at least 2");
  const goals = best.map(goalOf);
  const patterns = name.map(like);
  const wanted = (one: string) => patterns.length === 0 || patterns.some((matches) => matches(one));
  const exact = name.length > 0 && !name.some((one) => /[*?]/.test(one)) ? name : undefined;
  return (disk: RunOnDisk, registry: Registry): Iterable<Metric> => {
    const bad = (message: string) => context.report(disk.run.id, fault("dataerr", message));
    const { id } = disk.run;
    if (goals.length > 0) {
      const isWanted = (one: string) => goals.some((goal) => goal.name === one);
      return bestOf(withDerived(registry, disk, bad, isWanted), goals).map((point) => metricOf(id, point));
    }
    if (last) {
      const derived = [...derivedOf(registry, disk, bad, wanted)].map((point) => [point.name, point] as const);
      const logged = [...lastMetrics(disk, exact).values()].filter((metric) => wanted(metric.name));
      return [...logged, ...[...new Map(derived).values()].map((point) => metricOf(id, point))];
    }
    const points = withDerived(registry, disk, bad, wanted);
    return downsample === undefined ? recordsOf(id, points) : downsampled(id, points, downsample);
  };
}

function* withDerived(
  registry: Registry,
  disk: RunOnDisk,
  bad: (message: string) => void,
  wanted: (name: string) => boolean,
): Generator<Point> {
  yield* pointsOf(disk, bad, wanted);
  yield* derivedOf(registry, disk, bad, wanted);
}

function* recordsOf(run: string, points: Iterable<Point>): Generator<Metric> {
  for (const point of points) yield metricOf(run, point);
}

/** What another's files refuse is told as theirs. */
function* readable(metrics: Iterable<Metric>, disk: RunOnDisk, shown: RunOnDisk): Generator<Metric> {
  try {
    yield* metrics;
  } catch (error) {
    throw ofAnother(error, disk, shown);
  }
}
