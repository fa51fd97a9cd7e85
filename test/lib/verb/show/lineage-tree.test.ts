import fc from "fast-check";
import t from "tap";
import { width } from "../../../../lib/command/width.js";
import { drawingOf } from "../../../../lib/graph/drawing.js";
import type { Edge } from "../../../../lib/record/artifact.js";
import { treeText } from "../../../../lib/verb/show/lineage-tree.js";
import { lineageView, othersOf } from "../../../../lib/verb/show/lineage-view.js";
import { anyGraph, arrows, walked } from "../../graph/graphs.js";

const style = { header: true, colour: false, width: undefined, now: 0, user: "me" };

const things: Record<
  string,
  Partial<Record<"name" | "ref" | "state" | "user" | "path", string>> & { aliases?: string[] }
> = {
  e1: { name: "digits.csv.gz", path: "/home/me/labkit/examples/digits/data/digits.csv.gz" },
  s1: { name: "labkit@1a2b3c4" },
  r1: { name: "digits", ref: "k7q3mz", state: "succeeded", user: "me" },
  a1: { name: "checkpoint step 1", ref: "k7q3mz:checkpoint@1", user: "me", path: "/lab/digits/step_1" },
  a2: { name: "checkpoint step 2", ref: "k7q3mz:checkpoint@2", user: "me", path: "/lab/digits/step_2" },
  a3: {
    name: "checkpoint step 3",
    ref: "k7q3mz:checkpoint@3",
    user: "me",
    path: "/lab/digits/step_3",
    aliases: ["best"],
  },
  r2: { name: "evaluate", ref: "r4z1ab", state: "failed", user: "bob" },
  a5: { name: "result", ref: "r4z1ab:result", user: "bob", state: "missing" },
};

/** The edges with what people are told of their ends. */
async function told(text: string, root: string, options = {}): Promise<Edge[]> {
  const edges = await walked(arrows(text), [root], options);
  const fields = (which: string, id: string) =>
    Object.fromEntries(Object.entries(things[id] ?? {}).map(([key, value]) => [`${which}_${key}`, value]));
  return edges.map((edge) => ({ ...edge, ...fields("from", edge.from), ...fields("to", edge.to) }));
}

const quickstart =
  "e1>r1:dataset s1>r1 r1>a1:checkpoint@1 r1>a2:checkpoint@2 r1>a3:checkpoint@3 a3>r2:model s1>r2 r2>a5:result";

t.test("a lineage at a glance", async (t) => {
  const edges = await told(quickstart, "a5");
  t.equal(
    lineageView(edges, { ...style, width: 80 }, {}),
    `digits.csv.gz                 dataset                         …/digits.csv.gz
└─ digits                     succeeded  k7q3mz
   ├─ ← labkit@1a2b3c4        source
   └─ checkpoint step 3                  k7q3mz:checkpoint@3  best  …/step_3
      └─ evaluate             failed     r4z1ab               bob
         ├─ ← labkit@1a2b3c4  source
         └─ result ◀          missing    r4z1ab:result        bob
`,
  );
});

t.test("steps are folded, or not", async (t) => {
  const edges = await told(quickstart, "r1");
  const lines = (options: Record<string, unknown>) => lineageView(edges, style, options).split("\n");
  t.match(lines({})[3], /checkpoint steps 1…2 +k7q3mz:checkpoint$/);
  t.equal(lines({ steps: true }).length, lines({}).length + 1);
});

t.test("the other forms", async (t) => {
  const edges = await told(quickstart, "r1");
  t.match(lineageView(edges, style, { dot: true }), /^digraph lineage \{/);
  t.match(lineageView(edges, style, { mermaid: true }), /^flowchart LR\n/);
  t.strictSame(othersOf(edges[0] as never), ["e1"]);
});

t.test("what --depth left out shows that it is there", async (t) => {
  const edges = await told(quickstart, "a3", { depth: 1 });
  t.equal(lineageView(edges, style, {}).split("\n")[0], "digits …                succeeded  k7q3mz");
});

t.test("a narrow terminal keeps the tree and how things are", async (t) => {
  const edges = await told(quickstart, "a5");
  const lines = lineageView(edges, { ...style, width: 40 }, {}).split("\n");
  t.equal(lines[1], "└─ digits                     succeeded");
  for (const line of lines) t.ok(width(line) <= 40, line);
});

t.test("colours tell what things are; text of a file cannot steer the terminal", async (t) => {
  const [edge] = await told("r1>a1:x", "a1");
  if (!edge) throw new Error("no edge");
  const hostile = { ...edge, from_name: "a\u001b[2Jb\nc", from_ref: "\u001b]0;x\u0007", to_aliases: ["\u009b31m"] };
  const text = lineageView([hostile], { ...style, colour: true }, {});
  t.match(text, "\u001b[1mab⏎c\u001b[0m");
  t.notMatch(text, "\u001b[2J");
  t.notMatch(text, "\u001b]0");
  t.notMatch(text, "\u009b");
  t.equal(text.split("\n").length, 3);
});

t.test("any graph in any width: no line is wider, and each thing has one", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyGraph,
      fc.integer({ min: 40, max: 200 }),
      fc.string({ unit: "grapheme" }),
      async (graph, wide, name) => {
        const edges = (await walked(graph, ["r1"])).map((edge) => ({
          ...edge,
          to_name: name,
          to_ref: name,
          to_path: `/${name}`,
        }));
        const text = treeText(drawingOf(edges), { ...style, width: wide });
        const lines = text.split("\n").slice(0, -1);
        return lines.length >= (edges.length > 0 ? 1 : 0) && lines.every((line) => width(line) <= wide);
      },
    ),
    { numRuns: 300 },
  );
});
