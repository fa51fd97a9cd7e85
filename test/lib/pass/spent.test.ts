import t from "tap";
import { answerFor } from "../../../lib/pass/answer.js";
import type { ArtifactInput, Run } from "../../../lib/record/run.js";
import { usualGraces } from "../../../lib/record/state.js";
import { linkClaim, linkGo } from "../../../lib/registry/claims.js";
import { writeOutcome } from "../../../lib/registry/submissions.js";
import { onWrite } from "../../../lib/registry/write.js";
import { cacheRun } from "../../../lib/verb/send/caching.js";
import { renderRun } from "../../../lib/verb/send/rendering.js";
import type { FakeContext } from "../verb/fake-context.js";
import {
  advanced,
  aged,
  attempt,
  claimants,
  claimsOf,
  createdRun,
  decidedRun,
  key,
  keyOf,
  makes,
  open,
  reconciled,
  send,
  sentRun,
  stateIn,
} from "./claimants.js";

const slot = { key, epoch: "1" };
const ended = (job: string, more: object = {}) =>
  ({
    job,
    phase: "ended",
    verdict: "failed",
    exit_code: 75,
    ended_at: new Date(Date.now() - 400_000).toISOString(),
    ...more,
  }) as const;
const input = (run: Run): { data: ArtifactInput } => ({
  data: { type: "artifact", artifact: "x", run: run.id, user: run.user, role: "model", path: "/none" },
});
const ask = ({ given }: FakeContext, run: Run) =>
  answerFor(run, {
    registry: given,
    graces: usualGraces,
    now: Date.now(),
    lease_s: 600,
    trusts: () => true,
    by: "cache",
  });

t.test("the first claims, the second follows, the third is answered", async (t) => {
  const context = claimants(t);
  const first = await sentRun(context);
  t.same(claimsOf(context), ["1 go"]);
  const second = await decidedRun(context);
  t.match(second.decision, { decision: "follows", leader: first.id, generation: 1 });
  attempt(first, 1, { job: "1" }, makes(first));
  t.match((await decidedRun(context)).decision, { decision: "hit", leader: first.id });
  t.same(claimsOf(context), ["1 go"]);
});

t.test("a run that was blocked is sent under the claim that it had", async (t) => {
  const context = claimants(t);
  const producer = await decidedRun(context, { key: keyOf(`sha256:${"1".repeat(64)}`) });
  const run = await decidedRun(context, { inputs: input(producer) });
  t.match(await send(context, run), { how: "blocked" });
  t.same(claimsOf(context), ["1"]);
  attempt(producer, 1, { job: "9" }, makes(producer));
  writeOutcome(context.given, producer.run_dir ?? "", {
    type: "outcome",
    v: 1,
    run: producer.id,
    state: "succeeded",
    at: new Date().toISOString(),
  });
  t.same(await advanced(context), [run.id], JSON.stringify([context.reported.map(([, e]) => e.message), context.said]));
  t.match(stateIn(context, run), { state: "submitted" });
  t.same(claimsOf(context), ["1 go"], "its seal is there");
  t.match(open(context, run).facts.submissions.length, 1, "with the script that it had");
});

t.test(
  "what runs under a generation that was given up is followed, and nothing is opened again and again",
  async (t) => {
    const context = claimants(t);
    const first = await decidedRun(context);
    linkGo(context.given, slot, 1, { run: first.id, by: "cache", void: true });
    attempt(first, 1, { job: "1" });
    t.match((await decidedRun(context)).decision, { decision: "follows", leader: first.id });
    t.same(claimsOf(context), ["1 void"]);
    attempt(first, 1, { job: "1" }, makes(first));
    t.match((await decidedRun(context)).decision, { decision: "hit", leader: first.id });
  },
);

t.test("a job that a generation given back has made superfluous: its run takes the next generation", async (t) => {
  const context = claimants(t);
  const run = await sentRun(context);
  const other = createdRun(context);
  linkClaim(context.given, slot, 2, { run: other.id });
  linkGo(context.given, slot, 2, { run: other.id, by: "cache", void: true });
  attempt(run, 1, { job: "1" }, { reason: "superseded", code: 75 });
  context.fake.accounts?.set("1", ended("1"));
  await reconciled(context);
  t.same(context.reported, []);
  t.match(stateIn(context, run), { state: "planned" });
  t.match(open(context, run).facts.decision, { decision: "claimed", generation: 3, submission: 1 });
  t.same(await advanced(context), [run.id], JSON.stringify([context.reported.map(([, e]) => e.message), context.said]));
  t.match(stateIn(context, run), { state: "submitted" });
  t.same(claimsOf(context), ["1 go", "2 void", "3 go"]);
  t.match(open(context, run).facts.submissions, [{ n: 1 }, { n: 2, receipt: { job: "2" } }]);
  t.same(context.reported, []);
});

t.test("a script that was made anew after the seal of one that was never sent takes the next generation", async (t) => {
  const context = claimants(t);
  const run = await decidedRun(context);
  linkGo(context.given, slot, 1, { run: run.id, submission: 1, by: "submit" });
  const anew = await renderRun(run, context);
  t.match(await send(context, anew), { how: "submitted" });
  t.same(claimsOf(context), ["1 go", "2 go"]);
});

t.test("a seal below a generation that was given back is of no use: its job would find that", async (t) => {
  const context = claimants(t);
  const run = await decidedRun(context);
  linkGo(context.given, slot, 1, { run: run.id, submission: 1, by: "submit" });
  const other = createdRun(context);
  linkClaim(context.given, slot, 2, { run: other.id });
  linkGo(context.given, slot, 2, { run: other.id, by: "cache", void: true });
  t.match(await send(context, run), { how: "submitted" });
  t.same(claimsOf(context), ["1 go", "2 void", "3 go"]);
});

t.test("a claim whose run has ended meanwhile is given back", async (t) => {
  const context = claimants(t);
  const run = createdRun(context);
  t.teardown(() => onWrite(undefined));
  onWrite((step, file) => {
    if (step !== "link" || !file.endsWith(".e1.1.json")) return;
    onWrite(undefined);
    writeOutcome(context.given, run.run_dir ?? "", {
      type: "outcome",
      v: 1,
      run: run.id,
      state: "cancelled",
      at: new Date().toISOString(),
    });
  });
  await t.rejects(cacheRun(run, context), { code: "tempfail", message: /has ended/ });
  t.same(claimsOf(context), ["1 void"]);
});

t.test("a seal on which nobody has acted for a lease is no promise any more, also of a later submission", async (t) => {
  const context = claimants(t);
  const run = await sentRun(context);
  const other = createdRun(context);
  linkClaim(context.given, slot, 2, { run: other.id });
  linkGo(context.given, slot, 2, { run: other.id, by: "cache", void: true });
  attempt(run, 1, { job: "1" }, { reason: "superseded", code: 75 });
  context.fake.accounts?.set("1", ended("1"));
  await reconciled(context);
  t.same(context.reported, []);
  linkGo(context.given, slot, 3, { run: run.id, submission: 2, by: "submit" });
  t.match(await ask(context, createdRun(context)), { decision: "follows", leader: run.id });
  aged(context, 3, 601);
  t.match(await ask(context, createdRun(context)), { decision: "claimed", generation: 4 });
});
