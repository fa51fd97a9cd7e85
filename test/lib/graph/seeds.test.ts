import t from "tap";
import { bandOf, seedGroups } from "../../../lib/graph/seeds.js";
import type { Run } from "../../../lib/record/run.js";

const run = (id: string, change: object): Run =>
  ({ id, command: ["x"], args: {}, params: {}, env: {}, source: {}, workdir: ".", inputs: {}, ...change }) as Run;

t.test("runs that are the same but for the seed, wherever that is given", async (t) => {
  const groups = seedGroups([
    run("a", { seed: 0, params: { lr: 1 } }),
    run("b", { seed: 0, params: { lr: 2 } }),
    run("c", { seed: 1, params: { lr: 1 } }),
    run("d", { params: { lr: 3, seed: 7 } }),
    run("e", { params: { seed: 8, lr: 3 } }),
    run("f", { seed: 0, params: { lr: 2 } }),
  ]);
  t.strictSame(groups, [
    { runs: ["a", "c"], seeds: [0, 1] },
    { runs: ["d", "e"], seeds: [7, 8] },
  ]);
});

t.test("curves with other steps meet between their points, and end where they end", async (t) => {
  const band = bandOf([
    [
      [0, 0],
      [10, 10],
    ],
    [
      [0, 2],
      [5, 7],
      [20, 2],
    ],
    [[5, Number.NaN]],
  ]);
  t.strictSame(band.x, [0, 5, 10, 20]);
  t.strictSame(band.count, [2, 2, 2, 1]);
  t.strictSame(
    band.mean.map((value) => Number(value.toFixed(4))),
    [1, 6, 7.6667, 2],
  );
  t.ok(Math.abs((band.high[0] ?? 0) - (1 + Math.SQRT2)) < 1e-9, "the deviation of a sample");
  t.equal(band.low[3], 2);
});
