import t from "tap";
import { type Sender, submitRun } from "../../../lib/pass/submit.js";
import { fault } from "../../../lib/record/fault.js";
import type { Run } from "../../../lib/record/run.js";
import { stateOf } from "../../../lib/record/state.js";
import { openRun } from "../../../lib/registry/runs.js";
import { linkIntent, nextSubmission, writeRequest } from "../../../lib/registry/submissions.js";
import { onWrite } from "../../../lib/registry/write.js";
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

t.test("two passes, each with a script of its own: one of them submits, whichever is stopped where", async (t) => {
  const another = { code: "tempfail", message: "cannot submit it: another process is about to" };
  t.teardown(() => onWrite(undefined));
  // Whose script is of which submission, and before which of its links it is stopped while the other pass goes on.
  for (const [mine, stoppedAt] of [
    [2, 1],
    [2, 2],
    [1, 1],
  ] as const) {
    const { sender, fake } = setUp(t);
    const { registry } = sender;
    const first = await readyRun(registry);
    const dir = first.run_dir ?? "";
    const { n } = nextSubmission(registry, dir);
    const second = { ...first, submission: { ...first.submission, n } } as Run;
    const link = (of: number, isVoid: boolean) => linkIntent(registry, dir, first.id, of, "submit", isVoid);
    let sent = 0;
    onWrite((step, file) => {
      if (step !== "link" || !file.endsWith(`submit-${stoppedAt}/intent.json`)) return;
      onWrite(undefined);
      const goesOn = mine === 2 || link(1, true).intent.void;
      if (goesOn && link(mine === 2 ? 1 : 2, false).ours) sent += 1;
    });
    await submitRun(sender, mine === 1 ? first : second, []).catch((error) => t.match(error, another));
    onWrite(undefined);
    t.equal(sent + fake.submitted.length, 1, `submission ${mine}, stopped before ${stoppedAt}`);
  }
});

t.test("a script that is passed over says nothing of its run", async (t) => {
  const { sender, fake } = setUp(t);
  const run = await readyRun(sender.registry);
  linkIntent(sender.registry, run.run_dir ?? "", run.id, 1, "submit", true);
  const facts = factsOf(sender, run.id);
  t.match(facts && stateOf(facts, Date.now()), { state: "planned", final: false });
  await t.rejects(submitRun(sender, run, []), { code: "tempfail" });
  const { n } = nextSubmission(sender.registry, run.run_dir ?? "");
  t.match(await submitRun(sender, { ...run, submission: { ...run.submission, n } } as Run, []), { job: { id: "1" } });
  t.equal(fake.submitted.length, 1);
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
