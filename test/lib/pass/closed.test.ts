import t from "tap";
import { linkClaim, linkGo } from "../../../lib/registry/claims.js";
import { decide } from "../../../lib/registry/decisions.js";
import { writeRequest } from "../../../lib/registry/submissions.js";
import { attempt, claimants, decidedRun, key, open, reconciled, sentRun, stateIn } from "./claimants.js";

const slot = { key, epoch: "1" };
const ago = (s: number) => new Date(Date.now() - s * 1000).toISOString();

t.test("an end is not written down where another process has claimed anew for the run", async (t) => {
  const context = claimants(t);
  const run = await sentRun(context);
  attempt(run, 1, { job: "1" }, { code: 3 });
  const failed = { job: "1", phase: "ended", verdict: "failed", exit_code: 3, ended_at: ago(60) } as const;
  context.fake.accounts?.set("1", failed);
  linkClaim(context.given, slot, 2, { run: run.id });
  await reconciled(context);
  t.equal(open(context, run).facts.outcome, undefined);
  linkGo(context.given, slot, 2, { run: run.id, by: "advance", void: true });
  await reconciled(context);
  t.match(open(context, run).facts.outcome, { state: "failed", mode: "code_error" });
});

t.test("an old run that has just taken over is about to be sent, and no pass gives it up", async (t) => {
  const context = claimants(t);
  const old = { planned_at: ago(7200), created_at: ago(7200) };
  const run = await decidedRun(context, old);
  await reconciled(context);
  t.match(stateIn(context, run), { state: "planned" });
  const given = await decidedRun(context, { ...old, caching: { mode: "none" } });
  decide(context.given, open(context, given), { decision: "unclaimed", message: "x", at: ago(7000) });
  await reconciled(context);
  t.match(stateIn(context, given), { state: "failed", mode: "submit_error", message: "never submitted" });
});

t.test("a cancel of which nothing but the wish was written ends what waits to be sent again", async (t) => {
  for (const decision of ["blocked", "claimed"] as const) {
    const context = claimants(t);
    const run = await sentRun(context);
    attempt(run, 1, { job: "1" }, { reason: "superseded", code: 75 });
    decide(context.given, open(context, run), { decision, message: "waits", at: ago(0) });
    writeRequest(context.given, run.run_dir ?? "", "cancel", run.id, undefined);
    await reconciled(context);
    t.match(open(context, run).facts.outcome, { state: "cancelled" }, decision);
    t.same(context.reported, []);
  }
});
