import t from "tap";
import { type Sharing, shareGpus } from "../../../lib/record/throttle.js";

const of = (...pairs: [tasks: number, gpus: number][]): Sharing[] => pairs.map(([tasks, gpus]) => ({ tasks, gpus }));

t.test("a budget is shared out, the cheapest first", async (t) => {
  const cases: [Sharing[], number, object][] = [
    [of([10, 1]), 8, { how: "together", throttles: [8], most: 8 }],
    [of([3, 1], [10, 2]), 16, { how: "together", throttles: [3, 6], most: 15 }],
    [of([10, 1], [10, 2]), 8, { how: "together", throttles: [4, 2], most: 8 }],
    [of([5, 4], [5, 8]), 8, { how: "serial", throttles: [2, 1], most: 8 }],
    [of([2000, 1]), 1500, { how: "together", throttles: [1001], most: 1001 }],
    [of([100, 0], [4, 2]), 4, { how: "together", throttles: [100, 2], most: 4 }],
  ];
  for (const [arrays, budget, shares] of cases) t.strictSame(shareGpus(arrays, budget, 1001), shares);
});

t.test("one that can never start is refused", async (t) => {
  t.throws(() => shareGpus(of([2, 1], [4, 4]), 3), { code: "dataerr", message: /takes 4 GPUs: max_gpus is 3/ });
});
