import t from "tap";
import { leaderboard } from "../../../lib/graph/leaderboard.js";

const one = (run: string, step: number | undefined, value: number) => ({
  ...{ run, name: run, user: "ada", value },
  ...(step === undefined ? {} : { step }),
});

t.test("the best first, of equals who needed fewer steps; points by step", async (t) => {
  const all = [
    one("b", 200, 0.5),
    one("b", 100, 0.7),
    one("a", 300, 0.7),
    one("c", 100, Number.NaN),
    one("d", undefined, 0.1),
  ];
  const found = leaderboard(all, "max");
  t.strictSame(
    found.map(({ run }) => run),
    ["b", "a", "d"],
  );
  t.match(found[0], { evaluated: 2, best: { value: 0.7, step: 100 }, last: { value: 0.5, step: 200 } });
  t.equal(Number(found[0]?.last.change?.toFixed(3)), -0.2);
  t.strictSame(found[0]?.points, [
    [100, 0.7],
    [200, 0.5],
  ]);
  t.equal(leaderboard(all, "min")[0]?.run, "d");
});
