// What a plot says of its curves, and how they look.
import { plainNumber } from "./scale.js";

export interface Curve {
  /** A short name, for the end of the curve and the legend. */
  name: string;
  /** What else the legend says of it. */
  about: string;
  /** Which of the colours, or patterns of dots, it has. */
  look: number;
  x: Float64Array;
  y: Float64Array;
  /** What `y` was made from: where there are colours it is seen behind it, and the numbers of the legend are its own. */
  raw: Float64Array | undefined;
}

const colours = [39, 208, 35, 170, 178, 44, 203, 141];
// Where there are no colours, a curve is told from another by its dots: how many of a row are there, and how many are not.
export const dashes: [number, number][] = [
  [1, 0],
  [5, 3],
  [1, 2],
  [2, 4],
  [1, 5],
  [9, 3],
];

export interface Words {
  title: string;
  /** What is along the axis of x. */
  unit: string;
  /** In characters. */
  width: number;
  /** The text without what could steer a terminal. */
  plain: (text: string) => string;
}

export type Paint = ReturnType<typeof painter>;

/** How each part of a plot is coloured, or that nothing is. */
export function painter({ colour }: { colour: boolean }) {
  const wrap = (code: string, text: string) => (colour && text !== "" ? `\u001b[${code}m${text}\u001b[0m` : text);
  return {
    dim: (text: string) => wrap("2", text),
    bold: (text: string) => wrap("1", text),
    bad: (text: string) => wrap("31", text),
    curve: ({ look }: Curve, text: string) => wrap(`38;5;${colours[look % colours.length]}`, text),
    raw: ({ look }: Curve, text: string) => wrap(`2;38;5;${colours[look % colours.length]}`, text),
    colour,
  };
}

/** The line above: the title, and of one curve alone all that there is to say. */
export function heading(curves: readonly Curve[], { title, unit, plain }: Words, paint: Paint): string {
  const [only] = curves;
  const what = `${paint.bold(plain(title))} ${paint.dim(`by ${unit}`)}`;
  if (curves.length !== 1 || !only) return what;
  return `${what}  ${paint.curve(only, only.name)}  ${[plain(only.about), paint.dim(numbersOf(only)), paint.bad(notFinite(only))].filter(Boolean).join("  ")}`;
}

const mostInLegend = 24;

/** A line for each curve: a piece of it, its name, and its numbers as far as there is room. */
export function legend(curves: readonly Curve[], { plain, width }: Words, paint: Paint): string[] {
  const named = Math.max(...curves.map(({ name }) => name.length));
  const told = Math.max(...curves.map(({ about }) => plain(about).length));
  const lines = curves.slice(0, mostInLegend).map((curve) => {
    const bad = notFinite(curve);
    const room = Math.max(0, width - named - 12 - (bad === "" ? 0 : bad.length + 2));
    const about = plain(curve.about).slice(0, room).padEnd(Math.min(told, room));
    const numbers = numbersOf(curve);
    const parts = [
      `  ${paint.curve(curve, `${sample(curve, paint)} ${curve.name.padEnd(named)}`)}`,
      about,
      about.length + numbers.length <= room ? paint.dim(numbers) : "",
      paint.bad(bad),
    ];
    return parts
      .filter((part) => part.trim() !== "")
      .join("  ")
      .trimEnd();
  });
  if (curves.length > mostInLegend) lines.push(paint.dim(`  and ${curves.length - mostInLegend} more`));
  return lines;
}

/** A piece of the curve as it is drawn. */
function sample({ look }: Curve, { colour }: Paint): string {
  if (colour) return "━━";
  const [on, off] = dashes[look % dashes.length] ?? [1, 0];
  return Array.from({ length: 5 }, (_, i) =>
    String.fromCharCode(
      0x2800 + [0, 1].reduce((dots, x) => dots | ((i * 2 + x) % (on + off) < on ? (bit[x] ?? 0) : 0), 0),
    ),
  ).join("");
}
const bit = [0x04, 0x20];

function numbersOf({ y, raw }: Curve): string {
  let [least, most, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
  for (const value of raw ?? y) {
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
    last = value;
  }
  if (least > most) return "no finite value";
  return [
    ["last", last],
    ["min", least],
    ["max", most],
  ]
    .map(([word, value]) => `${word} ${short(value as number).padEnd(8)}`)
    .join(" ")
    .trimEnd();
}

function short(value: number): string {
  return Math.abs(value) >= 1e5 ? plainNumber(value) : String(Number(value.toPrecision(4)));
}

function notFinite({ y }: Curve): string {
  const bad = y.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
  return bad === 0 ? "" : `${bad} not finite`;
}
