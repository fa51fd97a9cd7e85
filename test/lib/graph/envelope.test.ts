import fc from "fast-check";
import t from "tap";
import { envelope } from "../../../lib/graph/envelope.js";

const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 });

t.test("few points are all of them, in the order of x", async (t) => {
  const drawn = envelope(10);
  for (const [x, y] of [
    [2, 1],
    [0, Number.NaN],
    [1, 5],
  ] as const)
    drawn.add(x, y);
  t.strictSame(drawn.points(), [
    [0, Number.NaN],
    [1, 5],
    [2, 1],
  ]);
  t.equal(drawn.first(), 0);
});

t.test("many points become few, and none of the extremes is lost, in whatever order they come", async () => {
  const some = fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 400 });
  fc.assert(
    fc.property(some, fc.integer({ min: 2, max: 40 }), (all, most) => {
      const drawn = envelope(most);
      for (const [x, y] of all) drawn.add(x, y);
      const points = drawn.points();
      const lows = points.map(([, y, min = y]) => min);
      const highs = points.map(([, y, , max = y]) => max);
      return (
        points.length <= Math.max(most, 1) &&
        points.every(([x], i) => i === 0 || x >= (points[i - 1]?.[0] ?? 0)) &&
        Math.min(...lows) === Math.min(...all.map(([, y]) => y)) &&
        Math.max(...highs) === Math.max(...all.map(([, y]) => y)) &&
        points.at(-1)?.[0] === Math.max(...all.map(([x]) => x))
      );
    }),
  );
});

t.test("a million points of a run take the room of a thousand", async (t) => {
  const drawn = envelope(1000);
  for (let i = 0; i < 1_000_000; i += 1) drawn.add(i, i === 765_432 ? -7 : Math.sin(i / 1e4));
  const points = drawn.points();
  t.ok(points.length > 400 && points.length <= 1000, `${points.length}`);
  t.equal(Math.min(...points.map(([, y, min = y]) => min)), -7);
  t.strictSame(points.at(-1)?.slice(0, 2), [999_999, Math.sin(999_999 / 1e4)]);
});

t.test("points of one place, or of places far apart, end", async (t) => {
  for (const place of [() => 5, (i: number) => 10 ** (i % 300), (i: number) => -i * Number.MIN_VALUE]) {
    const drawn = envelope(10);
    for (let i = 0; i < 1000; i += 1) drawn.add(place(i), i);
    t.ok(drawn.points().length <= 10);
  }
});
