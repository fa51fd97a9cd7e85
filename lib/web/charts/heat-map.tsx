// What was reached over two axes: a cell tells of its points, and says how many failed or go on.
import { useState } from "preact/hooks";
import { figure } from "../parts/format.js";
import { Scroll } from "../parts/scroll.js";
import { kindOfState } from "../parts/state-mark.js";
import { type Bin, binsOf } from "./bins.js";
import { clamped, goodness } from "./scale.js";

export interface HeatPoint {
  id: string;
  values: Record<string, unknown>;
  value?: number | undefined;
  state: string;
}

/** Which number of its points a cell shows. */
export const measures = ["median", "mean", "best"] as const;
export type Measure = (typeof measures)[number];

interface Shape {
  points: readonly HeatPoint[];
  across: string;
  down: string;
  measure: Measure;
  metric: { title: string; goal: "min" | "max"; bounds: readonly [number, number] };
  chosen: ReadonlySet<string>;
  onChoose(ids: readonly string[]): void;
}

export function HeatMap({ points, across, down, measure, metric, chosen, onChoose }: Shape) {
  const [more, setMore] = useState(false);
  const columns = binsOf(points.map(({ values }) => values[across]));
  const rows = binsOf(points.map(({ values }) => values[down]));
  const cell = (row: Bin, column: Bin) =>
    points.filter(({ values }) => column.has(values[across]) && row.has(values[down]));
  const marked = points.some(({ value }) => value === undefined);
  return (
    <>
      <Scroll
        kind={`heat ${columns.length > 6 ? "dense" : ""}`}
        label={`${metric.title} by ${across} and ${down}`}
        onMore={setMore}
      >
        <table>
          <caption class="hidden">
            The {measure} of {metric.title} by {across} and {down}
          </caption>
          <thead>
            <tr>
              <th scope="col" class="heat-corner">
                <span>{short(down)}</span> <span aria-hidden="true">↓ →</span> <span>{short(across)}</span>
              </th>
              {columns.map(({ key, label }) => (
                <th key={key} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key}>
                <th scope="row">{row.label}</th>
                {columns.map((column) => (
                  <td key={column.key}>
                    <Cell
                      points={cell(row, column)}
                      measure={measure}
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
      </Scroll>
      <p class="heat-words soft">
        The stronger the colour the better{marked && "; ✕ failed, … without a value yet"}
        {more && "; more columns to the right"}
      </p>
    </>
  );
}

function short(path: string): string {
  return path.replace(/^(params|args)\./, "");
}

function Cell({ points, measure, metric, chosen, onChoose }: Omit<Shape, "across" | "down">) {
  if (points.length === 0) return <span class="heat-cell none" />;
  const values = points.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const value = measured(values, measure, metric.goal);
  const good = value === undefined ? undefined : goodness(value, metric.bounds, metric.goal);
  const failed = points.filter(({ state }) => state === "failed" || state === "lost").length;
  const open = points.filter(({ state, value: one }) => one === undefined && !isOver(state)).length;
  const alone = points.length === 1;
  const words = [
    `${measure} of ${values.length} of ${points.length} points`,
    failed > 0 && `${failed} failed`,
    open > 0 && `${open} without a value yet`,
  ];
  return (
    <button
      type="button"
      class="heat-cell"
      style={good === undefined ? {} : { background: heatOf(good) }}
      aria-pressed={points.every(({ id }) => chosen.has(id))}
      title={words.filter(Boolean).join(", ")}
      onClick={() => onChoose(points.map(({ id }) => id))}
    >
      <span>{value === undefined ? "–" : figure(Number(value.toPrecision(3)))}</span>
      {(failed > 0 || open > 0) && (
        <small aria-hidden="true">
          {[failed > 0 && `${alone ? "" : failed}✕`, open > 0 && `${alone ? "" : open}…`].filter(Boolean).join(" ")}
        </small>
      )}
    </button>
  );
}

/** Of a point that goes on, or waits, a value may yet come. */
function isOver(state: string): boolean {
  const kind = kindOfState(state);
  return kind !== "running" && kind !== "queued";
}

function measured(values: readonly number[], measure: Measure, goal: "min" | "max"): number | undefined {
  if (values.length === 0) return undefined;
  if (measure === "mean") return values.reduce((sum, value) => sum + value, 0) / values.length;
  if (measure === "best") return goal === "min" ? Math.min(...values) : Math.max(...values);
  const sorted = values.toSorted((a, b) => a - b);
  const [a = 0, b = a] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]];
  return (a + b) / 2;
}

/** Pale for the worst; what is written on it can be read on the best, too. */
function heatOf(good: number): string {
  return `color-mix(in oklab, var(--heat) ${Math.round(6 + 94 * clamped(good))}%, var(--paper))`;
}
