// Curves as a drawing that stands alone: an SVG with its legend, in which nothing refers to anything outside.
import { strokeOf } from "./curve-colours.js";
import { type Column, type Columns, type Curve, figuresOf, type Line, rangeOf, type Settings } from "./curves.js";
import { figure } from "./figure.js";

type Tick = [at: number, label: string];

export interface Frame {
  title: string;
  width: number;
  height: number;
  x: [number, number];
  y: [number, number];
  logX: boolean;
  logY: boolean;
  dark: boolean;
  ticks: { x: Tick[]; y: Tick[] };
  /** What is said below it: what was left out, and why. */
  note?: string;
}

const edge = { left: 64, top: 34, right: 16, bottom: 34 };
const row = 18;

/** The chart as SVG, with its legend below. Pure. */
export function chartSvg({ x, lines }: Columns, frame: Frame): string {
  const { width, height, dark, ticks, note } = frame;
  const [across, down] = [width - edge.left - edge.right, height - edge.top - edge.bottom];
  const px = (value: number) => edge.left + across * share(value, frame.x, frame.logX);
  const py = (value: number) => edge.top + down * (1 - share(value, frame.y, frame.logY));
  const [paper, ink, line] = dark ? ["#131518", "#e7e9ec", "#33383f"] : ["#ffffff", "#15181d", "#dfe3e8"];
  const curves = [...new Set(lines.map(({ curve }) => curve))];
  const total = height + 8 + row * (curves.length + (note ? 1 : 0));
  const drawn = lines.map((one, i) => drawnLine(one, lines[i + 1], x, px, py, dark));
  const grid = [
    ...ticks.x.map(([at, label]) => {
      const place = px(at).toFixed(1);
      return `<path d="M${place} ${edge.top}V${edge.top + down}" stroke="${line}"/><text x="${place}" y="${edge.top + down + 18}" text-anchor="middle">${escaped(label)}</text>`;
    }),
    ...ticks.y.map(([at, label]) => {
      const place = py(at);
      return `<path d="M${edge.left} ${place.toFixed(1)}H${edge.left + across}" stroke="${line}"/><text x="${edge.left - 8}" y="${(place + 4).toFixed(1)}" text-anchor="end">${escaped(label)}</text>`;
    }),
  ];
  const clip = `box-${frame.title.replaceAll(/[^\w-]/g, "_")}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${total}" viewBox="0 0 ${width} ${total}" font-family="system-ui, sans-serif" font-size="12" fill="${ink}" role="img" aria-label="${escaped(frame.title)}">
<rect width="${width}" height="${total}" fill="${paper}"/><text x="${edge.left}" y="20" font-size="14" font-weight="600">${escaped(frame.title)}</text>
<clipPath id="${clip}"><rect x="${edge.left}" y="${edge.top}" width="${across}" height="${down}"/></clipPath>
${grid.join("\n")}
<g clip-path="url(#${clip})">${drawn.join("\n")}</g>
${curves.map((curve, i) => legendRow(curve, height + 16 + row * i, frame)).join("\n")}
${note ? `<text x="${edge.left}" y="${height + 16 + row * curves.length}" fill-opacity="0.7">${escaped(note)}</text>` : ""}
</svg>
`;
}

/** The chart over the whole of its curves; undefined where nothing can be drawn. Pure. */
export function wholeChart(
  columns: Columns,
  settings: Settings,
  { title, width, height, dark = false }: { title: string; width: number; height: number; dark?: boolean },
): string | undefined {
  const y = rangeOf(columns.lines, settings);
  if (!y) return undefined;
  const { logX, logY } = settings;
  const x: [number, number] = [columns.x[0] ?? 0, columns.x.at(-1) ?? 1];
  const note = leftOut(columns);
  const ticks = { x: ticksOf(x, settings.x, logX), y: ticksOf(y, "step", logY) };
  return chartSvg(columns, { ...{ title, width, height, x, y, logX, logY, dark, ticks }, ...(note ? { note } : {}) });
}

/** What of the values is not drawn, in words; empty where all are. */
export function leftOut({ odd, placeless }: Columns): string {
  return [
    odd > 0 ? `${figure(odd)} NaN or infinite` : "",
    placeless > 0 ? `${figure(placeless)} at or below 0 have no place on an axis of logarithms` : "",
  ]
    .filter(Boolean)
    .join(", ");
}

