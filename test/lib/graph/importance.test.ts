import fc from "fast-check";
import t from "tap";
import { bestSoFar } from "../../../lib/graph/best-so-far.js";
import { epsilonSquared, importance, ranksOf } from "../../../lib/graph/importance.js";

const grid = (value: (lr: number, width: number, seed: number) => number) =>
  [1, 2, 3, 4].flatMap((lr) =>
    [1, 2].flatMap((width) => [0, 1, 2].map((seed) => ({ point: { lr, width, seed }, value: value(lr, width, seed) }))),
  );

t.test("the axis that decides comes first, one that does nothing explains nothing", async (t) => {
  const found = importance(
    grid((lr, width) => lr * 10 + width),
    ["seed", "width", "lr"],
  );
  t.strictSame(
    found.map(({ path }) => path),
    ["lr", "width", "seed"],
  );
  t.ok((found[0]?.share ?? 0) > 0.9);
  t.equal(found[2]?.share, 0);
  t.match(found[0]?.levels[0], { value: 1, count: 6, min: 11, max: 12, mean: 11.5 });
  t.notOk(found.some(({ uncertain }) => uncertain));
});

t.test("one point that diverged does not decide", async (t) => {
  const [first] = importance(
    grid((lr, width, seed) => (width === 1 && seed === 1 && lr === 1 ? 1e9 : lr)),
    ["width", "lr"],
  );
  t.match(first, { path: "lr" });
});

t.test("few points are said to be few, and as many values as points explain nothing", async (t) => {
  const few = [1, 2, 3].map((lr) => ({ point: { lr }, value: lr }));
  t.match(importance(few, ["lr"]), [{ share: 0, uncertain: true }]);
  t.strictSame(importance([{ point: { lr: 1 }, value: 2 }], ["lr"]), [], "an axis of one value says nothing");
  const drawn = Array.from({ length: 40 }, (_, i) => ({ point: { lr: i / 7 }, value: i }));
  const [all] = importance(drawn, ["lr"]);
  t.equal(all?.levels.length, 6, "many numbers are put together");
  t.equal(
    all?.levels.reduce((sum, { count }) => sum + count, 0),
    40,
  );
  t.ok((all?.share ?? 0) > 0.9);
});

t.test("a share is from 0 to 1 whatever comes; equal values share a rank", async (t) => {
  t.strictSame(ranksOf([3, 1, 3, 2]), [3.5, 1, 3.5, 2]);
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer(), { minLength: 1 }), { minLength: 2 }), (groups) => {
        const share = epsilonSquared(groups);
        return share >= 0 && share <= 1;
      }),
    ),
  );
});

t.test("the best so far never becomes worse", async (t) => {
  const ended = [3, Number.NaN, 1, 2].map((value, index) => ({
    at: `2026-11-20T20:0${4 - index}:00Z`,
    run: "r",
    index,
    value,
  }));
  t.strictSame(
    bestSoFar(ended, "min").map(({ index, best }) => [index, best]),
    [
      [3, 2],
      [2, 1],
      [0, 1],
    ],
  );
  t.equal(bestSoFar(ended, "max").at(-1)?.best, 3);
});
