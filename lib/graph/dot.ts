// A drawing in the language of Graphviz: graphviz.org/doc/info/lang.html.
import type { NodeType } from "../record/artifact.js";
import type { Arrow, Drawing, Thing } from "./drawing.js";
import { bad, isBad, palette, wordsOf } from "./palette.js";

const shapes: Record<NodeType, string> = {
  run: "box",
  artifact: "cylinder",
  external: "folder",
  source: "note",
  collected: "tab",
};

/** A digraph from left to right, in which every name is quoted. Pure. */
export function dotOf({ things, arrows }: Drawing): string {
  return [
    "digraph lineage {",
    "  rankdir=LR;",
    '  node [fontname="sans-serif", fontsize=11, style="filled"];',
    '  edge [fontname="sans-serif", fontsize=9, color="#777777"];',
    ...[...things.values()].map((thing) => `  ${quoted(thing.id)} [${attributes(nodeOf(thing))}];`),
    ...arrows.map((arrow) => `  ${quoted(arrow.from)} -> ${quoted(arrow.to)}${bracketed(edgeOf(arrow))};`),
    "}",
    "",
  ].join("\n");
}

function nodeOf(thing: Thing): Record<string, string> {
  const { fill, line } = palette[thing.type];
  return {
    label: wordsOf(thing).join("\n"),
    shape: shapes[thing.type],
    fillcolor: fill,
    color: isBad(thing) ? bad : line,
    ...(thing.type === "run" ? { style: "filled,rounded" } : {}),
    ...(thing.asked ? { penwidth: "3" } : {}),
  };
}

function edgeOf({ kind, role }: Arrow): Record<string, string> {
  if (kind === "parent") return { label: "parent", style: "dashed" };
  return kind === "used" && role !== undefined ? { label: role } : {};
}

function bracketed(pairs: Record<string, string>): string {
  return Object.keys(pairs).length === 0 ? "" : ` [${attributes(pairs)}]`;
}

function attributes(pairs: Record<string, string>): string {
  return Object.entries(pairs)
    .map(([key, value]) => `${key}=${quoted(value)}`)
    .join(", ");
}

/** In a label a backslash begins an escape, also those for the node's own name. */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
