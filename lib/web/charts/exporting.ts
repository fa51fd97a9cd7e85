// A chart to be taken along: as an image, as a drawing, as numbers.
import type { Columns, Curve } from "./curves.js";
import { penOf } from "./palette.js";

export function save(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name.replaceAll(/[^\w.-]+/g, "_");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A row for each x, a column for each curve as it is drawn. */
export function csvOf({ x, lines }: Columns, along: string): string {
  const drawn = lines.filter(({ kind }) => kind === "line");
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const head = [along, ...drawn.map(({ curve }) => quoted(curve.label))].join(",");
  const rows = x.map((at, i) => [at, ...drawn.map(({ values }) => values[i] ?? "")].join(","));
  return `${[head, ...rows].join("\n")}\n`;
}

export interface Frame {
  title: string;
  width: number;
  height: number;
  x: [number, number];
  y: [number, number];
  logX: boolean;
  logY: boolean;
  dark: boolean;
  ticks: { x: [number, string][]; y: [number, string][] };
}

const edge = { left: 64, top: 34, right: 16, bottom: 34 };

/** The chart as SVG, with its legend below; nothing in it refers to anything outside. */
export function svgOf({ x, lines }: Columns, frame: Frame): string {
  const { width, height, dark, ticks } = frame;
  const [across, down] = [width - edge.left - edge.right, height - edge.top - edge.bottom];
  const px = (value: number) => edge.left + across * share(value, frame.x, frame.logX);
  const py = (value: number) => edge.top + down * (1 - share(value, frame.y, frame.logY));
  const [paper, ink, line] = dark ? ["#131518", "#e7e9ec", "#33383f"] : ["#ffffff", "#15181d", "#dfe3e8"];
  const curves = [...new Set(lines.map(({ curve }) => curve))];
  const total = height + 8 + 18 * curves.length;
  const drawn = lines.map(({ curve, values, kind }) => {
    const { colour, dash } = penOf(curve.pen, dark);
    const d = pathOf(x, values, px, py);
    const thin = kind === "line" ? `stroke-width="1.6"` : `stroke-width="1" stroke-opacity="0.35"`;
    return `<path d="${d}" fill="none" stroke="${colour}" ${thin}${dash.length > 0 ? ` stroke-dasharray="${dash.join(" ")}"` : ""}/>`;
  });
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
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${total}" viewBox="0 0 ${width} ${total}" font-family="system-ui, sans-serif" font-size="12" fill="${ink}">
<rect width="${width}" height="${total}" fill="${paper}"/><text x="${edge.left}" y="20" font-size="14" font-weight="600">${escaped(frame.title)}</text>
<clipPath id="box"><rect x="${edge.left}" y="${edge.top}" width="${across}" height="${down}"/></clipPath>
${grid.join("\n")}
<g clip-path="url(#box)">${drawn.join("\n")}</g>
${curves.map((curve, i) => legendRow(curve, height + 16 + 18 * i, dark)).join("\n")}
</svg>
`;
}

function legendRow(curve: Curve, y: number, dark: boolean): string {
  const { colour, dash } = penOf(curve.pen, dark);
  const dashed = dash.length > 0 ? ` stroke-dasharray="${dash.join(" ")}"` : "";
  const text = escaped([curve.label, curve.note].filter(Boolean).join("  "));
  return `<path d="M${edge.left} ${y - 4}h24" stroke="${colour}" stroke-width="2"${dashed}/><text x="${edge.left + 32}" y="${y}">${text}</text>`;
}

function share(value: number, [from, to]: [number, number], log: boolean): number {
  return log
    ? (Math.log(value) - Math.log(from)) / (Math.log(to) - Math.log(from) || 1)
    : (value - from) / (to - from || 1);
}

function pathOf(
  x: readonly number[],
  values: readonly (number | null)[],
  px: (value: number) => number,
  py: (value: number) => number,
): string {
  let d = "";
  for (const [i, value] of values.entries()) {
    if (value === null) continue;
    d += `${d === "" ? "M" : "L"}${px(x[i] ?? 0).toFixed(1)} ${py(value).toFixed(1)}`;
  }
  return d;
}

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** The drawing as PNG, twice as fine. */
export async function pngOf(svg: string): Promise<Blob | undefined> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width * 2;
  canvas.height = image.height * 2;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? undefined), "image/png"));
}
