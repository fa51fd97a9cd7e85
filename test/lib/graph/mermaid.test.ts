import fc from "fast-check";
import t from "tap";
import { drawingOf } from "../../../lib/graph/drawing.js";
import { mermaidOf } from "../../../lib/graph/mermaid.js";
import { anyGraph, arrows, walked } from "./graphs.js";

interface Parsed {
  nodes: Map<string, { open: string; label: string }>;
  edges: [from: string, line: string, label: string | undefined, to: string][];
  classes: Map<string, string[]>;
}

const text = /"((?:[\p{L}\p{N} .,:;/@+=()…_-]|#\d+;|<br\/>)*)"/u.source;
const nodeLine = new RegExp(`^ {2}(n\\d+)(\\[\\(|\\[\\[|\\[/|\\[|\\()${text}(\\)\\]|\\]\\]|/\\]|\\]|\\))$`, "u");
const edgeLine = new RegExp(`^ {2}(n\\d+) (-->|-\\.->)(?:\\|${text}\\|)? (n\\d+)$`, "u");
const pairs: Record<string, string> = { "[(": ")]", "[[": "]]", "[/": "/]", "[": "]", "(": ")" };

/** Reads what is written, strictly, line by line. */
function parse(source: string): Parsed {
  const parsed: Parsed = { nodes: new Map(), edges: [], classes: new Map() };
  const plain = (label: string) => label.replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
  const [first, ...lines] = source.split("\n");
  if (first !== "flowchart LR" || lines.pop() !== "") throw new Error("no flowchart");
  const defined = new Set<string>();
  for (const line of lines) {
    const [, id = "", open = "", label = "", close] = nodeLine.exec(line) ?? [];
    const [, from = "", arrow = "", role, to = ""] = edgeLine.exec(line) ?? [];
    const [, name = ""] = /^ {2}classDef ([a-z]+) (?:[a-z-]+:[#\w]+,?)+$/.exec(line) ?? [];
    const [, members = "", of = ""] = /^ {2}class (n\d+(?:,n\d+)*) ([a-z]+)$/.exec(line) ?? [];
    if (id && pairs[open] === close) parsed.nodes.set(id, { open, label: plain(label) });
    else if (from && parsed.nodes.has(from) && parsed.nodes.has(to))
      parsed.edges.push([from, arrow, role && plain(role), to]);
    else if (name) defined.add(name);
    else if (of && defined.has(of)) parsed.classes.set(of, members.split(","));
    else throw new Error(`cannot read '${line}'`);
  }
  return parsed;
}

t.test("boxes by type, arrows with roles, and what was asked about", async (t) => {
  const drawing = drawingOf(await walked(arrows("e1>r1:data s1>r1 r1>a1:model r0>r1"), ["r1"]));
  const { nodes, edges, classes } = parse(mermaidOf(drawing));
  t.strictSame(
    [...nodes].map(([id, { open, label }]) => [id, open, label]),
    [
      ["n1", "[/", "e1"],
      ["n2", "(", "r1"],
      ["n3", "[", "s1"],
      ["n4", "(", "r0"],
      ["n5", "[(", "a1"],
    ],
  );
  t.strictSame(edges, [
    ["n1", "-->", "data", "n2"],
    ["n3", "-->", undefined, "n2"],
    ["n4", "-.->", "parent", "n2"],
    ["n2", "-->", undefined, "n5"],
  ]);
  t.strictSame(classes.get("run"), ["n2", "n4"]);
  t.strictSame(classes.get("asked"), ["n2"]);
});

t.test("a name says what to type and where it stands; what failed is marked", async (t) => {
  const [edge] = await walked(arrows("r1>a1:model"), ["a1"]);
  if (!edge) throw new Error("no edge");
  const told = { ...edge, from_name: "train", from_ref: "k7q3mz", from_state: "failed", from_user: "bob", cut: true };
  const { nodes, classes } = parse(mermaidOf(drawingOf([told])));
  t.equal(nodes.get("n1")?.label, "train<br/>k7q3mz<br/>failed, bob<br/>…");
  t.strictSame(classes.get("bad"), ["n1"]);
});

t.test("names of any characters stay names", async () => {
  await fc.assert(
    fc.asyncProperty(anyGraph, fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }), async (graph, a, b) => {
      const edges = (await walked(graph, ["r1"])).map((edge) => ({
        ...edge,
        from_name: `\`${a}`,
        to_name: `${b}"]<script>`,
        ...(edge.role === undefined ? {} : { role: `"|${a}` }),
      }));
      const drawing = drawingOf(edges);
      const { nodes, edges: drawn } = parse(mermaidOf(drawing));
      const names = [...drawing.things.values()].map(({ name }) => name.replace(/\p{Cc}/gu, " "));
      const labels = [...nodes.values()].map(({ label }) => label);
      return drawn.length === drawing.arrows.length && names.every((name, i) => labels[i]?.startsWith(name));
    }),
  );
});
