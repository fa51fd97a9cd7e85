// A drawing of curves in characters: axes with round numbers, a name at the end of each curve, a legend.
import { braille } from "./braille.js";
import { type Curve, dashes, heading, legend, type Paint, painter } from "./plot-legend.js";
import { type Kind, type Scale, scale } from "./scale.js";

export type { Curve } from "./plot-legend.js";

export interface PlotStyle {
  title: string;
  /** What stands on the axis of x. */
  unit: string;
  x: "linear" | "log" | "time" | "duration";
  y: "linear" | "log";
  /** In characters, all of it; and the rows of the curves alone. */
  width: number;
  height: number;
  colour: boolean;
  /** The text without what could steer a terminal. */
  plain: (text: string) => string;
}

/** The drawing, line by line; undefined where no curve has a finite value. Pure but for the time zone. */
export function plot(curves: readonly Curve[], style: PlotStyle): string[] | undefined {
  const [xs, ys] = [range(curves, "x", style), range(curves, "y", style)];
  if (!xs || !ys) return undefined;
  const up = scale(ys, style.y, Math.max(2, Math.round(style.height / 2.5)));
  const labels = labelsOf(up, style.height);
  const left = Math.max(0, ...[...labels.values()].map((label) => label.length));
  const names = curves.length > 1 && style.width >= 60 ? Math.max(...curves.map(({ name }) => name.length)) + 1 : 0;
  const columns = Math.max(10, style.width - left - 2 - names);
  const along = scale(xs, kindOf(curves, style), Math.max(2, Math.floor(columns / 14)));
  const ends = names > 0 ? endsOf(curves, along, up, style.height) : new Map<number, Curve>();
  const canvas = drawnOn(curves, along, up, columns, style);
  const paint = painter(style);
  const lines = Array.from({ length: style.height }, (_, row) => {
    const label = (labels.get(row) ?? "").padStart(left);
    const end = ends.get(row);
    const cells = rowOf(curves, canvas, row, columns, paint, labels.has(row));
    const name = end ? ` ${paint.curve(end, end.name)}` : "";
    return `${paint.dim(`${label} ${labels.has(row) ? "┤" : "│"}`)}${cells}${name}`.trimEnd();
  });
  return [
    heading(curves, style, paint),
    ...lines,
    ...below(along, left, columns, paint),
    ...(curves.length > 1 ? legend(curves, style, paint) : []),
  ];
}

function kindOf(curves: readonly Curve[], { x: kind }: PlotStyle): Kind {
  return kind === "linear" && curves.every(({ x }) => x.every(Number.isInteger)) ? "count" : kind;
}

/** From the least to the most of what can be drawn. */
function range(curves: readonly Curve[], axis: "x" | "y", style: PlotStyle): [number, number] | undefined {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const isLog = style[axis] === "log";
  for (const { x, y, raw } of curves)
    for (const values of axis === "x" ? [x] : raw && style.colour ? [y, raw] : [y])
      for (let i = 0; i < values.length; i += 1) {
        const value = values[i] as number;
        if (!Number.isFinite(value) || (isLog && value <= 0) || !Number.isFinite(y[i])) continue;
        if (value < least) least = value;
        if (value > most) most = value;
      }
  return least > most ? undefined : [least, most];
}

/** The text beside each row that has a tick; of two for one row the first. */
function labelsOf({ ticks }: Scale, height: number): Map<number, string> {
  const labels = new Map<number, string>();
  for (const { at, label } of ticks) {
    const row = rowAt(at, height);
    if (!labels.has(row)) labels.set(row, label);
  }
  return labels;
}

function rowAt(at: number, height: number): number {
  return height - 1 - Math.floor(Math.min(Math.round(at * (height * 4 - 1)), height * 4 - 1) / 4);
}

function drawnOn(curves: readonly Curve[], along: Scale, up: Scale, columns: number, { height, colour }: PlotStyle) {
  const patterned = !colour && curves.length > 1;
  const canvas = braille(columns, height, curves.length * 2, (layer, x) => {
    const [on, off] = dashes[(curves[layer >> 1]?.look ?? 0) % dashes.length] ?? [1, 0];
    return !patterned || x % (on + off) < on;
  });
  for (const [i, { x, y, raw }] of curves.entries()) {
    draw(canvas, i * 2, x, y, along, up, columns, height);
    if (raw && colour) draw(canvas, i * 2 + 1, x, raw, along, up, columns, height);
  }
  return canvas;
}

