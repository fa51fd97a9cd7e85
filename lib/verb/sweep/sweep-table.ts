// A table of axes by metric: the first two axes that vary, the metric's mean over everything else; without a metric how many
// points have succeeded.
import { plain } from "../../command/plain.js";
import { hasSucceeded } from "../../record/state.js";
import type { SweepStatus } from "../../record/sweep.js";
import { valueText } from "./sweep-view.js";

type Point = NonNullable<SweepStatus["points"]>[number];

export interface SweepTableView {
  title: string;
  columns: { key: string; title: string; number: boolean }[];
  rows: Record<string, unknown>[];
}

/** The most columns of values. */
const widest = 10;

/** The table of a sweep; undefined where nothing varies, or not in a few values. */
export function sweepTable({ points = [], metric }: SweepStatus): SweepTableView | undefined {
  const [down, across] = axesOf(points);
  if (down === undefined) return undefined;
  const what = metric ? `mean ${plain(metric.name)}` : "succeeded";
  const cell = (some: readonly Point[]) => (metric ? mean(some) : progress(some));
  const rows = group(points, down.path);
  const values = across && across.values.length <= widest ? across : undefined;
  const cells = values ? values.values.map((value, i) => ({ value, key: `value ${i}` })) : [];
  return {
    title: `${what} by ${[down, ...(values ? [values] : [])].map(({ path }) => plain(path)).join(" × ")}`,
    columns: [
      { key: "down", title: values ? `${plain(down.path)} ╲ ${plain(values.path)}` : plain(down.path), number: false },
      ...cells.map(({ value, key }) => ({ key, title: valueText(JSON.parse(value)), number: true })),
      { key: "all", title: values ? "all" : what, number: true },
    ],
    rows: [...rows].map(([value, some]) => ({
      down: valueText(JSON.parse(value)),
      all: cell(some),
      ...Object.fromEntries(
        cells.map(({ value: of, key }) => [key, cell(some.filter((one) => text(one, values?.path) === of))]),
      ),
    })),
  };
}

/** The axes that vary, those of seeds last, the longer of the first two downwards. */
function axesOf(points: readonly Point[]): { path: string; values: string[] }[] {
  const paths = [...new Set(points.flatMap(({ point }) => Object.keys(point)))];
  const all = [...paths.filter((path) => path !== "seed"), ...paths.filter((path) => path === "seed")];
  const some = all
    .map((path) => ({ path, values: [...group(points, path).keys()] }))
    .filter(({ values }) => values.length > 1 && values.length <= 40)
    .slice(0, 2);
  return some.sort((a, b) => b.values.length - a.values.length);
}

function group(points: readonly Point[], path: string): Map<string, Point[]> {
  const groups = new Map<string, Point[]>();
  for (const point of points) {
    const key = text(point, path);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), point]);
  }
  return groups;
}

function text({ point }: Point, path: string | undefined): string | undefined {
  return path !== undefined && Object.hasOwn(point, path) ? JSON.stringify(point[path]) : undefined;
}

function mean(points: readonly Point[]): number | string {
  const values = points.flatMap(({ value }) => value ?? []);
  return values.length === 0
    ? "·"
    : Number((values.reduce((sum, value) => sum + value, 0) / values.length).toPrecision(5));
}

function progress(points: readonly Point[]): string {
  if (points.length === 0) return "·";
  return `${points.filter(({ state }) => hasSucceeded(state)).length}/${points.length}`;
}
