import t from "tap";
import { checkBudget, sizeOf } from "../../../lib/source/budget.js";

t.test("adding up names the five largest", (t) => {
  const files = Array.from({ length: 20 }, (_, n) => ({ path: `f${n}`, bytes: (n * 7) % 20 }));
  const { files: count, bytes, largest } = sizeOf(files);
  t.equal(count, 20);
  t.equal(bytes, 190);
  t.same(
    largest.map((file) => file.bytes),
    [19, 18, 17, 16, 15],
  );
  t.same(sizeOf([]), { files: 0, bytes: 0, largest: [] });
  t.end();
});

t.test("the usual budget: a word beyond 100 MiB, no more than 1 GiB", (t) => {
  const of = (bytes: number) => ({ files: 1, bytes, largest: [{ path: "x", bytes }] });
  t.same(checkBudget("/r", of(100 * 2 ** 20)), []);
  t.match(checkBudget("/r", of(100 * 2 ** 20 + 1)), [
    { message: /^the snapshot of '\/r' is large: 100 MiB in 1 files/ },
  ]);
  t.equal(checkBudget("/r", of(2 ** 30)).length, 1);
  t.throws(() => checkBudget("/r", of(2 ** 30 + 1)), { code: "dataerr", message: /more than 1\.0 GiB/ });
  t.end();
});
