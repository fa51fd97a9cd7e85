// Takes a drawing of the page along: as an image, as a drawing, as its values.
import type { RefObject } from "preact";
import { Menu } from "../parts/menu.js";
import { csv, kinds, saveAs, standalone, standaloneTable } from "./exporting.js";

interface Shape {
  title: string;
  /** Holds the drawing: an SVG, or a table of cells. */
  box: RefObject<HTMLElement | null>;
  /** The values of the drawing, names first. */
  rows(): readonly (readonly unknown[])[];
}

export function ExportMenu({ title, box, rows }: Shape) {
  const drawn = () => {
    const svg = box.current?.querySelector<SVGSVGElement>("svg:not(.icon)");
    const table = box.current?.querySelector("table");
    return svg ? standalone(svg, title) : table ? standaloneTable(table, title) : "";
  };
  return (
    <span class="export">
      <Menu
        label={`Export ${title}`}
        icon="export"
        choices={kinds.map((kind) => ({ title: kind, run: () => void saveAs(kind, title, drawn, () => csv(rows())) }))}
      />
    </span>
  );
}
