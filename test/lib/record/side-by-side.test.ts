import t from "tap";
import { sideBySide } from "../../../lib/record/side-by-side.js";

t.test("in order, and never more than so many at once", async (t) => {
  const inLine = sideBySide(3);
  const [begun, open] = [[] as number[], new Map<number, () => void>()];
  let most = 0;
  const work = (n: number) => async () => {
    begun.push(n);
    await new Promise<void>((end) => open.set(n, end));
    open.delete(n);
    return n;
  };
  const all = Array.from({ length: 10 }, (_, n) => inLine(work(n)));
  for (let ended = 0; ended < 10; ) {
    await new Promise(setImmediate);
    most = Math.max(most, open.size);
    const last = [...open.keys()].at(-1) ?? -1;
    if (open.has(last)) ended += 1;
    open.get(last)?.();
  }
  t.same(
    await Promise.all(all),
    begun.slice().sort((a, b) => a - b),
  );
  t.equal(most, 3);
  t.same(begun, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

t.test("one that fails holds up none", async (t) => {
  const inLine = sideBySide(1);
  const failing = inLine(() => Promise.reject(new Error("x")));
  const next = inLine(async () => 2);
  await t.rejects(failing, { message: "x" });
  t.equal(await next, 2);
});
