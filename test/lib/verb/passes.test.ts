import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { submitRun } from "../../../lib/pass/submit.js";
import type { Run } from "../../../lib/record/run.js";
import { reconcilePass } from "../../../lib/verb/passes.js";
import { readyRun } from "../pass/fake-scheduler.js";
import { all, type FakeContext, fakeContext } from "./fake-context.js";

/** A submitted run, as a job that has ended well left it. */
async function submitted({ given, fake }: FakeContext, { ended = false } = {}): Promise<Run> {
  const sender = { registry: given, scheduler: fake, now: () => Date.now(), patience_ms: 0, sleep: async () => {} };
  const run = await submitRun(sender, await readyRun(given), []);
  if (!ended) return run;
  const job = run.job?.id ?? "";
  const attempt = path.join(run.run_dir ?? "", ".lab/attempt-1");
  fs.mkdirSync(attempt);
  const at = new Date().toISOString();
  const start = { type: "start", v: 1, run: run.id, submission: 1, attempt: 1, job, host: "n1", at };
  const exit = { type: "exit", v: 1, run: run.id, attempt: 1, reason: "command", code: 0, at };
  fs.writeFileSync(path.join(attempt, "start.json"), JSON.stringify(start));
  fs.writeFileSync(path.join(attempt, "exit.json"), JSON.stringify(exit));
  fake.accounts?.set(job, { job, phase: "ended", verdict: "completed", ended_at: at });
  return run;
}

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
