import fc from "fast-check";
import t from "tap";
import { surroundings } from "../../../lib/graph/surroundings.js";
import { arrows, neighboursIn, node } from "./graphs.js";

const none = () => 0;
const around = (text: string, root: string, bounds = {}) =>
  surroundings([node(root)], neighboursIn(arrows(text)), {
    ...{ ways: ["up", "down"] as const, depth: 9, nodes: 99, left: none },
    ...bounds,
  });
const chain = "e1>r1 r1>a1 a1>r2 r2>a2 a1>r3 r3>a3";

t.test("all that is near, each thing once, with how far it is", async (t) => {
  const { nodes, edges, cut } = await around(`${chain} e1>r2`, "a1");
  t.strictSame(
    nodes.map(({ id, depth }) => [id, depth]),
    [
      ["a1", 0],
      ["r1", -1],
      ["e1", -2],
      ["r2", 1],
      ["r3", 1],
      ["a2", 2],
      ["a3", 2],
    ],
  );
  t.equal(edges.length, 6, "what the data was used for besides is no part of it");
  t.equal(cut, 0);
});

t.test("where it ends, it says how much more there is", async (t) => {
  const { nodes, cut } = await around(chain, "a1", { depth: 1 });
  t.strictSame(
    nodes.map(({ id, more }) => [id, more]),
    [
      ["a1", undefined],
      ["r1", { up: 1 }],
      ["r2", { down: 1 }],
      ["r3", { down: 1 }],
    ],
  );
  t.equal(cut, 3);
  const few = await around(chain, "a1", { nodes: 3, ways: ["down"] });
  t.strictSame(
    few.nodes.map(({ id, more }) => [id, more]),
    [
      ["a1", undefined],
      ["r2", { down: 1 }],
      ["r3", { down: 1 }],
    ],
  );
  const unseen = await around("r1>a1", "r1", {
    ways: ["down"],
    left: ({ id }: { id: string }) => (id === "a1" ? 40 : 0),
  });
  t.match(unseen.nodes[1], { id: "a1", more: { down: 40 } });
});

t.test("cycles and parents end it; never more nodes than asked for, and no arrow to what is not shown", async (t) => {
  t.equal((await around("r1>a1 a1>r1 r1>r2 r2>a2", "r1")).nodes.length, 3, "a parent is named, not followed");
  const ids = fc.constantFrom("r1", "r2", "r3", "a1", "a2", "a3", "e1");
  const links = fc.array(fc.record({ from: ids, to: ids, kind: fc.constantFrom("made", "used", "part") }));
  await fc.assert(
    fc.asyncProperty(
      links,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      async (all, nodes, depth) => {
        const found = await surroundings([node("a1")], neighboursIn(all as never), {
          ...{ ways: ["up", "down"], depth, nodes, left: none },
        });
        const known = new Set(found.nodes.map(({ id }) => id));
        return known.size <= nodes && found.edges.every(({ from, to }) => known.has(from) && known.has(to));
      },
    ),
  );
});
