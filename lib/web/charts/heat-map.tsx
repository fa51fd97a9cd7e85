// What was reached over two axes: a cell is the mean of its points, and says how many these are.
import { figure, said } from "../parts/format.js";
import { clamped, goodness } from "./scale.js";

export interface HeatPoint {
  id: string;
  values: Record<string, unknown>;
  value?: number | undefined;
  state: string;
}

interface Shape {
  points: readonly HeatPoint[];
  across: string;
  down: string;
  metric?: { title: string; goal: "min" | "max"; bounds: readonly [number, number] } | undefined;
  chosen: ReadonlySet<string>;
  onChoose(ids: readonly string[]): void;
}

export function HeatMap({ points, across, down, metric, chosen, onChoose }: Shape) {
  const columns = valuesOf(points, across);
  const rows = valuesOf(points, down);
  const cells = new Map<string, HeatPoint[]>();
  for (const point of points) {
    const key = keyOf(point.values[across], point.values[down]);
    cells.set(key, [...(cells.get(key) ?? []), point]);
  }
  return (
    <div class="heat">
      <table>
        <caption class="hidden">
          The mean of {metric?.title ?? "what was reached"} by {across} and {down}
        </caption>
        <thead>
          <tr>
            <th scope="col" class="heat-corner">
              <span>{down}</span> <span aria-hidden="true">↓ →</span> <span>{across}</span>
            </th>
            {columns.map((value) => (
              <th key={said(value)} scope="col">
                {said(value)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={said(row)}>
              <th scope="row">{said(row)}</th>
              {columns.map((column) => (
                <td key={said(column)}>
                  <Cell
                    points={cells.get(keyOf(column, row)) ?? []}
                    metric={metric}
                    chosen={chosen}
                    onChoose={onChoose}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({
  points,
  metric,
  chosen,
  onChoose,
}: Pick<Shape, "metric" | "chosen" | "onChoose"> & { points: readonly HeatPoint[] }) {
  if (points.length === 0) return <span class="heat-cell none" />;
  const values = points.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const mean = values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : undefined;
  const good = mean !== undefined && metric ? goodness(mean, metric.bounds, metric.goal) : undefined;
  const failed = points.filter(({ state }) => state === "failed" || state === "lost").length;
  const open = points.length - values.length - failed;
  const missing = [failed > 0 && `${failed} failed`, open > 0 && `${open} open`].filter(Boolean).join(", ");
  const all = points.every(({ id }) => chosen.has(id));
  return (
    <button
      type="button"
      class="heat-cell"
      style={
        good === undefined
          ? {}
          : {
              background: heatOf(good),
            }
      }
      aria-pressed={all}
      title={`${points.length} points${missing ? `, ${missing}` : ""}`}
      onClick={() => onChoose(points.map(({ id }) => id))}
    >
      <span>{mean === undefined ? "–" : figure(Number(mean.toPrecision(4)))}</span>
      {missing && <small>{missing}</small>}
    </button>
  );
}

/** Pale for the worst; what is written on it can be read on the best, too. */
function heatOf(good: number): string {
  return `color-mix(in oklab, var(--heat) ${Math.round(6 + 94 * clamped(good))}%, var(--paper))`;
}

function keyOf(a: unknown, b: unknown): string {
  return JSON.stringify([a, b]);
}

function valuesOf(points: readonly HeatPoint[], axis: string): unknown[] {
  const all = [...new Map(points.map(({ values }) => [JSON.stringify(values[axis]), values[axis]])).values()];
  return all.every((value) => typeof value === "number") ? (all as number[]).sort((a, b) => a - b) : all;
}
