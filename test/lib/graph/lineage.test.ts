import assert from "node:assert/strict";
import fc from "fast-check";
import t from "tap";
import { lineage } from "../../../lib/graph/lineage.js";
import { edgeSchema } from "../../../lib/record/artifact.js";
import { violations } from "../../../lib/record/schema.js";
import { anyGraph, arrows, neighboursIn, node, type Written, walked, words } from "./graphs.js";

const chain = arrows("e1>r1:dataset s1>r1 r1>a1:model a1>r2:model s1>r2 r2>a2:result");

t.test("up, down and both, nearest first, with how far it is", async (t) => {
  const up = await walked(chain, ["a2"], { ways: ["up"] });
  t.strictSame(words(up), ["r2>a2", "a1>r2", "s1>r2", "r1>a1", "e1>r1", "s1>r1"]);
  t.strictSame(
    up.map(({ depth }) => depth),
    [-1, -2, -2, -3, -4, -4],
  );
  const down = await walked(chain, ["e1"], { ways: ["down"] });
  t.strictSame(words(down), ["e1>r1", "r1>a1", "a1>r2", "r2>a2"]);
  t.strictSame(
    down.map(({ depth }) => depth),
    [1, 2, 3, 4],
  );
  t.strictSame(words(await walked(chain, ["a1"])), ["r1>a1", "e1>r1", "s1>r1", "a1>r2", "r2>a2"]);
  t.strictSame(await walked(chain, ["e9"]), [], "what is alone has none");
});

t.test("edges are records that say what a person wants to know", async (t) => {
  const [edge] = await walked(chain, ["a2"]);
  t.strictSame(edge, {
    type: "edge",
    v: 1,
    from: "r2",
    to: "a2",
    kind: "made",
    role: "result",
    depth: -1,
    from_type: "run",
    from_name: "r2",
    to_type: "artifact",
    to_name: "a2",
    to_asked: true,
  });
  for (const edge of await walked(chain, ["a1"])) t.strictSame(violations(edgeSchema, edge), []);
});

t.test("a diamond has each edge once, and its end is entered once", async (t) => {
  const diamond = arrows("r1>a1:x r1>a2:y a1>r2:x a2>r2:y r2>a3:z");
  const neighbours = neighboursIn(diamond);
  const edges = [];
  for await (const edge of lineage([node("a3")], neighbours, { ways: ["up"] })) edges.push(edge);
  t.strictSame(words(edges), ["r2>a3", "a1>r2", "a2>r2", "r1>a1", "r1>a2"]);
  t.strictSame(neighbours.asked, ["up a3", "up r2", "up a1", "up a2", "up r1"]);
});

t.test("one thing used in two roles is two edges", async (t) => {
  const edges = await walked(arrows("a1>r1:left a1>r1:right"), ["r1"]);
  t.strictSame(
    edges.map(({ role }) => role),
    ["left", "right"],
  );
});

t.test("depth cuts, and says so where there is more", async (t) => {
  const edges = await walked(chain, ["a1"], { depth: 1 });
  t.strictSame(
    edges.map(({ from, to, cut }) => [`${from}>${to}`, cut]),
    [
      ["r1>a1", true],
      ["a1>r2", true],
    ],
  );
  const whole = await walked(chain, ["a1"], { depth: 2 });
  t.strictSame(words(whole), words(await walked(chain, ["a1"])));
  t.notOk(whole.some(({ cut }) => cut));
  const diamond = arrows("r1>a1:x r1>a2:y a1>r2:x a2>r2:y");
  t.strictSame(
    (await walked(diamond, ["r2"], { ways: ["up"], depth: 1 })).map(({ cut }) => cut),
    [true, true],
  );
});

t.test("forged cycles end", async (t) => {
  const cycle = arrows("a1>r1:x r1>a1:y r1>r1 a1>a1");
  t.strictSame(words(await walked(cycle, ["a1"])).sort(), ["a1>a1", "a1>r1", "r1>a1", "r1>r1"]);
});

t.test("a parent is named and not followed, unless bytes lead there too", async (t) => {
  const resumed = arrows("e1>r1:data r1>a1:model r1>r2 e1>r2:data");
  t.strictSame(words(await walked(resumed, ["r2"], { ways: ["up"] })), ["e1>r2", "r1>r2"]);
  const fed = arrows("r0>a0:d a0>r1:data r1>a1:model r1>r2 a1>r2:start");
  t.strictSame(words(await walked(fed, ["r2"], { ways: ["up"] })), ["a1>r2", "r1>r2", "r1>a1", "a0>r1", "r0>a0"]);
});

t.test("several roots: each edge once, and all of them are marked", async (t) => {
  const edges = await walked(chain, ["a1", "r1", "a1"]);
  t.equal(new Set(words(edges)).size, edges.length);
  t.match(
    edges.find(({ to }) => to === "a1"),
    { from_asked: true, to_asked: true },
  );
  const given = new Set<string>();
  const first = await walked(chain, ["a1"], { given });
  const second = await walked(chain, ["a2"], { given });
  t.strictSame([...words(first), ...words(second)].sort(), words(await walked(chain, ["a2", "a1"])).sort());
});

/** The arrows that lead to, or come from, the roots over arrows that are no parents. */
function reachable(graph: readonly Written[], roots: string[], way: "up" | "down"): Set<string> {
  const found = new Set<string>();
  const nodes = new Set(roots);
  for (let before = -1; before !== found.size + nodes.size; ) {
    before = found.size + nodes.size;
    for (const { from, to, kind, role, step } of graph) {
      const [near, far] = way === "up" ? [to, from] : [from, to];
      if (!nodes.has(near)) continue;
      found.add([from, to, kind, role, step].join());
      if (kind !== "parent") nodes.add(far);
    }
  }
  return found;
}

const ids = fc.subarray("r1 a1 a2 e1 s1".split(" "), { minLength: 1 });

t.test("any graph: exactly the edges that can be reached, each once, whatever order they are stored in", async () => {
  const property = fc.asyncProperty(anyGraph, ids, async (graph, roots) => {
    const key = ({ from, to, kind, role, step }: Written) => [from, to, kind, role, step].join();
    const edges = await walked(graph, roots);
    const keys = edges.map((edge) => key(edge as Written));
    const both = new Set([...reachable(graph, roots, "up"), ...reachable(graph, roots, "down")]);
    assert.deepEqual(keys.slice().sort(), [...both].sort());
    assert.deepEqual(await walked(graph.slice().reverse(), roots), edges);
  });
  await fc.assert(property, { numRuns: 300 });
});

t.test("any graph: a depth gives the edges that near, and cut where one is missing behind them", async () => {
  const property = fc.asyncProperty(anyGraph, ids, fc.integer({ min: 1, max: 4 }), async (graph, roots, depth) => {
    for (const way of ["up", "down"] as const) {
      const all = await walked(graph, roots, { ways: [way] });
      const near = await walked(graph, roots, { ways: [way], depth });
      assert.deepEqual(
        near.map(({ cut: _, ...edge }) => edge),
        all.filter((edge) => Math.abs(edge.depth) <= depth),
      );
      assert.equal(
        near.some(({ cut }) => cut),
        near.length < all.length,
      );
    }
  });
  await fc.assert(property, { numRuns: 300 });
});
