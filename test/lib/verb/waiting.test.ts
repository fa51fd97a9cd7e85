import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { isSealed } from "../../../lib/registry/outputs.js";
import { waitFor } from "../../../lib/verb/waiting.js";
import { readyRun } from "../pass/fake-scheduler.js";
import { all, type FakeContext, fakeContext, submitted } from "./fake-context.js";

const waiting = { timeout_s: 60, patience_s: 60, passes: true };
async function* none(): AsyncGenerator<unknown> {}
const waited = (context: FakeContext, id: string) => all(waitFor(none(), waiting, { ...context, args: [id] }));

t.test("an end that became sure while a slow pass was under way is written down before the wait is over", async (t) => {
  const context = fakeContext(t);
  const run = await submitted(context);
  const lab = path.join(run.run_dir ?? "", ".lab");
  const at = new Date().toISOString();
  fs.mkdirSync(path.join(lab, "attempt-1"));
  const start = { type: "start", v: 1, run: run.id, submission: 1, attempt: 1, job: "1", host: "n1", at };
  fs.writeFileSync(path.join(lab, "attempt-1/start.json"), JSON.stringify(start));
  context.fake.accounts?.set("1", { job: "1", phase: "ended", verdict: "failed", signal: 9, ended_at: at });
  const queue = context.fake.queue;
  let asked = 0;
  context.fake.queue = async () => {
    asked += 1;
    // The pass began within the accounting grace of a second, and is over after it.
    if (asked === 1) await new Promise((resolve) => setTimeout(resolve, 1500));
    return queue();
  };
  t.match(await waited(context, run.id), [{ id: run.id, state: "failed", mode: "code_error" }]);
  t.ok(fs.existsSync(path.join(lab, "outcome.json")));
  t.ok(isSealed(run.run_dir ?? ""), "and what it made is registered");
});

t.test("what cannot be seen here yet is waited for, as long as the accounting grace lasts", async (t) => {
  for (const comes of [true, false]) {
    const context = fakeContext(t);
    const cache = { trust: "group", lease: 600, courtesy: 600 };
    const config = { cache, scheduler: { missing_job_grace: 0, accounting_grace: comes ? 60 : 2, submit_grace: 1 } };
    context.config = async () => ({ config }) as unknown as Awaited<ReturnType<FakeContext["config"]>>;
    const output = path.join(t.testdir(), "model");
    const outputs = { model: { type: "model", alias: "m", marker: "DONE", digest: "stat" as const, path: output } };
    const run = await submitted(context, { ended: true, more: { outputs } });
    const file = path.join(run.run_dir ?? "", ".lab/attempt-1/exit.json");
    const exit = JSON.parse(fs.readFileSync(file, "utf8"));
    const made = [{ role: "model", path: output, complete: true }];
    fs.writeFileSync(file, JSON.stringify({ ...exit, outputs: made }));
    const write = () => {
      fs.mkdirSync(output);
      fs.writeFileSync(path.join(output, "DONE"), "");
    };
    const outcome = path.join(run.run_dir ?? "", ".lab/outcome.json");
    const timer = setInterval(() => {
      if (!comes || !fs.existsSync(outcome) || fs.existsSync(output)) return;
      t.notOk(isSealed(run.run_dir ?? ""), "it has ended, and the wait goes on");
      write();
    }, 20);
    t.match(await waited(context, run.id), [{ id: run.id, state: "succeeded" }]);
    clearInterval(timer);
    const seal = JSON.parse(fs.readFileSync(path.join(run.run_dir ?? "", ".lab/outputs.json"), "utf8"));
    t.match(seal, comes ? { artifacts: [{ role: "model" }] } : { artifacts: [], missing: [{ role: "model" }] });
  }
});

t.test("who waits for what was never sent is told what sends it, once", async (t) => {
  const context = fakeContext(t);
  const registry = await context.registry();
  const id = "20261121-120000-00sw33";
  const point = (index: number) => readyRun(registry, { more: { sweep: { id, index, of: 2, point: {} } } });
  const runs = [await point(0), await point(1), await readyRun(registry)];
  const ids = runs.map((run) => run.id);
  await t.rejects(all(waitFor(none(), { ...waiting, timeout_s: 1.5 }, { ...context, args: ids })), {
    code: "tempfail",
  });
  t.strictSame(
    context.said.filter((line) => line.includes("never sent")),
    [
      "2 runs were made and never sent: if nothing is about to, lab sweep resume 00sw33",
      `one run was made and never sent: if nothing is about to, lab submit ${ids[2]?.slice(-6)}`,
    ],
  );
});