type Place = (value: number) => number;

function drawnLine(one: Line, next: Line | undefined, x: readonly number[], px: Place, py: Place, dark: boolean) {
  const { curve, values, kind } = one;
  const { colour, dash } = strokeOf(curve.pen, dark);
  if (kind === "low") return "";
  if (kind === "high" && next)
    return `<path d="${areaOf(x, values, next.values, px, py)}" fill="${colour}" fill-opacity="0.16" stroke="none"/>`;
  const thin = kind === "line" ? `stroke-width="1.6"` : `stroke-width="1" stroke-opacity="0.35"`;
  const dashed = dash.length > 0 ? ` stroke-dasharray="${dash.join(" ")}"` : "";
  return `<path d="${pathOf(x, values, px, py)}" fill="none" stroke="${colour}" ${thin}${dashed}/>`;
}

function legendRow(curve: Curve, y: number, { dark, width }: Frame): string {
  const { colour, dash } = strokeOf(curve.pen, dark);
  const { last, min, max } = figuresOf(curve);
  const dashed = dash.length > 0 ? ` stroke-dasharray="${dash.join(" ")}"` : "";
  const figures =
    last === undefined ? "" : `last ${figure(last)}  min ${figure(min ?? last)}  max ${figure(max ?? last)}`;
  const room = Math.max(12, Math.floor((width - edge.left - 48 - figures.length * 6.4) / 6.4));
  const words = [curve.label, curve.note].filter(Boolean).join("  ");
  const text = escaped(words.length > room ? `${words.slice(0, room - 1)}…` : words);
  return `<path d="M${edge.left} ${y - 4}h24" stroke="${colour}" stroke-width="2"${dashed}/><text x="${edge.left + 32}" y="${y}">${text}</text><text x="${width - edge.right}" y="${y}" text-anchor="end" fill-opacity="0.8">${escaped(figures)}</text>`;
}

function share(value: number, [from, to]: [number, number], log: boolean): number {
  return log
    ? (Math.log(value) - Math.log(from)) / (Math.log(to) - Math.log(from) || 1)
    : (value - from) / (to - from || 1);
}

/** What has no value here is passed over; where a value cannot be drawn the line has a gap. */
function pathOf(x: readonly number[], values: Column, px: Place, py: Place): string {
  let d = "";
  let begins = true;
  for (const [i, value] of values.entries()) {
    if (value === undefined) continue;
    if (value !== null) d += `${begins ? "M" : "L"}${px(x[i] ?? 0).toFixed(1)} ${py(value).toFixed(1)}`;
    begins = value === null;
  }
  return d;
}

function areaOf(x: readonly number[], high: Column, low: Column, px: Place, py: Place): string {
  const places = high.flatMap((top, i) => {
    const bottom = low[i];
    return typeof top === "number" && typeof bottom === "number" ? [[px(x[i] ?? 0), py(top), py(bottom)] as const] : [];
  });
  const along = places.map(([at, top]) => `${at.toFixed(1)} ${top.toFixed(1)}`);
  const back = places.toReversed().map(([at, , bottom]) => `${at.toFixed(1)} ${bottom.toFixed(1)}`);
  return places.length < 2 ? "" : `M${[...along, ...back].join("L")}Z`;
}

/** About five round places between two, said as the axis says them. */
function ticksOf([from, to]: [number, number], axis: Settings["x"], log: boolean): Tick[] {
  const word = (at: number) => {
    if (axis === "time") return new Date(at * 1000).toISOString().slice(5, 16).replace("T", " ");
    const short = figure(Number(at.toPrecision(10)));
    return axis === "relative" ? `${short} s` : short;
  };
  const ticks: Tick[] = [];
  const decades = Math.log10(to) - Math.log10(from);
  if (log && decades >= 1) {
    const every = Math.ceil(decades / 6);
    for (let power = Math.ceil(Math.log10(from)); 10 ** power <= to; power += every)
      ticks.push([10 ** power, word(10 ** power)]);
    return ticks;
  }
  const rough = (to - from) / 5;
  const size = 10 ** Math.floor(Math.log10(rough || 1));
  const step = [1, 2, 5, 10].map((n) => n * size).find((n) => n >= rough) ?? size;
  for (let at = Math.ceil(from / step) * step; at <= to && ticks.length < 12; at += step) ticks.push([at, word(at)]);
  return ticks;
}

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
