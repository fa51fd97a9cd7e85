// A program that speaks for another machine and comes to no end.
import t from "tap";
import { runChild } from "../../../../lib/verb/fetch/child.js";

t.test("one that says more than it may is left, also where what it has started goes on", async (t) => {
  const { signal } = new AbortController();
  const endless = runChild(["bash", "-c", "cat /dev/zero; true"], { limit: 1e6, signal });
  await t.rejects(endless, { code: "dataerr", message: /more than 1000000 bytes/ });
});
