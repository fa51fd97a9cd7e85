import fc from "fast-check";
import t from "tap";
import { dotOf } from "../../../lib/graph/dot.js";
import { drawingOf } from "../../../lib/graph/drawing.js";
import { anyGraph, arrows, walked } from "./graphs.js";

interface Parsed {
  nodes: Map<string, Record<string, string>>;
  edges: { from: string; to: string; attributes: Record<string, string> }[];
}

/** Reads the part of the language that is written, strictly: throws at the first thing that the grammar has not. */
function parse(text: string): Parsed {
  let rest = text;
  const take = (pattern: RegExp) => {
    const match = new RegExp(`^\\s*(?:${pattern.source})`, "u").exec(rest);
    if (!match) return undefined;
    rest = rest.slice(match[0].length);
    return match[1] ?? match[0].trim();
  };
  const must = (pattern: RegExp) => {
    const taken = take(pattern);
    if (taken === undefined) throw new Error(`expected ${pattern} before '${rest.slice(0, 60)}'`);
    return taken;
  };
  // In a quoted text only \" stands for something to the reader of the language; what it means is the label's business.
  const string = /"((?:[^"\\\n]|\\["\\n])*)"/;
  const unescaped = (raw: string) => raw.replace(/\\(.)/g, (_, c) => (c === "n" ? "\n" : c));
  const list = () => {
    const attributes: Record<string, string> = {};
    if (take(/\[/) === undefined) return attributes;
    do {
      const key = must(/([a-z]+)/);
      must(/=/);
      attributes[key] = take(/(\d+)/) ?? unescaped(must(string));
    } while (take(/,/) !== undefined);
    must(/\]/);
    return attributes;
  };
  const parsed: Parsed = { nodes: new Map(), edges: [] };
  must(/digraph lineage/);
  must(/\{/);
  while (take(/\}/) === undefined) {
    const word = take(/(node|edge|rankdir=LR)\b/);
    if (word !== undefined) list();
    else {
      const from = unescaped(must(string));
      if (take(/->/) === undefined) parsed.nodes.set(from, list());
      else {
        const to = unescaped(must(string));
        parsed.edges.push({ from, to, attributes: list() });
      }
    }
    must(/;/);
  }
  if (rest !== "\n") throw new Error(`something follows: ${rest}`);
  return parsed;
}

t.test("boxes by type, arrows with roles, and what was asked about", async (t) => {
  const drawing = drawingOf(await walked(arrows("e1>r1:data s1>r1 r1>a1:model r0>r1"), ["r1"]));
  const { nodes, edges } = parse(dotOf(drawing));
  t.match(nodes.get("r1"), { label: "r1", shape: "box", style: "filled,rounded", penwidth: "3" });
  t.match(nodes.get("e1"), { shape: "folder" });
  t.match(nodes.get("a1"), { shape: "cylinder" });
  t.strictSame(
    edges.map(({ from, to, attributes }) => [from, to, attributes["label"]]),
    [
      ["e1", "r1", "data"],
      ["s1", "r1", undefined],
      ["r0", "r1", "parent"],
      ["r1", "a1", undefined],
    ],
  );
});

t.test("names of any characters stay names", async () => {
  await fc.assert(
    fc.asyncProperty(anyGraph, fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }), async (graph, a, b) => {
      const edges = (await walked(graph, ["r1"])).map((edge) => ({
        ...edge,
        from_name: a,
        to_name: `${b}\\N"]; x`,
        ...(edge.role === undefined ? {} : { role: `"${a}` }),
      }));
      const drawing = drawingOf(edges);
      const { nodes, edges: drawn } = parse(dotOf(drawing));
      return (
        nodes.size === drawing.things.size &&
        drawn.length === drawing.arrows.length &&
        [...drawing.things.values()].every(
          ({ id, name }) => nodes.get(id)?.["label"]?.split("\n")[0] === name.replace(/\p{Cc}/gu, " "),
        )
      );
    }),
  );
});