/** The values, each joined to the one before it; what has no place on the axes is a gap. */
function draw(
  canvas: ReturnType<typeof braille>,
  layer: number,
  x: Float64Array,
  y: Float64Array,
  along: Scale,
  up: Scale,
  columns: number,
  height: number,
): void {
  let [fromX, fromY, alone] = [Number.NaN, Number.NaN, false];
  // A single value between gaps is more than one dot, or it would be overlooked.
  const dotted = () => {
    const [besideX, besideY] = [fromX === 0 ? 1 : fromX - 1, fromY === 0 ? 1 : fromY - 1];
    if (alone) canvas.line(layer, besideX, fromY, fromX, fromY);
    if (alone) canvas.line(layer, besideX, besideY, fromX, besideY);
  };
  for (let i = 0; i < x.length; i += 1) {
    const toX = Math.round(along.at(x[i] as number) * (columns * 2 - 1));
    const toY = Math.round(up.at(y[i] as number) * (height * 4 - 1));
    if (!Number.isFinite(toX) || !Number.isFinite(toY)) {
      dotted();
      [fromX, alone] = [Number.NaN, false];
      continue;
    }
    const first = Number.isNaN(fromX);
    if (first || toX !== fromX || toY !== fromY) canvas.line(layer, first ? toX : fromX, first ? toY : fromY, toX, toY);
    [fromX, fromY, alone] = [toX, toY, first];
  }
  dotted();
}

/** Beside which row the name of each curve stands: where it ends, or the nearest row that is free. */
function endsOf(curves: readonly Curve[], along: Scale, up: Scale, height: number): Map<number, Curve> {
  const ends = new Map<number, Curve>();
  for (const curve of curves) {
    const i = curve.y.findLastIndex(
      (value, at) => Number.isFinite(up.at(value)) && Number.isFinite(along.at(curve.x[at] as number)),
    );
    if (i < 0) continue;
    const row = rowAt(up.at(curve.y[i] as number), height);
    const free = Array.from({ length: height }, (_, by) => [row + by, row - by])
      .flat()
      .find((one) => one >= 0 && one < height && !ends.has(one));
    if (free !== undefined) ends.set(free, curve);
  }
  return ends;
}

/** A row of cells. Of several curves in one the one with the most dots gives the colour; a raw one is seen where no other is. */
function rowOf(
  curves: readonly Curve[],
  canvas: ReturnType<typeof braille>,
  row: number,
  columns: number,
  paint: Paint,
  ruled: boolean,
): string {
  const layers = curves.flatMap((curve, i) => [
    { curve, raw: false, cells: canvas.row(i * 2, row) },
    { curve, raw: true, cells: canvas.row(i * 2 + 1, row) },
  ]);
  const parts: { key: unknown; text: string; as: (text: string) => string }[] = [];
  for (let column = 0; column < columns; column += 1) {
    const here = layers.filter(({ cells }) => cells[column] !== 0);
    const top = here.some(({ raw }) => !raw) ? here.filter(({ raw }) => !raw) : here;
    const dots = top.reduce((all, { cells }) => all | (cells[column] ?? 0), 0);
    const most = top.reduce<(typeof top)[number] | undefined>(
      (best, one) => (best && count(best.cells[column] ?? 0) >= count(one.cells[column] ?? 0) ? best : one),
      undefined,
    );
    const empty = ruled && paint.colour ? "┈" : " ";
    const text = most ? String.fromCharCode(0x2800 + dots) : empty;
    const last = parts.at(-1);
    if (last && last.key === most) last.text += text;
    else if (last && most && last.key && same(last.key as typeof most, most)) last.text += text;
    else {
      const as = !most ? paint.dim : (text: string) => (most.raw ? paint.raw : paint.curve)(most.curve, text);
      parts.push({ key: most, text, as });
    }
  }
  return parts.map(({ text, as }) => (text.trim() === "" ? text : as(text))).join("");
}

function same(a: { curve: Curve; raw: boolean }, b: { curve: Curve; raw: boolean }): boolean {
  return a.curve === b.curve && a.raw === b.raw;
}

function count(bits: number): number {
  let ones = 0;
  for (let left = bits; left > 0; left >>= 1) ones += left & 1;
  return ones;
}

/** The axis below, and its numbers. */
function below({ ticks }: Scale, left: number, columns: number, paint: Paint): string[] {
  const axis = Array.from({ length: columns }, () => "─");
  const text = Array.from({ length: left + 2 + columns }, () => " ");
  let free = 0;
  for (const { at, label } of ticks) {
    const column = Math.min(columns - 1, Math.round(at * (columns * 2 - 1)) >> 1);
    const from = Math.max(0, Math.min(left + 2 + column - Math.floor(label.length / 2), text.length - label.length));
    if (from < free) continue;
    axis[column] = "┬";
    for (const [i, char] of [...label].entries()) text[from + i] = char;
    free = from + label.length + 1;
  }
  return [paint.dim(`${" ".repeat(left)} └${axis.join("")}`), paint.dim(text.join("").trimEnd())];
}
