// Metrics as drawings: a panel for each metric, a curve for each run.
import type { Context } from "../../command/context.js";
import { plain } from "../../command/plain.js";
import type { Gathering } from "../../command/spec.js";
import type { TableStyle } from "../../command/table.js";
import { type Curve, plot } from "../../graph/plot.js";
import { smooth } from "../../graph/smooth.js";
import { fault } from "../../record/fault.js";
import { like } from "../../record/like.js";
import type { Point } from "../../record/point.js";
import type { Metric } from "../../record/records.js";
import type { Run } from "../../record/run.js";
import { handleOf } from "../../record/run-id.js";
import { type MeasuringOptions, measure } from "./measuring.js";
import { append, orderBy, ordered, type Series, series } from "./series.js";

export interface PlotOptions {
  name: string[];
  x: string;
  "log-x": boolean;
  "log-y": boolean;
  smooth: string | undefined;
  together: boolean;
  width: number | undefined;
  height: number | undefined;
}

interface Drawn {
  run: string;
  points: Series;
}

/** What the command does with records, and what is drawn of them. They share how the runs are called. */
export function plotter() {
  const runs = new Map<string, Run>();
  return {
    gather: (style: TableStyle, options: Record<string, unknown>) =>
      gathering(style, options as unknown as PlotOptions, runs),
    metrics: (records: AsyncIterable<unknown>, options: PlotOptions, context: Context) =>
      metrics(records, checked(options), context, (run) => runs.set(run.id, run)),
  };
}

function checked(options: PlotOptions): PlotOptions {
  const { width, height, smooth: weight } = options;
  if (width !== undefined && width < 30) throw fault("usage", "--width needs at least 30");
  if (height !== undefined && height < 3) throw fault("usage", "--height needs at least 3");
  if (weight !== undefined && !(Number(weight) >= 0 && Number(weight) < 1))
    throw fault("usage", `--smooth needs a number from 0 to below 1, not '${weight}'`);
  return options;
}

/** Metrics that come as records pass; of runs theirs are read. */
function metrics(
  records: AsyncIterable<unknown>,
  { name }: PlotOptions,
  context: Context,
  seen: (run: Run) => void,
): AsyncGenerator<object> {
  const options = { name, last: false, best: [], downsample: undefined, seen };
  const isNamed = context.args.some((word) => word !== "-");
  return isNamed ? measure(records, options, context) : piped(records, options, context);
}

async function* piped(
  records: AsyncIterable<unknown>,
  options: MeasuringOptions,
  context: Context,
): AsyncGenerator<object> {
  const patterns = options.name.map(like);
  for await (const record of records) {
    if (!isMetric(record)) yield* measure(only(record), options, { ...context, args: [] });
    else if (patterns.length === 0 || patterns.some((matches) => matches(record.name))) yield record;
  }
}

async function* only(record: unknown): AsyncGenerator<unknown> {
  yield record;
}

function isMetric(record: unknown): record is Metric {
  const { type, name, value } = record as Partial<Metric>;
  return type === "metric" && typeof name === "string" && value !== undefined;
}

function gathering(style: TableStyle, options: PlotOptions, runs: ReadonlyMap<string, Run>): Gathering {
  const all = new Map<string, Drawn>();
  return {
    add(record) {
      const { run, name, value, step, at, attempt } = record as Metric;
      const key = `${run} ${name}`;
      const known = all.get(key) ?? { run, points: series(name) };
      if (known.points.values.length === 0) all.set(key, known);
      const point: Point = { name, value: Number(value) };
      if (step !== undefined) point.step = step;
      if (at !== undefined && options.x !== "step") point.at = at;
      if (attempt !== undefined) point.attempt = attempt;
      append(known.points, point);
    },
    text: () => panels([...all.values()], style, options, runs),
  };
}

const mostPanels = 6;

