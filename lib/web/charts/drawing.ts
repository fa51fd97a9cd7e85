// What uPlot is told of a chart.
import type uPlot from "uplot";
import { faint, strokeOf } from "../../graph/curve-colours.js";
import { type Columns, type Line, rangeOf } from "../../graph/curves.js";
import { elapsed, figure } from "../parts/format.js";
import { markGaps, nameEnds, roomForNames } from "./marks.js";
import type { ChartSettings } from "./settings.js";

export type Range = readonly [from: number, to: number];

interface Asked {
  columns: Columns;
  settings: ChartSettings;
  width: number;
  height: number;
  dark: boolean;
  /** The place of the cross hair among the columns' x. */
  onCursor(at: number | undefined): void;
  /** What of x is seen, and whether that is a part only. */
  onZoom(range: Range, isPart: boolean): void;
}

/** All charts of a page move their cross hairs together; what is zoomed into, the address says to all of them. */
const together = "page";

export function drawing({ columns, settings, width, height, dark, onCursor, onZoom }: Asked): uPlot.Options {
  const { x, logX, logY } = settings;
  const { lines } = columns;
  const ink = colourOf("--soft");
  const grid = { stroke: colourOf("--line"), width: 1 };
  const ticks = { show: false };
  const font = `11px ${getComputedStyle(document.body).fontFamily}`;
  const [first = 0, last = 1] = [columns.x[0], columns.x.at(-1)];
  const words = (_: uPlot, splits: number[]) => splits.map((at) => (at === null ? "" : short(at)));
  const since = (_: uPlot, splits: number[]) => splits.map((at) => elapsed(at));
  let seen: Range = [first, last];
  const names = roomForNames(lines, width);
  const pub = (type: string) => type !== "mousedown" && type !== "mouseup" && type !== "dblclick";
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, Math.max(18, names), 0, 0],
    cursor: {
      sync: { key: together, setSeries: false, filters: { pub } },
      drag: { x: true, y: false },
      focus: { prox: 16 },
      points: { size: 6 },
    },
    focus: { alpha: 0.25 },
    scales: {
      x: {
        time: x === "time",
        distr: logX ? 3 : 1,
        // Asked before that of y, which goes by what is seen of x.
        range: (_, min, max) => {
          seen = max > min ? [min, max] : logX ? [min / 2, min * 2] : [min - 1, min + 1];
          return [seen[0], seen[1]];
        },
      },
      y: {
        distr: logY ? 3 : 1,
        range: () => rangeOf(lines, settings, placesIn(columns.x, seen)) ?? [0.1, 1],
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
        ...(x === "step" && !logX ? { incrs: wholeSteps } : {}),
      },
      { stroke: ink, grid, ticks, font, size: 56, values: words },
    ],
    series: [{}, ...lines.map((line) => seriesOf(line, dark, lines.length))],
    bands: bandsOf(lines, dark),
    hooks: {
      setCursor: [({ cursor }) => onCursor(cursor.idx ?? undefined)],
      setScale: [
        ({ scales }, key) => {
          if (key !== "x") return;
          const { min = first, max = last } = scales["x"] ?? {};
          onZoom([min, max], min > first || max < last);
        },
      ],
      draw: [
        (chart) => {
          markGaps(chart, lines, dark);
          if (names > 0) nameEnds(chart, lines, dark);
        },
      ],
    },
  };
}

/** What may lie between two labels of steps, of which there are no parts. */
const wholeSteps = Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((one) => one * 10 ** power)).flat();

/** The first and the last place of x that are seen. */
function placesIn(x: readonly number[], [min, max]: Range): [number, number] {
  const from = x.findIndex((at) => at >= min);
  const to = x.findLastIndex((at) => at <= max);
  return from < 0 || to < from ? [0, x.length] : [from, to];
}

function seriesOf({ curve, kind, values }: Line, dark: boolean, count: number): uPlot.Series {
  const { colour, dash } = strokeOf(curve.pen, dark);
  const alone = values.filter((value) => typeof value === "number").length < 2;
  return {
    label: curve.label,
    stroke: kind === "line" ? colour : kind === "raw" ? faint(colour, 0.3) : faint(colour, 0),
    width: kind === "line" ? (count > 20 ? 1.2 : 1.6) : 1,
    ...(dash.length > 0 ? { dash: [...dash] } : {}),
    points: { show: alone && kind === "line", size: 6, fill: colour },
  };
}

function bandsOf(lines: readonly Line[], dark: boolean): uPlot.Band[] {
  return lines.flatMap(({ kind, curve }, i) =>
    kind === "high" ? [{ series: [i + 1, i + 2], fill: faint(strokeOf(curve.pen, dark).colour, 0.16) }] : [],
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
