import fc from "fast-check";
import t from "tap";
import { measuresOf, parseResult } from "../../../lib/record/result.js";

t.test("the shapes that evaluations write", async (t) => {
  const of = (value: object) => measuresOf(value as Record<string, unknown>);
  t.same(of({ tasks: { a: 0.5, b: { value: 1, stderr: 0.1, n: 20, more: "x" } }, primary: "b" }), {
    measures: [
      { name: "a", value: 0.5 },
      { name: "b", value: 1, stderr: 0.1, n: 20 },
    ],
    headline: "b",
  });
  for (const key of ["scores", "metrics", "results"])
    t.same(of({ [key]: { a: 1 }, note: "x" }), { measures: [{ name: "a", value: 1 }], headline: "a" }, key);
  t.same(of({ loss: 1, acc: 2 }), {
    measures: [
      { name: "loss", value: 1 },
      { name: "acc", value: 2 },
    ],
    headline: "acc",
  });
  for (const name of ["strict_accuracy", "accuracy", "acc", "pass@1", "exact_match", "score"])
    t.equal(of({ zero: 0, [`task/${name}`]: 1 }).headline, `task/${name}`);
  t.equal(of({ a: 1, b: 2, primary: "b" }).headline, "b");
  t.equal(of({ a: 1, primary: "nothing" }).headline, "a");
  t.same(of({ a: 1, note: "not a number" }), { measures: [] }, "one that is no number, and it is no table of numbers");
  t.same(of({ traj_path: "/x", runs: [] }), { measures: [] });
  t.same(of({}), { measures: [] });
});

t.test("text becomes an object, or nothing", async (t) => {
  t.same(parseResult('{"a": NaN, "b": -Infinity, "c": "NaN stays", "d": Infinity, "e\\" NaN": 1}'), {
    a: "NaN",
    b: "-Infinity",
    c: "NaN stays",
    d: "Infinity",
    'e" NaN': 1,
  });
  for (const text of ["", "[1]", "1", "null", "{", '{"a": nan}', '"x"']) t.equal(parseResult(text), undefined, text);
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      t.same(JSON.stringify(parseResult(JSON.stringify(value))), JSON.stringify(JSON.parse(JSON.stringify(value))));
    }),
    { numRuns: 50 },
  );
});
