import fc from "fast-check";
import t from "tap";
import { lttb } from "../../../lib/graph/lttb.js";

const steps = (n: number) => Float64Array.from({ length: n }, (_, i) => i);

t.test("peaks stay, and the first and the last", async (t) => {
  const y = new Float64Array(1000);
  y[333] = 50;
  y[700] = -20;
  const chosen = lttb(steps(1000), y, 12);
  t.equal(chosen.length, 12);
  for (const i of [0, 333, 700, 999]) t.ok(chosen.includes(i), `${i}`);
  t.same(lttb(steps(3), y.subarray(0, 3), 5), [0, 1, 2], "few are all of them");
  t.same(lttb(steps(9), y.subarray(0, 9), 2), [0, 8]);
});

t.test("as many as asked for, in their order, of any values", async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(
        fc.array(fc.double(), { minLength: 4, maxLength: 200 }),
        fc.integer({ min: 3, max: 50 }),
        (values, n) => {
          const chosen = lttb(steps(values.length), Float64Array.from(values), n);
          const rising = chosen.every((one, i) => i === 0 || one > (chosen[i - 1] ?? 0));
          return (
            rising &&
            chosen.length === Math.min(n, values.length) &&
            chosen[0] === 0 &&
            chosen.at(-1) === values.length - 1
          );
        },
      ),
    ),
  );
});
