// A drawing in the language of Mermaid, which wikis and forges show as a picture: mermaid.js.org/syntax/flowchart.html.
import { type NodeType, nodeTypes } from "../record/artifact.js";
import type { Arrow, Drawing, Thing } from "./drawing.js";
import { bad, isBad, palette, wordsOf } from "./palette.js";

const shapes: Record<NodeType, readonly [string, string]> = {
  run: ["(", ")"],
  artifact: ["[(", ")]"],
  external: ["[/", "/]"],
  source: ["[", "]"],
  collected: ["[[", "]]"],
};

/** A flowchart from left to right. Nodes have numbers, since ids may not hold every word that is one here. Pure. */
export function mermaidOf({ things, arrows }: Drawing): string {
  const number = new Map([...things.keys()].map((id, i) => [id, `n${i + 1}`]));
  const types = nodeTypes.filter((type) => [...things.values()].some((thing) => thing.type === type));
  const marked = (what: string, of: (thing: Thing) => boolean | undefined, style: string) => {
    const ids = [...things.values()].filter(of).map(({ id }) => number.get(id));
    return ids.length === 0 ? [] : [`  classDef ${what} ${style}`, `  class ${ids.join(",")} ${what}`];
  };
  return [
    "flowchart LR",
    ...[...things.values()].map((thing) => `  ${number.get(thing.id)}${box(thing)}`),
    ...arrows.map((arrow) => `  ${number.get(arrow.from)} ${arrowOf(arrow)} ${number.get(arrow.to)}`),
    ...types.flatMap((type) => {
      const { fill, line } = palette[type];
      return marked(type, (thing) => thing.type === type, `fill:${fill},stroke:${line},color:#111111`);
    }),
    ...marked("bad", isBad, `stroke:${bad}`),
    ...marked("asked", ({ asked }) => asked, "stroke-width:3px"),
    "",
  ].join("\n");
}

function box(thing: Thing): string {
  const [open, close] = shapes[thing.type];
  return `${open}"${wordsOf(thing).map(escaped).join("<br/>")}"${close}`;
}

function arrowOf({ kind, role }: Arrow): string {
  if (kind === "parent") return '-.->|"parent"|';
  return kind === "used" && role !== undefined ? `-->|"${escaped(role)}"|` : "-->";
}

/** Characters that would end the text, begin a tag or an entity, or make it Markdown, as entities of Mermaid's own kind. */
function escaped(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,:;/@+=()…_-]/gu, (char) => `#${char.codePointAt(0)};`);
}
