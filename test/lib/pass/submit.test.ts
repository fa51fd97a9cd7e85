import t from "tap";
import { type Sender, submitRun } from "../../../lib/pass/submit.js";
import { fault } from "../../../lib/record/fault.js";
import { openRun } from "../../../lib/registry/runs.js";
import { linkIntent, writeRequest } from "../../../lib/registry/submissions.js";
import { type Fake, fakeScheduler, newRegistry, readyRun, senderFor } from "./fake-scheduler.js";

function setUp(t: { teardown(fn: () => void): void }): { sender: Sender; fake: Fake } {
  const { registry, remove } = newRegistry();
  t.teardown(remove);
  const fake = fakeScheduler();
  let clock = 0;
  const sleep = async (ms: number) => {
    clock += ms;
  };
  const more = { now: () => Date.now() + clock, patience_ms: 3000, sleep };
  return { sender: { ...senderFor(registry, fake), ...more }, fake };
}

const factsOf = ({ registry }: Sender, id: string) => openRun(registry, registry.user, id)?.facts;

t.test("intent, scheduler, receipt; and a second time it is submitted already", async (t) => {
  const { sender, fake } = setUp(t);
  const run = await readyRun(sender.registry);
  const grown = await submitRun(sender, run, []);
  t.match(grown, { phase: "submitted", job: { id: "1", scheduler: "fake" } });
  t.match(factsOf(sender, run.id)?.submissions, [{ n: 1, intent: { by: "submit" }, receipt: { job: "1" } }]);
  t.match(await submitRun(sender, run, []), { job: { id: "1" } });
  t.equal(fake.submitted.length, 1, "never two jobs for one run");
});

t.test("two at once: one of them submits", async (t) => {
  const { sender, fake } = setUp(t);
  const run = await readyRun(sender.registry);
  const ends = await Promise.allSettled([
    submitRun(sender, run, []),
    submitRun(sender, run, []),
    submitRun(sender, run, []),
  ]);
  t.equal(fake.submitted.length, 1);
  t.ok(ends.some(({ status }) => status === "fulfilled"));
});

t.test("a refusal is the end of the run, with the scheduler's words", async (t) => {
  const { sender, fake } = setUp(t);
  const run = await readyRun(sender.registry);
  fake.faults.set("submit", fault("refused", "Invalid partition name specified", { hint: "this cluster has: cpu" }));
  await t.rejects(submitRun(sender, run, []), { code: "refused" });
  t.match(factsOf(sender, run.id)?.outcome, {
    state: "failed",
    mode: "submit_error",
    message: /Invalid partition/,
    hint: /cpu/,
  });
  fake.faults.clear();
  await t.rejects(submitRun(sender, run, []), { code: "dataerr", message: /ended already/ });
});

t.test("a scheduler out of reach leaves nothing half-done", async (t) => {
  const { sender, fake } = setUp(t);
  const run = await readyRun(sender.registry);
  fake.faults.set("submit", fault("unavailable", "Unable to contact slurm controller"));
  await t.rejects(submitRun(sender, run, []), {
    code: "unavailable",
    hint: new RegExp(`lab submit ${run.id.slice(-6)}`),
  });
  t.match(factsOf(sender, run.id), { outcome: undefined, submissions: [{ n: 1, intent: undefined }] });
  fake.faults.clear();
  t.match(await submitRun(sender, run, []), { job: { id: "1" } }, "and it can be sent later");
});

t.test("a submission that timed out is looked for before anything is said", async (t) => {
  const { sender, fake } = setUp(t);
  const run = await readyRun(sender.registry);
  fake.faults.set("submit", fault("tempfail", "Socket timed out"));
  fake.found = [{ run: run.id, view: { job: "77", phase: "pending" } }];
  t.match(await submitRun(sender, run, []), { job: { id: "77" } });
  const lost = await readyRun(sender.registry);
  fake.found = [];
  await t.rejects(submitRun(sender, lost, []), { code: "tempfail", message: /not known yet/ });
  t.match(
    factsOf(sender, lost.id)?.submissions,
    [{ intent: { by: "submit" }, receipt: undefined }],
    "the intent stays: it may have been accepted",
  );
  await t.rejects(
    submitRun(sender, lost, []),
    { code: "tempfail", message: /began to/ },
    "nobody submits it a second time",
  );
});

t.test("who cannot be submitted: cancelled, given up, without a script", async (t) => {
  const { sender, fake } = setUp(t);
  const cancelled = await readyRun(sender.registry);
  writeRequest(sender.registry, cancelled.run_dir ?? "", "cancel", cancelled.id, undefined);
  await t.rejects(submitRun(sender, cancelled, []), { message: /cancelled/ });
  const given = await readyRun(sender.registry);
  linkIntent(sender.registry, given.run_dir ?? "", given.id, 1, "reconcile", true);
  await t.rejects(submitRun(sender, given, []), { message: /given up/ });
  const { submission: _, ...bare } = await readyRun(sender.registry);
  await t.rejects(submitRun(sender, bare, []), { code: "dataerr", message: /no script/ });
  t.equal(fake.submitted.length, 0);
});
