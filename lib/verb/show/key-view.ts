// A key for eyes: what went in, or what differs from another.
import { plain } from "../../command/plain.js";
import { paint, type TableStyle } from "../../command/table.js";
import { width } from "../../command/width.js";
import { hanging } from "../../command/wrap.js";
import type { ChangedFile, Difference, Key, KeyComparison } from "../../record/key.js";
import { handleOf } from "../../record/run-id.js";

export function keyView(record: Record<string, unknown>, style: TableStyle): string {
  const lines = record["type"] === "key" ? ofKey(record as Key, style) : ofComparison(record as KeyComparison, style);
  return `${lines.join("\n")}\n`;
}

/** What -q gives. */
export function digestsOf({ digest, a, b }: Record<string, unknown>): string[] {
  const sides = [a, b] as ({ digest: string } | undefined)[];
  return typeof digest === "string" ? [digest] : sides.flatMap((side) => (side ? [side.digest] : []));
}

function ofKey({ run, recipe, digest, version, of, epoch }: Key, style: TableStyle): string[] {
  const { key: _, ...parts } = of;
  const rows = [...flat("", parts)].map(([path, value]): [string, string] => [path, shown(value)]);
  const head = `${emphasised(run ?? plain(recipe ?? ""), style)}  ${digest}`;
  return [head, `  ${version}${epoch === undefined ? "" : `, epoch ${epoch}`}`, ...aligned(rows, style)];
}

function ofComparison({ same, a, b, differs, files, besides }: KeyComparison, style: TableStyle): string[] {
  const name = (side: KeyComparison["a"]) => emphasised(side.run ?? plain(side.recipe ?? ""), style);
  const lines = [`${name(a)} and ${name(b)} have ${same ? "one key" : "two keys"}`];
  lines.push(...(same ? [`  ${a.digest}`] : [`  ${a.digest}`, `  ${b.digest}`]));
  const epochs = a.epoch !== undefined && b.epoch !== undefined && a.epoch !== b.epoch;
  if (same && epochs) lines.push(`  but not one epoch (${a.epoch}, ${b.epoch}): neither answers for the other`);
  lines.push(...aligned(differs.map(rowOf), style));
  if (files) lines.push(...fileLines(files));
  if (besides.length > 0) lines.push("", "What differs and does not count:", ...aligned(besides.map(rowOf), style));
  return lines;
}

const mostFiles = 20;

function fileLines(files: readonly ChangedFile[]): string[] {
  const marks = { changed: "~", "only in a": "-", "only in b": "+" };
  const lines = files.slice(0, mostFiles).map(({ path, how }) => `    ${marks[how]} ${plain(path)}`);
  return files.length > mostFiles ? [...lines, `    and ${files.length - mostFiles} more`] : lines;
}

function rowOf({ path, a, b, a_run, b_run }: Difference): [string, string] {
  const side = (value: unknown, run: string | undefined) =>
    value === undefined ? "not set" : `${shown(value)}${run === undefined ? "" : ` (of ${handleOf(run)})`}`;
  return [path, `${side(a, a_run)} → ${side(b, b_run)}`];
}

function* flat(prefix: string, table: object): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(table)) {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) yield* flat(`${prefix}${name}.`, value);
    else if (!(Array.isArray(value) && value.length === 0)) yield [`${prefix}${name}`, value];
  }
}

/** Digests as long as they are needed to tell two. */
function shown(value: unknown): string {
  const text =
    typeof value === "string" ? value : Array.isArray(value) ? value.map(shown).join(" ") : JSON.stringify(value);
  return plain(text.replaceAll(/\b(sha256:[0-9a-f]{16})[0-9a-f]{48}\b/g, "$1…"));
}

const widest = 32;

function aligned(rows: readonly [string, string][], style: TableStyle): string[] {
  const room = Math.min(widest, Math.max(0, ...rows.map(([path]) => width(plain(path)))));
  return rows.flatMap(([path, text]) => {
    const name = plain(path);
    const mark = `  ${name}${" ".repeat(Math.max(0, room - width(name)))}  `;
    const [first = "", ...rest] = hanging(mark, text.split(" "), style.width);
    return [style.colour ? first.replace(name, () => paint(name, "header")) : first, ...rest];
  });
}

function emphasised(text: string, { colour }: TableStyle): string {
  return colour ? paint(text, "handle") : text;
}
