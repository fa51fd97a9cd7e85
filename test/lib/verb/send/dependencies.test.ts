import t from "tap";
import type { Run } from "../../../../lib/record/run.js";
import { dependenciesOf } from "../../../../lib/verb/send/dependencies.js";
import { type FakeContext, fakeContext, submitted } from "../fake-context.js";

const depends = (context: FakeContext, after: Record<string, string[]>) =>
  dependenciesOf({ after } as unknown as Run, context.fake, context.given, context);

t.test("jobs that were just seen, of runs and by their own ids", async (t) => {
  const context = fakeContext(t);
  const run = await submitted(context);
  context.fake.calls.length = 0;
  t.same(await depends(context, {}), []);
  t.same(context.fake.calls, [], "nobody is asked for nothing");
  for (const job of ["1", "7"]) context.fake.inQueue.set(job, { job, phase: "pending" });
  t.same(await depends(context, { afterok: [run.id, "7"], afterany: [run.id.slice(-6)] }), [
    { type: "afterok", jobs: ["1", "7"] },
    { type: "afterany", jobs: ["1"] },
  ]);
});

t.test("what has ended is decided at once", async (t) => {
  const context = fakeContext(t);
  context.fake.accounts?.set("7", { job: "7", phase: "ended", verdict: "completed" });
  context.fake.accounts?.set("8", { job: "8", phase: "ended", verdict: "failed" });
  t.same(await depends(context, { afterok: ["7"], afternotok: ["8"], afterany: ["7", "8"] }), []);
  await t.rejects(depends(context, { afterok: ["8"] }), {
    code: "refused",
    message: /it has ended already \(failed\)/,
  });
  await t.rejects(depends(context, { afterok: ["9"] }), { code: "refused", message: /does not know job 9/ });
});

t.test("a run's job whose id has come round is no dependency", async (t) => {
  const context = fakeContext(t);
  const run = await submitted(context);
  context.fake.inQueue.set("1", { job: "1", phase: "running" });
  context.fake.owners.set("1", { registry: context.given.id, run: "20261121-000000-other1" });
  await t.rejects(depends(context, { afterok: [run.id] }), { code: "refused", message: /does not know job 1/ });
});
