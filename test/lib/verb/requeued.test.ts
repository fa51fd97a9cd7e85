// Runs that are started again: by another submission, for the next generation of their claim, until there were enough.
import t from "tap";
import { fateOf } from "../../../lib/pass/fate.js";
import type { Run } from "../../../lib/record/run.js";
import { usualGraces } from "../../../lib/record/state.js";
import { openRun } from "../../../lib/registry/runs.js";
import { writeRequest } from "../../../lib/registry/submissions.js";
import { onWrite } from "../../../lib/registry/write.js";
import { explainRun } from "../../../lib/verb/show/explaining.js";
import {
  advanced,
  attempt,
  claimants,
  claimsOf,
  decidedRun,
  makes,
  open,
  reconciled,
  sentRun,
  stateIn,
} from "../pass/claimants.js";
import type { FakeContext } from "./fake-context.js";

const checkpoints = { requeue: true, max_attempts: 2 };
const long_ago = new Date(Date.now() - 400_000).toISOString();

/** The scheduler's word on the run's newest job. */
function ends({ fake }: FakeContext, verdict: "preempted" | "timeout" | "node_fail" | "completed"): void {
  const job = String(fake.submitted.length);
  fake.accounts?.set(job, { job, phase: "ended", verdict, ended_at: long_ago, nodes: "n1", started_at: long_ago });
}

t.test("it is sent again, those that follow it wait, and the last mode is its end", async (t) => {
  const context = claimants(t);
  const run = await sentRun(context, { checkpoints });
  const follower = await decidedRun(context, { checkpoints });
  attempt(run, 1, { job: "1" });
  ends(context, "preempted");
  await reconciled(context);
  const again = /^it was preempted; it is to be submitted again, after attempt 1 of 2$/;
  t.match(stateIn(context, run), { state: "requeued", mode: "preempted", message: again, final: false });
  const why = await explainRun(open(context, run), usualGraces, context);
  t.match(why, { state: "requeued", message: again, try: [/: lab advance$/] }, "lab why says who sends it");
  t.strictSame(Object.keys(why).sort(), ["message", "mode", "name", "run", "state", "try", "type", "v"]);
  context.fake.inQueue.set("2", { job: "2", phase: "pending" });
  t.ok((await advanced(context)).includes(run.id));
  t.match(
    context.said.find((words) => words.startsWith(run.id)),
    /it is to be submitted again/,
  );
  t.match(stateIn(context, run), { state: "submitted", job: "2" });
  t.same(claimsOf(context), ["1 go", "2 go"]);
  t.match(stateIn(context, follower), { state: "following" });
  t.same(await advanced(context), [], "once");

  attempt(run, 2, { job: "2", submission: 2 });
  context.fake.inQueue.delete("2");
  ends(context, "timeout");
  await reconciled(context);
  t.match(open(context, run).facts.outcome, { state: "failed", mode: "timeout", attempt: 2 });
  t.equal(context.fake.submitted.length, 2);
});

t.test("what claims nothing is sent again, too, and what it makes then counts", async (t) => {
  const context = claimants(t);
  const run = await sentRun(context, { checkpoints, caching: { mode: "none" } });
  ends(context, "node_fail");
  await reconciled(context);
  t.same(await advanced(context), [run.id]);
  t.same(claimsOf(context), []);
  attempt(run, 1, { job: "2", submission: 2 }, makes(run));
  ends(context, "completed");
  await reconciled(context);
  t.match(open(context, run).facts.outcome, { state: "succeeded", job: "2" });
});

t.test("who does not ask for it is not sent again; nor who is cancelled meanwhile", async (t) => {
  const context = claimants(t);
  const [plain] = [await sentRun(context)];
  ends(context, "preempted");
  await reconciled(context);
  t.match(open(context, plain).facts.outcome, { state: "failed", mode: "preempted" });
  const run = await sentRun(context, { checkpoints });
  ends(context, "preempted");
  await reconciled(context);
  t.match(stateIn(context, run), { state: "requeued" });
  writeRequest(context.given, run.run_dir ?? "", "cancel", run.id, undefined);
  t.same(await advanced(context), []);
  await reconciled(context);
  t.match(open(context, run).facts.outcome, { state: "failed", mode: "preempted" });
  t.equal(context.fake.submitted.length, 2);
});

t.test("a job that begins again after all is left alone", async (t) => {
  const context = claimants(t);
  const run = await sentRun(context, { checkpoints: { ...checkpoints, max_attempts: 9 } });
  attempt(run, 1, { job: "1" });
  ends(context, "preempted");
  await reconciled(context);
  let begun = false;
  t.teardown(() => onWrite(undefined));
  onWrite((_, file) => {
    // Once its claim is looked for, and before that is linked.
    if (begun || !String(file).includes("claims")) return;
    begun = true;
    attempt(run, 2, { job: "1" });
  });
  await advanced(context);
  onWrite(undefined);
  t.ok(begun);
  t.equal(context.fake.submitted.length, 1);
  t.same(claimsOf(context), ["1 go", "2 void"]);
});

t.test("stopped before any write, the next pass sends it, and only one job counts", async (t) => {
  t.teardown(() => onWrite(undefined));
  const stop = new Error("stopped");
  for (let stopAt = 1, isDone = false; !isDone; stopAt += 1) {
    const context = claimants(t);
    const run = await sentRun(context, { checkpoints });
    ends(context, "preempted");
    await reconciled(context);
    let writes = 0;
    onWrite(() => {
      writes += 1;
      if (writes === stopAt) throw stop;
    });
    await advanced(context).catch((error) => error === stop || t.fail(String(error)));
    onWrite(undefined);
    isDone = writes < stopAt;
    const stopped = stateIn(context, run);
    t.notOk(stopped.final, `stopped before write ${stopAt}: ${stopped.state}`);
    await advanced(context);
    await reconciled(context);
    await advanced(context);
    const { facts } = open(context, run);
    const sent = facts.submissions.filter(({ receipt }) => receipt).map(({ n }) => n);
    const after = `stopped before write ${stopAt}: ${stateIn(context, run).state}, ${context.fake.submitted.length} jobs`;
    t.ok(
      context.fake.submitted.length === 2 && !facts.outcome && (sent.length === 2 || stopped.state === "submitted"),
      after,
    );
  }
});

t.test("whose owner does not come back is left by others after a while", async (t) => {
  const context = claimants(t);
  const run: Run = await sentRun(context, { checkpoints });
  attempt(run, 1, { job: "1" });
  ends(context, "preempted");
  await reconciled(context);
  const disk = openRun(context.given, context.given.user, run.id);
  const looking = { graces: { missing_job_s: 1, accounting_s: 1, submit_s: 1 }, now: Date.now() };
  if (!disk) throw new Error("it is gone");
  t.equal(fateOf(disk, looking).is, "under way");
  t.equal(fateOf(disk, { ...looking, courtesy_s: 600 }).is, "under way");
  t.match(fateOf(disk, { ...looking, courtesy_s: 30 }), { is: "ended", standing: { mode: "preempted" } });
});
