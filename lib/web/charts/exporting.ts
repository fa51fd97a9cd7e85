// A chart to be taken along: as an image, as a drawing, as numbers.
import { escaped } from "../../graph/chart-svg.js";
import type { Columns } from "../../graph/curves.js";
import { csvCell } from "../parts/csv-cell.js";

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
  const head = [along, ...drawn.map(({ curve }) => curve.label)];
  return csv([head, ...x.map((at, i) => [at, ...drawn.map(({ values }) => values[i] ?? "")])]);
}

/** Rows as a file of values with commas between them. */
export function csv(rows: readonly (readonly unknown[])[]): string {
  return rows.map((row) => `${row.map(csvCell).join(",")}\n`).join("");
}

export type Kind = "PNG" | "SVG" | "CSV";
export const kinds: readonly Kind[] = ["PNG", "SVG", "CSV"];

/** Saves what is drawn, or its values. */
export async function saveAs(kind: Kind, title: string, svg: () => string, values: () => string): Promise<void> {
  if (kind === "CSV") return save(`${title}.csv`, new Blob([values()], { type: "text/csv" }));
  const drawn = svg();
  if (kind === "SVG") return save(`${title}.svg`, new Blob([drawn], { type: "image/svg+xml" }));
  const png = await pngOf(drawn);
  if (png) save(`${title}.png`, png);
}

/** The drawing as PNG, twice as fine. */
async function pngOf(svg: string): Promise<Blob | undefined> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width * 2;
  canvas.height = image.height * 2;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? undefined), "image/png"));
}

const kept = [
  ...["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "opacity"],
  ...["font-family", "font-size", "font-weight", "text-anchor"],
];

/** What is seen of an SVG of this page, with its colours in it and its title above it, so that it stands alone. */
export function standalone(seen: SVGSVGElement, title: string): string {
  const copy = seen.cloneNode(true) as SVGSVGElement;
  const [from, to] = [seen, copy].map((svg) => [...svg.querySelectorAll<SVGElement>("*")]);
  for (const [i, element] of (from ?? []).entries()) {
    const style = getComputedStyle(element);
    for (const name of kept) to?.[i]?.setAttribute(name, style.getPropertyValue(name));
    to?.[i]?.removeAttribute("style");
  }
  const { width, height } = seen.getBoundingClientRect();
  const { color, backgroundColor } = getComputedStyle(document.documentElement);
  copy.setAttribute("y", "32");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + 32}" font-family="system-ui, sans-serif"><rect width="100%" height="100%" fill="${backgroundColor}"/><text x="8" y="20" font-size="14" font-weight="600" fill="${color}">${escaped(title)}</text>${new XMLSerializer().serializeToString(copy)}</svg>\n`;
}

/** A table of coloured cells as an SVG: each cell where it is seen. */
export function standaloneTable(table: HTMLTableElement, title: string): string {
  const all = table.getBoundingClientRect();
  const cells = [...table.querySelectorAll<HTMLElement>("th, .heat-cell")].flatMap((cell) => {
    const { left, top, width, height } = cell.getBoundingClientRect();
    const { backgroundColor, color } = getComputedStyle(cell);
    const [x, y] = [left - all.left, top - all.top + 32];
    const words = escaped(cell.innerText.replaceAll(/\s+/g, " ").trim());
    const text = `<text x="${x + width / 2}" y="${y + height / 2 + 4}" text-anchor="middle" fill="${color}">${words}</text>`;
    return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="3" fill="${backgroundColor}"/>${text}`;
  });
  const { color, backgroundColor } = getComputedStyle(document.documentElement);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${all.width}" height="${all.height + 40}" font-family="system-ui, sans-serif" font-size="11"><rect width="100%" height="100%" fill="${backgroundColor}"/><text x="8" y="20" font-size="14" font-weight="600" fill="${color}">${escaped(title)}</text>${cells.join("")}</svg>\n`;
}
