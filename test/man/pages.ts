// The manual pages as text: their sections, their literal blocks, their words without markup.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { root } from "../support/sandbox.js";

export interface Page {
  /** `lab-run.1` */
  file: string;
  path: string;
  name: string;
  section: string;
  text: string;
}

/** Every page, section 1 first, each section in order of names. */
export function pages(): Page[] {
  return ["1", "5", "7"].flatMap((section) => {
    const dir = path.join(root, `man/man${section}`);
    const names = fs.readdirSync(dir).map((file) => file.replace(/\.\d$/, ""));
    return names.sort().map((name) => {
      const file = `${name}.${section}`;
      return { file, name, section, path: path.join(dir, file), text: fs.readFileSync(path.join(dir, file), "utf8") };
    });
  });
}

export function page(file: string): Page {
  const found = pages().find((one) => one.file === file);
  if (!found) throw new Error(`there is no page ${file}`);
  return found;
}

/** The headings of a page in their order, each with the source below it. */
export function sections({ text }: Page): Map<string, string> {
  return parts(text, "Sh");
}

/** The same for the `.Ss` inside a section. */
export function subsections(source: string): Map<string, string> {
  return parts(source, "Ss");
}

function parts(source: string, macro: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of source.split(new RegExp(`^\\.${macro} `, "m")).slice(1)) {
    const end = part.indexOf("\n");
    found.set(part.slice(0, end).trim(), part.slice(end + 1));
  }
  return found;
}

/** The literal blocks of a part of a page, as they are printed. */
export function literals(source: string): string[] {
  return Array.from(source.matchAll(/^\.Bd -literal.*\n([\s\S]*?)^\.Ed$/gm), ([, block = ""]) =>
    block.replaceAll("\\e", "\\").replaceAll("\\(dq", '"').replaceAll("\\&", ""),
  );
}

/** Letters and digits alone, markup left out, so that a sentence can be looked for however it is set. */
export function bare(source: string): string {
  const macros = /(^|\s)(Ar|Cm|Em|Ev|Fl|Fn|Ic|Li|Nm|No|Ns|Op|Pa|Pf|Pp|Pq|Ql|Qq|Dq|Sy|Ta|Va|Xr)(?=\s|$)/g;
  const words = source
    .replace(/^\.([A-Z][a-z]?)(?=\s|$)/gm, "")
    .replaceAll(/\\\(mu/g, "×")
    .replaceAll(/\\\(dq|\\&|\\e/g, "");
  return words
    .replace(macros, "$1")
    .replace(macros, "$1")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "");
}

/** The entries of the lists in a part: their tags, and what is said of each. */
export function entries(source: string): { tag: string; says: string }[] {
  return source
    .split(/^\.It /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf("\n");
      return { tag: part.slice(0, end), says: part.slice(end + 1).split(/^\.El/m)[0] ?? "" };
    });
}

/** mandoc's answer; `undefined` where there is no mandoc. */
export function mandoc(argv: string[]): { status: number | null; out: string } | undefined {
  const { error, status, stdout, stderr } = spawnSync("mandoc", argv, { encoding: "utf8" });
  if (error) return undefined;
  return { status, out: stdout + stderr };
}
