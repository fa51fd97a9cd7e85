import t from "tap";
import { drawingOf } from "../../../lib/graph/drawing.js";
import { foldSteps } from "../../../lib/graph/fold.js";
import { arrows, walked, words } from "./graphs.js";

const stream = "e1>r1:data r1>a1:ckpt@1 r1>a2:ckpt@2 r1>a3:ckpt@3 r1>a4:ckpt@4 r1>a5:result";

async function folded(text: string, root = "r1") {
  const { things, arrows: left } = foldSteps(drawingOf(await walked(arrows(text), [root])));
  return { names: [...things.values()].map(({ name }) => name), arrows: words(left) };
}

t.test("steps that nothing tells apart are one thing", async (t) => {
  t.strictSame(await folded(stream), {
    names: ["e1", "r1", "ckpt steps 1…4", "a5"],
    arrows: ["e1>r1", "r1>a1", "r1>a5"],
  });
});

t.test("a step that something was made from stays by itself, between the others", async (t) => {
  const { names } = await folded(`${stream} a3>r2:start r2>a9:result`);
  t.strictSame(names.slice(2), ["ckpt steps 1…2", "a3", "a4", "a5", "r2", "a9"]);
});

t.test("steps that all went into the same are one, with one arrow to it", async (t) => {
  t.strictSame(await folded(`${stream} a1>a8 a2>a8 a3>a8 a4>a8 a8>r2:all`), {
    names: ["e1", "r1", "ckpt steps 1…4", "a5", "a8", "r2"],
    arrows: ["e1>r1", "r1>a1", "r1>a5", "a1>a8", "a8>r2"],
  });
});

t.test("a step that was asked about stays; so do other runs' and roles' steps", async (t) => {
  t.strictSame((await folded(stream, "a3")).names, ["r1", "a3", "e1"]);
  const two = await folded("e1>r1:d e1>r2:d r1>a1:x@1 r1>a2:y@2 r2>a3:x@1 r2>a4:x@2", "e1");
  t.strictSame(two.names, ["e1", "r1", "r2", "a1", "a2", "x steps 1…2"]);
});

t.test("files that a run collected are one, save those that something was made from", async (t) => {
  const { names } = await folded("r1>c1 r1>c2 r1>c3 r1>a1:x c2>r2:table r2>c4");
  t.strictSame(names, ["r1", "a1", "2 files", "c2", "r2", "c4"]);
});
