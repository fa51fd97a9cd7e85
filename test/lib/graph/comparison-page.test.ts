import t from "tap";
import { comparedCurves, pensOf } from "../../../lib/graph/compared-curves.js";
import { comparisonPage } from "../../../lib/graph/comparison-page.js";
import { columnsOf, rangeOf } from "../../../lib/graph/curves.js";
import type { Comparison } from "../../../lib/record/comparison.js";

const ids = ["20261120-201455-aaaaaa", "20261120-201455-bbbbbb", "20261120-201455-cccccc"];
const [a = "", b = "", c = ""] = ids;
const sides: Pick<Comparison, "runs" | "fields" | "metrics" | "seeds"> = {
  runs: ids.map((id) => ({ id, name: "<train>", user: "ada", state: "succeeded" })),
  fields: [
    { path: "seed", group: "params", differs: true, values: { [a]: 0, [b]: 1, [c]: 0 } },
    { path: "params.lr", group: "params", differs: true, values: { [a]: 0.1, [b]: 0.1, [c]: 0.2 } },
  ],
  metrics: [
    {
      name: "loss",
      goal: "min",
      values: { [a]: { count: 3, last: 1 }, [b]: { count: 3, last: 3 }, [c]: { count: 2, last: 5 } },
    },
  ],
  seeds: [{ runs: [a, b], seeds: [0, 1] }],
};
const series = [
  {
    run: a,
    points: [
      [1, 3],
      [2, "NaN"],
      [3, 1, 0.5, 4],
    ] as [number, number | string, ...number[]][],
  },
  {
    run: b,
    points: [
      [1, 5],
      [3, 3],
    ] as [number, number][],
  },
  {
    run: c,
    points: [
      [2, 7],
      [3, -5],
    ] as [number, number][],
  },
];
const none = { colour: "", fold: "" };

t.test("runs of one value are drawn as their mean and spread, others as they are", async (t) => {
  for (const fold of ["seeds", "params.lr"]) {
    const [mean, other, more] = comparedCurves(series, sides, { ...none, fold });
    t.match(mean?.label, /lr 0\.1/);
    t.strictSame(mean?.points, [
      [1, 4],
      [3, 2],
    ]);
    t.equal(mean?.band?.low.at(-1)?.[1].toFixed(3), (2 - Math.SQRT2).toFixed(3), "one standard deviation");
    t.equal(other?.id, c);
    t.equal(more, undefined);
  }
});

t.test("those of one colour have other dashes", async (t) => {
  const pens = pensOf(sides, "params.lr");
  t.strictSame([pens.get(a), pens.get(b), pens.get(c)], [0, 10, 1]);
});

t.test(
  "a value that cannot be drawn is a gap, and counted; an extreme that a point stands for is in sight",
  async (t) => {
    const curves = comparedCurves(series, sides, none);
    const settings = { smooth: 0, x: "step" as const, logX: false, logY: true, clip: false };
    const columns = columnsOf(curves, settings);
    t.strictSame([columns.odd, columns.placeless], [1, 1]);
    const line = columns.lines.find(({ curve, kind }) => curve.id === a && kind === "line");
    t.strictSame(line?.values, [3, null, 1]);
    t.strictSame(columns.lines.find(({ curve, kind }) => curve.id === b && kind === "line")?.values, [5, undefined, 3]);
    t.strictSame(
      rangeOf(columns.lines, settings)?.map((end) => Math.round(end * 10) / 10),
      [0.5, 7.7],
    );
  },
);

t.test("the page has tables, charts and images, and nothing of it is loaded or run", async (t) => {
  const settings = { smooth: 0, x: "step" as const, logX: false, logY: false, clip: false };
  const images = [{ run: a, name: "x/step_#.png", step: 100, data: "data:image/png;base64,AAAA" }];
  const at = "2026-11-20T20:14:55.000Z";
  const page = comparisonPage({
    ...{ comparison: sides, series: new Map([["loss", series]]), images, settings, at },
    looks: { ...none, fold: "seeds" },
  });
  t.notMatch(page, /<script|src="http|<train>/);
  t.match(page, /&lt;train&gt;/);
  t.match(page, /means and one standard deviation of runs that differ by their seed/);
  t.match(page, /fill-opacity="0.16"/, "the band");
  t.match(page, /<img alt="x\/step_#.png of aaaaaa" src="data:image\/png;base64,AAAA">/);
  t.match(page, /1 NaN or infinite|mean of 2/);
});
