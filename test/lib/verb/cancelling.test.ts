import t from "tap";
import { fault } from "../../../lib/record/fault.js";
import { decide } from "../../../lib/registry/decisions.js";
import { openRun } from "../../../lib/registry/runs.js";
import { cancelAll } from "../../../lib/verb/cancelling.js";
import { readyRun } from "../pass/fake-scheduler.js";
import { all, type FakeContext, fakeContext, submitted } from "./fake-context.js";

async function* none(): AsyncGenerator<unknown> {}

/** What `lab cancel RUN...` yields. */
const cancelled = (context: FakeContext, ids: string[], keep = false) => {
  context.args.splice(0, context.args.length, ...ids);
  return all(cancelAll(none(), { reason: "a mistake", keep }, context));
};
const factsOf = ({ given }: FakeContext, id: string) => openRun(given, given.user, id)?.facts;

t.test("jobs are asked to end in one call, after one look at the queue", async (t) => {
  const context = fakeContext(t);
  const runs = [await submitted(context), await submitted(context), await submitted(context)];
  for (const job of ["1", "2"]) {
    context.fake.inQueue.set(job, { job, phase: "running" });
    context.fake.owners.set(job, { registry: context.given.id, run: runs[Number(job) - 1]?.id ?? "" });
  }
  context.fake.calls.length = 0;
  const asked = await cancelled(
    context,
    runs.map(({ id }) => id),
  );
  t.match(
    asked,
    runs.map(({ id }) => ({ id, message: "asked to end" })),
  );
  t.same(context.fake.cancelled, ["1", "2", "3"], "one that has left the queue does no harm");
  t.same(context.fake.calls, ["queue", "cancel"]);
  t.match(factsOf(context, runs[0]?.id ?? "")?.cancel, { reason: "a mistake" });
});

t.test("a job that has the id of ours now is left alone", async (t) => {
  const context = fakeContext(t);
  const run = await submitted(context);
  context.fake.inQueue.set("1", { job: "1", phase: "running" });
  context.fake.owners.set("1", { registry: context.given.id, run: "20261121-000000-other1" });
  t.match(await cancelled(context, [run.id]), [{ id: run.id, message: "its job is gone: 1 is another job's id now" }]);
  t.same(context.fake.cancelled, []);
  t.ok(factsOf(context, run.id)?.cancel, "the wish is written down all the same");
});

t.test("a run without a job is ended on the spot; one that has ended comes back as it is", async (t) => {
  const context = fakeContext(t);
  const run = await readyRun(context.given);
  t.match(await cancelled(context, [run.id]), [{ state: "cancelled", message: "cancelled before it was submitted" }]);
  t.match(await cancelled(context, [run.id]), [{ state: "cancelled" }]);
  t.match(context.said, [`${run.id} has ended already: cancelled`]);
  t.same(context.fake.calls, [], "nobody need be asked");
});

t.test("one's own runs that follow it end with it, unless they are to take over", async (t) => {
  const context = fakeContext(t);
  const { given: registry } = context;
  for (const keep of [true, false]) {
    const [leader, follower] = [await readyRun(registry), await readyRun(registry)];
    const disk = openRun(registry, registry.user, follower.id);
    if (!disk) throw new Error("no follower");
    const of = { leader: leader.id, leader_user: registry.user, at: new Date().toISOString() };
    decide(registry, disk, { decision: "follows", ...of });
    t.match(await cancelled(context, [leader.id], keep), [{ id: leader.id, state: "cancelled" }]);
    t.equal(factsOf(context, follower.id)?.outcome?.state, keep ? undefined : "cancelled");
  }
  t.match(context.said, [/followed it and ends too/]);
});

t.test("with -n nothing is done", async (t) => {
  const context = fakeContext(t);
  const run = await submitted(context);
  context.dryRun = true;
  t.match(await cancelled(context, [run.id]), [{ state: "submitted", dry_run: true, message: undefined }]);
  t.equal(factsOf(context, run.id)?.cancel, undefined);
  t.same(context.fake.cancelled, []);
});

t.test("a scheduler out of reach: the wish stands, and the next pass tells it", async (t) => {
  const context = fakeContext(t);
  const run = await submitted(context);
  context.fake.inQueue.set("1", { job: "1", phase: "pending" });
  const { reconcilePass } = await import("../../../lib/verb/passes.js");
  await all(reconcilePass(context));
  context.fake.faults.set("queue", fault("unavailable", "down"));
  t.match(await cancelled(context, [run.id]), [{ error: { code: "unavailable" } }]);
  t.match(context.failures, [{ code: "unavailable" }]);
  context.fake.faults.clear();
  await all(reconcilePass(context));
  t.same(context.fake.cancelled, ["1"], "though its row has not changed");
});
