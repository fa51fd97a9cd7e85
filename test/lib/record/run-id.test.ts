import fc from "fast-check";
import t from "tap";
import { drawRunId, handleOf, isHandle, isRunId, timeOfRunId } from "../../../lib/record/run-id.js";
import { checked, runId } from "../../../lib/record/schema.js";

const moments = fc.integer({ min: 0, max: Date.parse("9999-12-31T23:59:59.999Z") });
const bytes = fc.uint8Array({ minLength: 4, maxLength: 4 });

t.test("an id says when it was drawn, sorts by that, and ends in its handle", async (t) => {
  fc.assert(
    fc.property(moments, bytes, (now, random) => {
      const id = drawRunId(now, random);
      return (
        isRunId(id) &&
        checked(runId, id, "it") === id &&
        timeOfRunId(id) === now - (now % 1000) &&
        isHandle(handleOf(id)) &&
        id.endsWith(`-${handleOf(id)}`)
      );
    }),
  );
  fc.assert(
    fc.property(moments, moments, bytes, (a, b, random) => {
      const [x, y] = [drawRunId(a, random), drawRunId(b, random)];
      return a < b ? x < y : a > b ? x > y : x === y;
    }),
  );
  t.match(drawRunId(Date.parse("2026-11-20T20:14:55.999Z")), /^20261120-201455-/);
});

t.test("handles are drawn anew each time, evenly, from Crockford's letters", async (t) => {
  const drawn = Array.from({ length: 500 }, () => handleOf(drawRunId(Math.floor(Math.random() * 1e12))));
  t.equal(new Set(drawn).size, 500);
  const letters = new Set(drawn.join(""));
  t.equal(letters.size, 32);
  for (const letter of "ilou") t.notOk(letters.has(letter), letter);
});

t.test("what is no run id is none", async (t) => {
  const id = "20261120-201455-k7q3mz";
  t.ok(isRunId(id));
  for (const text of [
    "",
    `${id}\n`,
    ` ${id}`,
    `${id}0`,
    id.slice(1),
    id.toUpperCase(),
    "20261120-201455-k7q3ml",
    "20261120_201455-k7q3mz",
    `../${id}`,
    `${id}/..`,
  ]) {
    t.notOk(isRunId(text), JSON.stringify(text));
    t.equal(timeOfRunId(text), undefined);
  }
  t.equal(timeOfRunId("20261399-201455-k7q3mz"), undefined, "no such day");
  for (const text of ["", "k7q3m", "k7q3mzz", "K7Q3MZ", "k7q3mi", "k7q3m\n", "../../"]) t.notOk(isHandle(text), text);
});
