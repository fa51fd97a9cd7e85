import fc from "fast-check";
import t from "tap";
import { type Curve, plot } from "../../../lib/graph/plot.js";
import { scale } from "../../../lib/graph/scale.js";
import { smooth } from "../../../lib/graph/smooth.js";
import { sparkline } from "../../../lib/graph/sparkline.js";

const style = {
  title: "loss",
  unit: "step",
  x: "linear" as const,
  y: "linear" as const,
  width: 40,
  height: 5,
  colour: false,
  plain: (text: string) => text,
};
const curve = (y: number[], more: Partial<Curve> = {}): Curve => ({
  name: "k7q3mz",
  about: "train",
  look: 0,
  x: Float64Array.from(y, (_, i) => i),
  y: Float64Array.from(y),
  raw: undefined,
  ...more,
});
const ramp = Array.from({ length: 101 }, (_, i) => i);

t.test("a curve between axes with round numbers", async (t) => {
  t.same(plot([curve(ramp)], style), [
    "loss by step  k7q3mz  train  last 100      min 0        max 100",
    "100 ┤                            ⢀⣀⠤⠤⠒⠒⠉",
    "    │                     ⣀⣀⠤⠤⠒⠊⠉⠁",
    " 50 ┤              ⣀⡠⠤⠔⠒⠊⠉",
    "    │      ⢀⣀⡠⠤⠒⠒⠉⠉",
    "  0 ┤⣀⠤⠤⠒⠒⠉⠁",
    "    └┬────────────────┬────────────────┬",
    "     0               50              100",
  ]);
});

t.test("what is not finite is a gap, and is counted; a value between gaps is seen", async (t) => {
  const values = ramp.map((i) => (i > 30 && i < 60 ? Number.NaN : i === 70 ? Number.POSITIVE_INFINITY : 1));
  const lines = plot([curve(values)], style) ?? [];
  t.match(lines[0], /min 1 +max 1 +30 not finite$/);
  const row = lines.find((line) => /[⠁-⣿]/.test(line)) ?? "";
  t.match(row, /[⠁-⣿]{10} {8,}[⠁-⣿]+/);
  t.equal(plot([curve([Number.NaN, Number.NaN])], style), undefined);
  t.ok((plot([curve([Number.NaN, 5, Number.NaN])], style) ?? []).some((line) => /[⠁-⣿]/.test(line)));
});

t.test(
  "several have a legend and their names at their ends; without colours they are told apart by their dots",
  async (t) => {
    const down = curve([...ramp].reverse(), { name: "abc123", about: "lr=1", look: 1 });
    const two = [curve(ramp, { about: "lr=0.5" }), down];
    const text = (plot(two, { ...style, width: 70 }) ?? []).join("\n");
    t.match(text, /100 ┤.* k7q3mz\n/);
    t.match(text, /\n +0 ┤.* abc123\n/);
    t.match(text, "⠤⠤⠤⠤⠤ k7q3mz  lr=0.5  last 100");
    t.match(text, "⠤⠤⠄⠀⠤ abc123  lr=1    last 0");
    t.notMatch(text, "\u001b");
    const coloured = (plot(two, { ...style, width: 70, colour: true }) ?? []).join("\n");
    t.match(coloured, "\u001b[38;5;39m━━ k7q3mz\u001b[0m");
    t.match(coloured, "\u001b[38;5;208m━━ abc123\u001b[0m");
  },
);

t.test("no line is wider than asked for, whatever is drawn", async (t) => {
  const number = fc.double({ noDefaultInfinity: false, noNaN: false });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(
        fc.array(fc.array(number, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 60, max: 120 }),
        fc.boolean(),
        (all, width, log) => {
          const curves = all.map((y, look) =>
            curve(
              y.map((value) => value / 2),
              { look, about: "x" },
            ),
          );
          const [, ...lines] = plot(curves, { ...style, width, y: log ? "log" : "linear" }) ?? [];
          return (
            lines.every((line) => line.length <= width + 16) && lines.slice(0, 5).every((line) => line.length <= width)
          );
        },
      ),
      { numRuns: 100 },
    ),
  );
});

t.test("ticks are round, in the unit of their axis", async (t) => {
  const labels = (range: [number, number], kind: Parameters<typeof scale>[1], count: number) =>
    scale(range, kind, count).ticks.map(({ label }) => label);
  t.same(labels([0, 1], "linear", 5), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
  t.same(labels([-3, 12], "linear", 3), ["0", "5", "10"]);
  t.same(labels([0, 2_500_000], "linear", 5), ["0", "0.5M", "1.0M", "1.5M", "2.0M", "2.5M"]);
  t.same(labels([1e-6, 4e-6], "linear", 3), ["1e-6", "2e-6", "3e-6", "4e-6"]);
  t.same(labels([5, 5], "linear", 2), ["5.0"]);
  t.same(labels([1e-4, 1e4], "log", 4), ["0.0001", "0.01", "1", "100", "10k"]);
  t.same(labels([0.2, 3], "log", 5), ["0.2", "0.5", "1", "2"]);
  t.same(labels([0, 7_200_000], "duration", 4), ["0", "30m", "1h", "1h30m", "2h"]);
  t.same(labels([0, 90_000], "duration", 3), ["0", "30s", "1m", "1m30s"]);
  const noon = new Date(2026, 10, 21, 12).getTime();
  t.same(labels([noon, noon + 3_600_000], "time", 4), ["12:00", "12:15", "12:30", "12:45", "13:00"]);
});

t.test("an average has no pull to zero, and a gap does not end it", async (t) => {
  t.same(
    [...smooth(Float64Array.of(4, 4, Number.NaN, 4), 0.9)].map((value) => Number(value.toFixed(9))),
    [4, 4, Number.NaN, 4],
  );
  t.same([...smooth(Float64Array.of(0, 1), 0.5)], [0, 2 / 3]);
});

t.test("a curve of a million values in one line", async (t) => {
  const line = sparkline();
  for (let i = 0; i < 1_000_000; i += 1) line.add(i < 500_000 ? i : Number.NaN);
  t.equal(line.text(8), "▁▃▅▇█   ");
  const flat = sparkline();
  flat.add(3);
  t.equal(flat.text(8), "▄");
});
