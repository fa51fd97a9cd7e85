// What is drawn over the curves of a chart: where values could not be drawn, and at the end of each curve whose it is.
import type uPlot from "uplot";
import { strokeOf } from "../../graph/curve-colours.js";
import type { Line } from "../../graph/curves.js";

/** So many curves at most have their names beside them; more would be a list, which the legend is. */
const mostNamed = 8;

/** Room for the names at the right, in pixels; none where none are drawn. */
export function roomForNames(lines: readonly Line[], width: number): number {
  const own = lines.filter(({ kind }) => kind === "line");
  if (own.length < 2 || own.length > mostNamed || width < 300) return 0;
  return Math.min(110, 14 + 7.4 * Math.max(...own.map(({ curve }) => Math.min(14, curve.label.length))));
}

/** A cross at the foot of the chart for each value that is no finite number, or has no place on the axis. */
export function markGaps(chart: uPlot, lines: readonly Line[], dark: boolean): void {
  const { ctx, bbox } = chart;
  const fine = devicePixelRatio;
  const foot = bbox.top + bbox.height - 5 * fine;
  for (const { kind, values, curve } of lines) {
    if (kind !== "line") continue;
    ctx.save();
    ctx.strokeStyle = strokeOf(curve.pen, dark).colour;
    ctx.lineWidth = 1.4 * fine;
    ctx.beginPath();
    let last = Number.NEGATIVE_INFINITY;
    for (const [i, value] of values.entries()) {
      if (value !== null) continue;
      const at = chart.valToPos(chart.data[0][i] ?? 0, "x", true);
      if (at < bbox.left || at > bbox.left + bbox.width || at - last < 6 * fine) continue;
      last = at;
      const size = 2.5 * fine;
      ctx.moveTo(at - size, foot - size);
      ctx.lineTo(at + size, foot + size);
      ctx.moveTo(at - size, foot + size);
      ctx.lineTo(at + size, foot - size);
    }
    ctx.stroke();
    ctx.restore();
  }
}

/** The names of curves beside their ends, none over another. */
export function nameEnds(chart: uPlot, lines: readonly Line[], dark: boolean): void {
  const { ctx, bbox } = chart;
  const fine = devicePixelRatio;
  const { max = 0 } = chart.scales["x"] ?? {};
  const ends = lines.flatMap(({ kind, values, curve }) => {
    if (kind !== "line") return [];
    const i = values.findLastIndex((value, n) => typeof value === "number" && (chart.data[0][n] ?? 0) <= max);
    const value = values[i];
    if (typeof value !== "number") return [];
    const y = chart.valToPos(value, "y", true);
    return [{ curve, y: Math.min(bbox.top + bbox.height, Math.max(bbox.top, y)) }];
  });
  ends.sort((a, b) => a.y - b.y);
  const line = 12 * fine;
  for (let i = 1; i < ends.length; i += 1) {
    const [before, here] = [ends[i - 1], ends[i]];
    if (before && here) here.y = Math.max(here.y, before.y + line);
  }
  const below = (ends.at(-1)?.y ?? 0) - (bbox.top + bbox.height);
  ctx.save();
  ctx.font = `${11 * fine}px ${getComputedStyle(document.body).fontFamily}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (const { curve, y } of ends) {
    ctx.fillStyle = strokeOf(curve.pen, dark).colour;
    const label = curve.label.length > 14 ? `${curve.label.slice(0, 13)}…` : curve.label;
    ctx.fillText(label, bbox.left + bbox.width + 6 * fine, y - Math.max(0, below));
  }
  ctx.restore();
}
