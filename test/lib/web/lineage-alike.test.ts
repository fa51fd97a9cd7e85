import t from "tap";
import type { LineageArrow, LineageNode } from "../../../lib/serve/api/lineage.js";
import { layoutOf } from "../../../lib/web/charts/layout.js";
import { isPile, piled } from "../../../lib/web/pages/lineage/alike.js";

const node = (id: string, type: LineageNode["type"], name: string, more: Partial<LineageNode> = {}): LineageNode => ({
  ...{ id, type, name, depth: 0 },
  ...more,
});
const edge = (from: string, to: string): LineageArrow => ({ from, to, kind: "used" });

/** A dataset, runs that used it, a model of each, and every third one used again. */
function many(runs: number) {
  const nodes = [node("data", "artifact", "dataset", { asked: true })];
  const edges: LineageArrow[] = [];
  for (let i = 0; i < runs; i += 1) {
    nodes.push(node(`r${i}`, "run", `ablate-${i}`, { state: "succeeded" }), node(`m${i}`, "artifact", "model"));
    edges.push(edge("data", `r${i}`), edge(`r${i}`, `m${i}`));
    if (i % 3 === 2) edges.push(edge(`m${i - 1}`, `r${i}`));
  }
  return { nodes, edges };
}

const none = new Set<string>();

t.test("siblings that are alike are one, and what hangs on them likewise; what has a name stands alone", async (t) => {
  const around = many(60);
  const named = around.nodes.map((one) => (one.id === "m7" ? { ...one, aliases: ["best"] } : one));
  const { nodes, edges } = piled({ nodes: named, edges: around.edges }, none);
  const sizes = nodes.map((one) => (isPile(one) ? `${one.members.length} ${one.name}` : one.id));
  t.strictSame(sizes.sort(), ["19 model", "40 model", "60 ablate", "data", "m7"].sort());
  const known = new Set(nodes.map(({ id }) => id));
  t.ok(edges.every(({ from, to }) => known.has(from) && known.has(to) && from !== to));
  const opened = piled(around, new Set(["alike-r0"])).nodes;
  t.equal(opened.filter(({ id }) => /^r\d/.test(id)).length, 60, "an opened one is its members");
});

t.test("few that are alike stay as they are", async (t) => {
  t.notOk(piled(many(2), none).nodes.some(isPile));
});

t.test("thousands of nodes are laid out without overlaps, each right of what leads to it", async (t) => {
  const { nodes, edges } = many(1500);
  const { boxes, lines, width, height } = layoutOf(
    nodes.map(({ id }) => ({ id, width: 186, height: 46 })),
    [...edges, { from: "m4", to: "m4" }, { from: "m4", to: "nobody" }],
  );
  t.equal(boxes.size, nodes.length);
  t.equal(lines.length, edges.length + 2);
  const all = [...boxes.values()].sort((a, b) => a.x - b.x);
  let overlaps = 0;
  for (const [i, a] of all.entries())
    for (let j = i + 1; j < all.length; j += 1) {
      const b = all[j];
      if (!b || b.x >= a.x + a.width) break;
      if (a.y < b.y + b.height && b.y < a.y + a.height) overlaps += 1;
    }
  t.equal(overlaps, 0);
  t.ok(all.every(({ x, y, height: high }) => x >= 0 && y >= 0 && y + high <= height));
  t.ok(edges.every(({ from, to }) => (boxes.get(from)?.x ?? 0) < (boxes.get(to)?.x ?? 0)));
  t.ok(height < 3 * width, "and not as a thread that nobody can look at");
});

t.test("a graph with a circle is laid out all the same", async (t) => {
  const { boxes } = layoutOf(
    ["a", "b", "c"].map((id) => ({ id, width: 10, height: 10 })),
    [edge("a", "b"), edge("b", "c"), edge("c", "a")],
  );
  t.equal(boxes.size, 3);
});
