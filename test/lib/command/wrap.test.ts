import fc from "fast-check";
import t from "tap";
import { width } from "../../../lib/command/width.js";
import { wrapped } from "../../../lib/command/wrap.js";

t.test("words on lines", async (t) => {
  t.strictSame(wrapped(["one", "two", "three"], 7), ["one two", "three"]);
  t.strictSame(wrapped(["one", "two", "three"], Number.POSITIVE_INFINITY), ["one two three"]);
  t.strictSame(wrapped([], 7), [""]);
  t.strictSame(wrapped(["日本", "日本"], 8), ["日本", "日本"]);
  t.strictSame(wrapped(["run", "it", "now"], 8, " \\"), ["run it \\", "now"]);
  t.strictSame(wrapped(["a", "much/longer/word", "b"], 5), ["a", "much/longer/word", "b"]);
});

t.test("no word is lost, and no line is wider than it must be", async () => {
  const words = fc.array(fc.string({ minLength: 1, maxLength: 12 }).filter((word) => /^[!-~]+$/.test(word)));
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 40 }), (given, room) => {
      const lines = wrapped(given, room);
      return lines.join(" ") === given.join(" ") && lines.every((line) => width(line) <= room || !line.includes(" "));
    }),
  );
});
