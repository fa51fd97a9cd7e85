import t from "tap";
import { reconcilePass } from "../../../lib/verb/passes.js";
import { all, fakeContext, submitted } from "./fake-context.js";

t.test("what has settled is known without asking anybody", async (t) => {
  const context = fakeContext(t);
  t.same(await all(reconcilePass(context)), []);
  t.same(context.fake.calls, [], "no runs, no questions");
  const run = await submitted(context, { ended: true });
  t.match(await all(reconcilePass(context)), [{ ended: { run: run.id, state: "succeeded" } }]);
  context.fake.calls.length = 0;
  t.same(await all(reconcilePass(context)), []);
  t.same(await all(reconcilePass(context, [run.id])), []);
  t.same(context.fake.calls, [], "all is settled: no questions");
  await submitted(context);
  context.fake.inQueue.set("2", { job: "2", phase: "pending" });
  t.match(await all(reconcilePass(context)), [{ standing: { state: "queued" } }]);
  t.same(context.fake.calls, ["submit", "queue"]);
});
