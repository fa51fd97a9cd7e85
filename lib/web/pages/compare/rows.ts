// What a comparison tells of each run, a row a field: what somebody chose, then what came of it, then the rest.
import { byWorth, titleOf } from "../../../graph/compared-curves.js";
import { figure, said } from "../../../graph/figure.js";
import type { ComparedField, ComparedMetric, MetricSummary } from "../../../record/comparison.js";
import { bytes } from "../../parts/format.js";

export interface Row {
  key: string;
  title: string;
  group: string;
  differs: boolean;
  /** Whether all of its values are numbers. */
  numeric: boolean;
  /** By run, as it is sorted, as it is shown, and what more is said of it. */
  value(run: string): unknown;
  shown(run: string): string;
  more(run: string): string;
  /** The runs that have the best of it. */
  best: ReadonlySet<string>;
  goal?: "min" | "max" | undefined;
}

/** The state is in the head of its run. */
const toldAbove = new Set(["state", "mode"]);

/** Those that differ (`same`: the others, too), what was chosen and what it led to first. Pure. */
export function rowsOf(fields: readonly ComparedField[], metrics: readonly ComparedMetric[], same: boolean): Row[] {
  const shown = fields.filter(
    ({ differs, path, values }) => (differs || same) && !toldAbove.has(path) && hasAny(values),
  );
  const isChosen = ({ group }: ComparedField) => group === "params" || group === "args";
  const titles = shown.map(({ path }) => titleOf(path));
  const twice = titles.filter((title, i) => titles.indexOf(title) !== i);
  const names = new Set([...twice, ...metrics.map(({ name }) => name)]);
  // A param is called as an arg or a metric is: each says which it is.
  const whole = (row: Row) =>
    row.key.startsWith("metric ") || !names.has(row.title) ? row : { ...row, title: row.key };
  return [
    ...shown.filter(isChosen).map(ofField),
    ...byWorth(metrics).map(ofMetric),
    ...shown.filter((field) => !isChosen(field)).map(ofField),
  ].map(whole);
}

function hasAny(values: Record<string, unknown>): boolean {
  return Object.values(values).some((value) => said(value) !== "");
}

function ofField({ path, group, differs, values }: ComparedField): Row {
  return {
    ...{ key: path, title: titleOf(path), group, differs, best: new Set() },
    numeric: Object.values(values).every((value) => typeof value === "number"),
    value: (run) => values[run],
    shown: (run) => worded(path, values[run]),
    more: (run) => said(values[run]),
  };
}

function ofMetric({ name, goal, values }: ComparedMetric): Row {
  const lasts = Object.entries(values).flatMap(([run, { last }]) => (typeof last === "number" ? [{ run, last }] : []));
  const numbers = lasts.map(({ last }) => last);
  const top = goal === "min" ? Math.min(...numbers) : Math.max(...numbers);
  const best = goal && lasts.length > 1 ? lasts.filter(({ last }) => last === top).map(({ run }) => run) : [];
  return {
    ...{ key: `metric ${name}`, title: name, group: "metrics, last", differs: true, numeric: true },
    ...{ best: new Set(best), goal },
    value: (run) => values[run]?.last,
    shown: (run) => said(values[run]?.last),
    more: (run) => summed(values[run]),
  };
}

function summed(summary: MetricSummary | undefined): string {
  if (!summary) return "";
  const { last, count, min, min_step, max, max_step } = summary;
  const at = (step: number | undefined) => (step === undefined ? "" : ` at step ${figure(step)}`);
  const least = min === undefined ? "" : `, min ${figure(min)}${at(min_step)}`;
  const greatest = max === undefined ? "" : `, max ${figure(max)}${at(max_step)}`;
  return `last ${said(last)} of ${figure(count)}${least}${greatest}`;
}

function worded(path: string, value: unknown): string {
  return typeof value === "number" && path.endsWith("_bytes") ? bytes(value) : shortened(said(value));
}

function shortened(text: string): string {
  const plain = text.replaceAll(/\b(sha256:[0-9a-f]{10})[0-9a-f]{54}\b/g, "$1…");
  return plain.length > 60 ? `${plain.slice(0, 59)}…` : plain;
}