function panels(all: Drawn[], style: TableStyle, options: PlotOptions, runs: ReadonlyMap<string, Run>): string {
  if (all.length === 0) return "";
  const order = [...new Set(all.map(({ run }) => run))];
  const about = aboutRuns(order.flatMap((id) => runs.get(id) ?? []));
  const names = [...new Set(all.map(({ points }) => points.name))];
  const groups = options.together ? [all] : names.map((name) => all.filter(({ points }) => points.name === name));
  const shown = options.name.length > 0 ? groups : groups.slice(0, mostPanels);
  const height = options.height ?? (shown.length === 1 ? 16 : 9);
  const drawn = shown.map((group) => {
    const curves = group.map((one, i): Curve => {
      const named = [
        ...(order.length > 1 || !options.together ? [handleOf(one.run)] : []),
        ...(options.together && names.length > 1 ? [plain(one.points.name)] : []),
      ];
      const look = options.together ? i : order.indexOf(one.run);
      return { ...curveOf(one, all, options), name: named.join(" "), about: about.get(one.run) ?? "", look };
    });
    return panel(curves, options.together ? names.join(", ") : (group[0]?.points.name ?? ""), height, style, options);
  });
  const left = groups.length - shown.length;
  const more =
    left > 0 ? [`and ${left} more metrics: --name chooses, as in --name '${plain(names.at(-1) ?? "")}'`] : [];
  return `${[...drawn.map((lines) => lines.join("\n")), ...more].join("\n\n")}\n`;
}

function panel(curves: Curve[], title: string, height: number, style: TableStyle, options: PlotOptions): string[] {
  const width = options.width ?? Math.min(style.width ?? 80, 160);
  const kind = options.x === "time" ? "time" : options.x === "relative" ? "duration" : "linear";
  const lines = plot(curves, {
    title,
    unit: options.x === "relative" ? "time since the first value" : options.x,
    x: options["log-x"] ? "log" : kind,
    y: options["log-y"] ? "log" : "linear",
    width,
    height,
    colour: style.colour,
    plain,
  });
  return (
    lines ?? [
      `${plain(title)}: no value that can be drawn${options.x === "step" ? "" : " (is it known when they were logged?)"}`,
    ]
  );
}

function curveOf({ run, points }: Drawn, all: Drawn[], { x: by, smooth: weight }: PlotOptions) {
  const given = xOf(points, by);
  const since = by === "relative" ? begin(all.filter((one) => one.run === run)) : 0;
  const order = orderBy(given);
  const x = ordered(given, order);
  const y = ordered(points.values.values(), order);
  return {
    x: since === 0 ? x : x.map((time) => time - since),
    y: weight === undefined ? y : smooth(y, Number(weight)),
    raw: weight === undefined ? undefined : y,
  };
}

/** Those without a step are drawn in the order in which they came. */
function xOf({ steps, times }: Series, by: string): Float64Array {
  if (by !== "step") return times.values();
  const given = steps.values();
  return given.some(Number.isNaN) ? Float64Array.from(given, (_, i) => i + 1) : given;
}

/** When the first value of a run was logged. */
function begin(series: Drawn[]): number {
  let first = Number.POSITIVE_INFINITY;
  for (const { points } of series) for (const time of points.times.values()) if (time < first) first = time;
  return first;
}

/** What tells runs apart: their names and params as far as they differ. */
function aboutRuns(runs: Run[]): Map<string, string> {
  const fields = runs.map((run) => {
    const args = Object.entries(run.args ?? {}).filter(([, value]) => !/\{params\./.test(String(value)));
    return Object.entries({
      ...Object.fromEntries(args),
      ...run.params,
      ...(run.seed === undefined ? {} : { seed: run.seed }),
    });
  });
  const keys = [...new Set(fields.flatMap((all) => all.map(([key]) => key)))];
  const of = (i: number, key: string) => JSON.stringify(fields[i]?.find(([one]) => one === key)?.[1]);
  const differ = keys.filter((key) => new Set(runs.map((_, i) => of(i, key))).size > 1).slice(0, 3);
  const named = runs.length === 1 || new Set(runs.map(({ name }) => name)).size > 1;
  return new Map(
    runs.map(({ id, name }, i) => [
      id,
      [...(named ? [name] : []), ...differ.map((key) => `${key}=${(of(i, key) ?? "").replace(/^"|"$/g, "")}`)].join(
        " ",
      ),
    ]),
  );
}
