import assert from "node:assert/strict";
import fc from "fast-check";
import t from "tap";
import { type Drawing, drawingOf } from "../../../lib/graph/drawing.js";
import { foldSteps } from "../../../lib/graph/fold.js";
import { treeLines } from "../../../lib/graph/tree.js";
import { anyGraph, arrows, walked } from "./graphs.js";

/** The tree as text: `<-` is an input, `^` and `v` point to where the thing has its own line. */
function drawn(drawing: Drawing): string[] {
  const marks = { input: "<- ", above: "^ ", below: "v " };
  return treeLines(drawing).map(({ prefix, thing, mark }) => `${prefix}${mark ? marks[mark] : ""}${thing.name}`);
}

async function tree(text: string, ...roots: string[]): Promise<string[]> {
  return drawn(foldSteps(drawingOf(await walked(arrows(text), roots))));
}

const quickstart =
  "e1>r1:data s1>r1 r1>a1:ckpt@1 r1>a2:ckpt@2 r1>a3:ckpt@3 r1>a4:result a3>r2:model s1>r2 r2>a5:result";

t.test("data, training, checkpoints, evaluation, result: one below the other", async (t) => {
  t.strictSame(await tree(quickstart, "a5"), [
    "e1",
    "└─ r1",
    "   ├─ <- s1",
    "   └─ a3",
    "      └─ r2",
    "         ├─ <- s1",
    "         └─ a5",
  ]);
  t.strictSame(await tree(quickstart, "r1"), [
    "e1",
    "└─ r1",
    "   ├─ <- s1",
    "   ├─ ckpt steps 1…2",
    "   ├─ a3",
    "   │  └─ r2",
    "   │     └─ a5",
    "   └─ a4",
  ]);
});

t.test("a diamond: the second time there is a mark", async (t) => {
  t.strictSame(await tree("r1>a1:x r1>a2:y a1>r2:x a2>r2:y r2>a3:z", "r1"), [
    "r1",
    "├─ a1",
    "│  └─ r2",
    "│     └─ a3",
    "└─ a2",
    "   └─ ^ r2",
  ]);
});

t.test("a run hangs from the input with the longest chain; the mark at the other points down to it", async (t) => {
  const text = "e1>r1:data r1>a1:model e1>r2:data a1>r2:model r2>a2:result";
  t.strictSame(await tree(text, "e1"), ["e1", "├─ r1", "│  └─ a1", "│     └─ r2", "│        └─ a2", "└─ ^ r2"]);
  t.strictSame(await tree("e1>r2:a r0>a1:d a1>r2:b e1>r3:a", "e1", "r2"), [
    "e1",
    "├─ r3",
    "└─ v r2",
    "r0",
    "└─ a1",
    "   └─ r2",
  ]);
});

t.test("what only went in stands with what it went into; a source that was asked about is a root", async (t) => {
  t.strictSame(await tree("e1>r1:a e2>r1:b s1>r1 r1>a1:x r0>r1", "a1"), [
    "e1",
    "└─ r1",
    "   ├─ <- e2",
    "   ├─ <- s1",
    "   ├─ <- r0",
    "   └─ a1",
  ]);
  t.strictSame(await tree("s1>r1 r1>a1:x s1>r2", "s1"), ["s1", "├─ r1", "│  └─ a1", "└─ r2"]);
  t.strictSame(await tree("s1>r1", "r1"), ["r1", "└─ <- s1"]);
});

t.test("forged cycles are drawn to their end", async (t) => {
  t.strictSame(await tree("a1>r1:x r1>a1:y", "a1"), ["r1", "└─ a1", "   └─ ^ r1"]);
  t.strictSame(await tree("r1>r1", "r1"), ["r1", "└─ ^ r1"]);
});

t.test("a chain of ten thousand", async (t) => {
  const text = Array.from({ length: 5000 }, (_, i) => `a${i}>r${i}:x r${i}>a${i + 1}:y`).join(" ");
  const edges = await walked(arrows(text), ["a0"], { ways: ["down"], depth: 300 });
  t.equal(treeLines(drawingOf(edges)).length, 301);
  const long = arrows(text).map((arrow, i) => ({
    ...arrow,
    type: "edge" as const,
    v: 1 as const,
    depth: i + 1,
    from_type: "artifact" as const,
    to_type: "run" as const,
  }));
  t.equal(treeLines(drawingOf(long)).length, 10_001);
});

t.test("any graph: every arrow is a line, every thing has one of its own, and lines hang together", async () => {
  const property = fc.asyncProperty(anyGraph, fc.constantFrom("r1", "a1", "e1"), async (graph, root) => {
    const drawing = foldSteps(drawingOf(await walked(graph, [root])));
    const lines = treeLines(drawing);
    assert.deepEqual(
      lines
        .flatMap(({ arrow }) => (arrow ? [arrow] : []))
        .map((arrow) => drawing.arrows.indexOf(arrow))
        .sort(order),
      drawing.arrows.map((_, i) => i),
    );
    const own = lines.filter(({ mark }) => mark === undefined).map(({ thing }) => thing.id);
    assert.equal(new Set(own).size, own.length);
    assert.deepEqual(new Set(lines.map(({ thing }) => thing.id)), new Set(drawing.things.keys()));
    for (const [i, { prefix, thing, arrow, mark }] of lines.entries()) {
      const depth = prefix.length / 3;
      const parent = lines.slice(0, i).findLast((line) => line.prefix.length / 3 === depth - 1);
      assert.equal(arrow === undefined, depth === 0);
      if (depth > 0) assert.match(prefix, /^(│ {2}| {3})*[├└]─ $/);
      if (arrow) assert.equal(parent?.thing.id, mark === "input" ? arrow.to : arrow.from);
      if (mark === "above" || mark === "below") {
        const at = lines.findIndex((line) => line.thing.id === thing.id && line.mark === undefined);
        assert.equal(mark === "above", at < i);
        assert.notEqual(at, -1);
      }
    }
  });
  await fc.assert(property, { numRuns: 500 });
});

function order(a: number, b: number): number {
  return a - b;
}
