// What uPlot is told of a chart.
import type uPlot from "uplot";
import { elapsed, figure } from "../parts/format.js";
import { type Columns, type Line, rangeOf } from "./curves.js";
import { faint, penOf } from "./palette.js";
import type { ChartSettings } from "./settings.js";

interface Asked {
  columns: Columns;
  settings: ChartSettings;
  width: number;
  height: number;
  dark: boolean;
  /** The place of the cross hair among the columns' x. */
  onCursor(at: number | undefined): void;
  onZoom(zoomed: boolean): void;
}

/** All charts of a page move their cross hairs together. */
const together = "page";

export function drawing({ columns, settings, width, height, dark, onCursor, onZoom }: Asked): uPlot.Options {
  const { x, logX, logY, clip } = settings;
  const { lines } = columns;
  const ink = colourOf("--soft");
  const grid = { stroke: colourOf("--line"), width: 1 };
  const ticks = { show: false };
  const font = `11px ${getComputedStyle(document.body).fontFamily}`;
  const [first = 0, last = 1] = [columns.x[0], columns.x.at(-1)];
  const words = (_: uPlot, splits: number[]) => splits.map((at) => (at === null ? "" : short(at)));
  const since = (_: uPlot, splits: number[]) => splits.map((at) => elapsed(at));
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 10, 0, 0],
    cursor: {
      sync: { key: together, setSeries: false },
      drag: { x: true, y: false },
      focus: { prox: 16 },
      points: { size: 6 },
    },
    focus: { alpha: 0.25 },
    scales: {
      x: { time: x === "time", distr: logX ? 3 : 1 },
      y: {
        distr: logY ? 3 : 1,
        range: () => rangeOf(lines, clip, logY) ?? [0, 1],
      },
    },
    axes: [
      {
        stroke: ink,
        grid,
        ticks,
        font,
        size: 26,
        space: 64,
        ...(x === "time" ? {} : { values: x === "relative" ? since : words }),
      },
      { stroke: ink, grid, ticks, font, size: 56, values: words },
    ],
    series: [{}, ...lines.map((line) => seriesOf(line, dark, lines.length))],
    bands: bandsOf(lines, dark),
    hooks: {
      setCursor: [({ cursor }) => onCursor(cursor.idx ?? undefined)],
      setScale: [
        ({ scales }, key) => {
          if (key === "x") onZoom((scales["x"]?.min ?? first) > first || (scales["x"]?.max ?? last) < last);
        },
      ],
    },
  };
}

function seriesOf({ curve, kind, values }: Line, dark: boolean, count: number): uPlot.Series {
  const { colour, dash } = penOf(curve.pen, dark);
  const alone = values.filter((value) => value !== null).length < 2;
  return {
    label: curve.label,
    stroke: kind === "line" ? colour : kind === "raw" ? faint(colour, 0.3) : faint(colour, 0),
    width: kind === "line" ? (count > 20 ? 1.2 : 1.6) : 1,
    ...(dash.length > 0 ? { dash: [...dash] } : {}),
    spanGaps: true,
    points: { show: alone && kind === "line", size: 6, fill: colour },
  };
}

function bandsOf(lines: readonly Line[], dark: boolean): uPlot.Band[] {
  return lines.flatMap(({ kind, curve }, i) =>
    kind === "high" ? [{ series: [i + 1, i + 2], fill: faint(penOf(curve.pen, dark).colour, 0.16) }] : [],
  );
}

function colourOf(name: string): string {
  // light-dark() is resolved for properties only.
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** A number beside an axis: 12k, 1.5M, 3e-4. */
function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${figure(value / 1e9)}G`;
  if (size >= 1e6) return `${figure(value / 1e6)}M`;
  if (size >= 1e4) return `${figure(value / 1e3)}k`;
  return figure(Number(value.toPrecision(10)));
}
