import t from "tap";
import { comparedMetrics, metricSummaries } from "../../../lib/graph/metric-summary.js";

t.test("last is that of the highest step, and numbers that are none are not the least", async (t) => {
  const points = [
    { name: "loss", value: 3, step: 1 },
    { name: "loss", value: 1, step: 30 },
    { name: "loss", value: Number.NaN, step: 40 },
    { name: "loss", value: 2, step: 20 },
    { name: "speed", value: 5 },
    { name: "speed", value: 4 },
  ];
  const found = metricSummaries(points);
  t.strictSame(found.get("loss"), {
    ...{ count: 4, last: "NaN", last_step: 40 },
    ...{ min: 1, min_step: 30, max: 3, max_step: 1 },
  });
  t.strictSame(found.get("speed"), { count: 2, last: 4, min: 4, max: 5 });
  const [loss, speed] = comparedMetrics(new Map([["a", found]]));
  t.match(loss, { name: "loss", goal: "min", values: { a: { best: 1, best_step: 30 } } });
  t.notOk(speed?.goal, "nobody can tell whether more of it is better");
  t.notOk(speed?.values["a"]?.best);
});
