// The curves of runs that are compared: which colour each has, what it is called, and which of them are drawn as one.
import type { ComparedField, ComparedMetric, ComparedRun, SeedGroup } from "../record/comparison.js";
import type { Pen } from "./curve-colours.js";
import { type Curve, type Fold, folded, type GivenPoint, pointsOf } from "./curves.js";
import { said } from "./figure.js";

export interface Looks {
  /** The field by which runs are coloured; "" each its own. */
  colour: string;
  /** The field whose values are drawn as one, mean and spread; "seeds" for runs that differ by their seed; "" none. */
  fold: string;
}

export interface ComparedSides {
  runs: readonly ComparedRun[];
  fields: readonly ComparedField[];
  seeds?: readonly SeedGroup[] | undefined;
}

export interface RunSeries {
  run: string;
  points: readonly GivenPoint[];
}

/** The curves of one metric as they are to be drawn. Pure. */
export function comparedCurves(series: readonly RunSeries[], sides: ComparedSides, looks: Looks): Curve[] {
  const pens = pensOf(sides, looks.colour);
  const curves = series.flatMap(({ run, points }): Curve[] => {
    const pen = pens.get(run);
    if (pen === undefined || points.length === 0) return [];
    return [{ id: run, label: run.slice(-6), note: toldBy(sides.fields, run), pen, points: pointsOf(points) }];
  });
  return folded(curves, foldsOf(sides, looks.fold));
}

/** By the fields that somebody chose, as few as tell runs apart. Pure. */
export function chosenFields(fields: readonly ComparedField[]): ComparedField[] {
  return fields.filter(
    ({ group, differs, path }) => differs && (group === "params" || group === "args" || path === "group"),
  );
}

/** What somebody tries to make better first, and of that what a validation found. Pure. */
export function byWorth(metrics: readonly ComparedMetric[]): ComparedMetric[] {
  const worth = ({ name, goal }: ComparedMetric) => (goal ? 0 : 2) + (/val|eval|test/i.test(name) ? 0 : 1);
  return metrics.toSorted((a, b) => worth(a) - worth(b));
}

export function titleOf(path: string): string {
  return path.replace(/^(params|args)\./, "");
}

/** What tells a run from the others, in a few words: the params and args that differ. Pure. */
function toldBy(fields: readonly ComparedField[], run: string): string {
  const words = chosenFields(fields).flatMap(({ path, values }) =>
    values[run] === undefined ? [] : [`${titleOf(path)} ${said(values[run])}`],
  );
  // An arg that is a param is said once.
  return [...new Set(words)].slice(0, 5).join(", ");
}

/** So many colours are told apart; the last of them is for runs without a value. */
const ownColours = 10;
const rest = 9;

/** The colour of each run: its own, or that of its value of a field; of many numbers a shade by their order. Pure. */
export function pensOf({ runs, fields }: ComparedSides, colour: string): Map<string, Pen> {
  const field = fields.find(({ path }) => path === colour);
  if (!field) return new Map(runs.map(({ id }, i) => [id, i]));
  const values = distinct(field, runs);
  const shaded = values.length > 2 && values.every((value) => typeof value === "number");
  const seen = new Map<number, number>();
  return new Map(
    runs.map(({ id }): [string, Pen] => {
      const i = values.findIndex((value) => same(value, field.values[id]));
      // Those of one colour by their dashes.
      const among = seen.get(i) ?? 0;
      seen.set(i, among + 1);
      if (shaded && i >= 0) return [id, { shade: i / (values.length - 1), dash: among }];
      return [id, (i < 0 ? rest : i % ownColours) + ownColours * among];
    }),
  );
}

/** Which runs are drawn as one. Pure. */
export function foldsOf({ runs, fields, seeds = [] }: ComparedSides, fold: string): Fold[] {
  if (fold === "seeds")
    return seeds.map((group) => ({
      label: withoutSeed(toldBy(fields, group.runs[0] ?? "")) || `${group.runs.length} seeds`,
      ids: group.runs,
    }));
  const field = fields.find(({ path }) => path === fold);
  if (!field) return [];
  return distinct(field, runs).map((value) => ({
    label: `${titleOf(field.path)} ${said(value)}`,
    ids: runs.flatMap(({ id }) => (same(field.values[id], value) ? [id] : [])),
  }));
}

function withoutSeed(words: string): string {
  return words
    .split(", ")
    .filter((word) => !/^seed /.test(word))
    .join(", ");
}

/** Numbers by size, others in the order of the runs. */
function distinct({ values }: ComparedField, runs: readonly ComparedRun[]): unknown[] {
  const known = runs.flatMap(({ id }) => (values[id] === undefined ? [] : [values[id]]));
  const found = [...new Map(known.map((value) => [JSON.stringify(value), value])).values()];
  return found.every((value) => typeof value === "number") ? found.sort((a, b) => Number(a) - Number(b)) : found;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
