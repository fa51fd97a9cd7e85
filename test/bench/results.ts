// The last table of each bench, in one page that is kept with the sources.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Figure, tableOf } from "./figure.js";

/** What a figure was taken on, and how busy it was. */
export function machine(): string {
  const cpus = os.cpus();
  const load = os.loadavg()[0]?.toFixed(1);
  return `Node ${process.versions.node}, ${cpus.length} × ${cpus[0]?.model.trim() ?? "CPU"}, load ${load}`;
}

/** Writes the table of one bench into the page, in place of its last one. */
export function keep(file: string, name: string, title: string, figures: readonly Figure[]): void {
  const sections = new Map(sectionsOf(fs.existsSync(file) ? fs.readFileSync(file, "utf8") : ""));
  const day = new Date().toISOString().slice(0, 10);
  sections.set(name, `${title}\n${day}, ${machine()}\n\n${tableOf(figures).join("\n")}\n`);
  const text = [...sections].map(([head, body]) => `## ${head}\n\n${body}`).join("\n");
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${head}\n${text}`);
}

const head = `# The last figures of \`npm run bench\`

Medians, with the lowest and the highest tenth left out in parentheses. What is measured and its baseline took turns, so
that only the comparison counts: it is taken round by round. Counts do not depend on the machine.
`;

function sectionsOf(text: string): [string, string][] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf("\n");
      return [section.slice(0, end), `${section.slice(end).trim()}\n`];
    });
}
