import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { lookAgain, openMemory } from "../../../lib/pass/memory.js";
import { type Changed, type Pass, reconcile } from "../../../lib/pass/reconcile.js";
import { voidUnsubmitted } from "../../../lib/pass/settle.js";
import { type Fault, fault } from "../../../lib/record/fault.js";
import type { Run } from "../../../lib/record/run.js";
import { stateOf } from "../../../lib/record/state.js";
import { linkPart } from "../../../lib/registry/arrays.js";
import { decide } from "../../../lib/registry/decisions.js";
import type { RunOnDisk } from "../../../lib/registry/facts.js";
import { marked, openRun } from "../../../lib/registry/runs.js";
import { linkIntent, writeRequest } from "../../../lib/registry/submissions.js";
import { onWrite } from "../../../lib/registry/write.js";
import { arrayOf } from "./fake-array.js";
import { type Fake, fakeScheduler, newRegistry, readyRun, senderFor, submittedRun } from "./fake-scheduler.js";

interface Place {
  pass: Pass;
  fake: Fake;
  reported: [string | undefined, Fault][];
  submit(run: Run): Promise<Run>;
  once(after_s?: number): Promise<Changed[]>;
}

function setUp(t: { teardown(fn: () => void): void }): Place {
  const { registry, remove } = newRegistry();
  t.teardown(remove);
  const fake = fakeScheduler();
  const reported: Place["reported"] = [];
  const memory = openMemory(path.dirname(registry.base));
  const pass: Pass = {
    registry,
    asker: senderFor(registry, fake).asker,
    scheduler: fake,
    graces: { missing_job_s: 600, accounting_s: 60, submit_s: 600 },
    now: Date.now(),
    memory,
    report: (id, error) => reported.push([id, error]),
  };
  return {
    pass,
    fake,
    reported,
    submit: (run) => submittedRun(senderFor(registry, fake), run),
    once: async (after_s = 0) => {
      fake.calls.length = 0;
      const changed: Changed[] = [];
      const ids = marked(registry, "active", registry.user);
      const memory = openMemory(path.dirname(registry.base));
      const now = Date.now() + after_s * 1000;
      for await (const one of reconcile({ ...pass, memory, now }, () => ids)) changed.push(one);
      memory.save(ids);
      return changed;
    },
  };
}

const outcomeOf = ({ pass: { registry } }: Place, id: string) => openRun(registry, registry.user, id)?.facts.outcome;

function attempt(run: Run, job: string, exit?: object): void {
  const dir = path.join(run.run_dir ?? "", ".lab/attempt-1");
  fs.mkdirSync(dir, { recursive: true });
  const at = new Date().toISOString();
  fs.writeFileSync(
    path.join(dir, "start.json"),
    JSON.stringify({ type: "start", v: 1, run: run.id, submission: 1, attempt: 1, job, host: "n1", at }),
  );
  if (exit)
    fs.writeFileSync(
      path.join(dir, "exit.json"),
      JSON.stringify({ type: "exit", v: 1, run: run.id, attempt: 1, reason: "command", code: 0, at, ...exit }),
    );
}

t.test("a job's life: pending, running, ended; one squeue where nothing changed", async (t) => {
  const place = setUp(t);
  const run = await place.submit(await readyRun(place.pass.registry));
  place.fake.inQueue.set("1", { job: "1", phase: "pending", reason: "Priority" });
  t.match(await place.once(), [{ standing: { state: "queued", message: "Priority" } }]);
  t.same(await place.once(), [], "the same row again is no news");
  t.same(place.fake.calls, ["queue"]);
  attempt(run, "1");
  place.fake.inQueue.set("1", { job: "1", phase: "running" });
  t.match(await place.once(1), [{ standing: { state: "running" } }]);
  attempt(run, "1", {});
  const end = { job: "1", phase: "ended" as const, verdict: "completed" as const, ended_at: new Date().toISOString() };
  place.fake.inQueue.delete("1");
  place.fake.accounts?.set("1", { ...end, steps: [], max_rss_bytes: 5 });
  t.match(await place.once(2), [{ standing: { state: "succeeded", final: true }, ended: { state: "succeeded" } }]);
  t.match(outcomeOf(place, run.id), { state: "succeeded", job: "1" });
  t.same(await place.once(3), []);
  t.same(place.fake.calls, ["queue"], "a settled run is not opened again");
});

t.test("many ends are one request of each kind", async (t) => {
  const place = setUp(t);
  for (let i = 0; i < 5; i += 1) {
    const run = await place.submit(await readyRun(place.pass.registry));
    attempt(run, String(i + 1), { code: 3 });
    place.fake.accounts?.set(String(i + 1), { job: String(i + 1), phase: "ended", verdict: "failed", exit_code: 3 });
  }
  t.equal((await place.once(5)).length, 5);
  t.same(place.fake.calls, ["queue", "accounting 5", "details 5"]);
});

t.test("a scheduler out of reach changes nothing on disk", async (t) => {
  const place = setUp(t);
  await place.submit(await readyRun(place.pass.registry));
  const before = fs.readdirSync(place.pass.registry.base, { recursive: true }).length;
  for (const call of ["queue", "accounting"]) {
    place.fake.faults.set(call, fault("unavailable", "down"));
    await t.rejects(place.once(), { code: "unavailable" });
    place.fake.faults.clear();
  }
  t.equal(fs.readdirSync(place.pass.registry.base, { recursive: true }).length, before);
});

t.test("accounting out of reach holds up only what needs it", async (t) => {
  const place = setUp(t);
  const runs: Run[] = [];
  for (let i = 0; i < 4; i += 1) runs.push(await place.submit(await readyRun(place.pass.registry)));
  const [waits, done, failed, gone] = runs as [Run, Run, Run, Run];
  const ended = { phase: "ended" as const, ended_at: new Date().toISOString() };
  place.fake.inQueue.set("1", { job: "1", phase: "pending", reason: "Priority" });
  place.fake.inQueue.set("2", { job: "2", ...ended, verdict: "completed" });
  place.fake.inQueue.set("3", { job: "3", ...ended, verdict: "failed", exit_code: 1 });
  attempt(done, "2", {});
  attempt(failed, "3", { code: 1 });
  for (const call of ["accounting", "details"]) place.fake.faults.set(call, fault("unavailable", "no slurmdbd"));
  await t.rejects(place.once(), { code: "unavailable", message: "no slurmdbd" });
  const factsOf = ({ id }: Run) => openRun(place.pass.registry, place.pass.registry.user, id)?.facts;
  t.match(factsOf(waits)?.scheduler, { job: { phase: "pending" } });
  t.match(factsOf(done)?.outcome, { state: "succeeded" }, "nothing that accounting could say would change it");
  for (const run of [failed, gone]) t.match(factsOf(run), { scheduler: undefined, outcome: undefined });
  place.fake.faults.clear();
  place.fake.accounts?.set("3", { job: "3", ...ended, verdict: "oom", steps: [{ step: "0", word: "OUT_OF_MEMORY" }] });
  await place.once(1);
  t.match(factsOf(failed)?.outcome, { mode: "oom" }, "what failed had to wait for its steps");
});

t.test("a job that nobody knows is lost only after its grace, and never for good", async (t) => {
  const place = setUp(t);
  const run = await place.submit(await readyRun(place.pass.registry));
  attempt(run, "1");
  await place.once(1);
  t.equal(outcomeOf(place, run.id), undefined);
  const after = await place.once(700);
  t.same(outcomeOf(place, run.id), undefined, "lost is derived, not written");
  place.fake.accounts?.set("1", { job: "1", phase: "ended", verdict: "node_fail", nodes: "n3" });
  await place.once(800);
  await place.once(900); // what the job itself wrote has had its time to arrive
  t.match(outcomeOf(place, run.id), { state: "failed", mode: "node_fail" }, "later evidence counts");
  t.ok(after.length <= 1);
});

t.test("a submission that was interrupted is found again, or given up", async (t) => {
  const place = setUp(t);
  const dead = { host: "elsewhere", at: new Date(Date.now() - 3_000_000).toISOString() };
  const interrupted = async () => {
    const run = await readyRun(place.pass.registry, { ageMs: 3_100_000 });
    linkIntent(place.pass.registry, run.run_dir ?? "", run.id, 1, "submit", false);
    const file = path.join(run.run_dir ?? "", ".lab/submit-1/intent.json");
    fs.writeFileSync(file, JSON.stringify({ ...JSON.parse(fs.readFileSync(file, "utf8")), ...dead }));
    return run;
  };
  const found = await interrupted();
  place.fake.found = [{ run: found.id, view: { job: "9", phase: "pending" } }];
  await place.once();
  t.match(openRun(place.pass.registry, place.pass.registry.user, found.id)?.facts.submissions, [
    { receipt: { job: "9", found: true } },
  ]);
  place.fake.inQueue.set("9", { job: "9", phase: "pending" });
  place.fake.found = [];
  const gone = await interrupted();
  await place.once();
  t.equal(outcomeOf(place, gone.id), undefined, "not at once: accounting may lag");
  await place.once(700);
  t.match(outcomeOf(place, gone.id), { state: "failed", mode: "submit_error" });
});

t.test("a submission that is being made right now is left alone", async (t) => {
  const place = setUp(t);
  const run = await readyRun(place.pass.registry);
  linkIntent(place.pass.registry, run.run_dir ?? "", run.id, 1, "submit", false);
  await place.once(5000);
  t.notOk(place.fake.calls.includes("find"), "its process is alive on this host");
  t.equal(outcomeOf(place, run.id), undefined);
});

t.test("a run that nobody submitted within the hour is closed, so that nobody can", async (t) => {
  const place = setUp(t);
  const run = await readyRun(place.pass.registry, { ageMs: 4_000_000 });
  const fresh = await readyRun(place.pass.registry);
  await place.once();
  t.match(outcomeOf(place, run.id), { state: "failed", mode: "submit_error", message: "never submitted" });
  t.equal(outcomeOf(place, fresh.id), undefined);
  await t.rejects(place.submit(run), { code: "dataerr" });
});

t.test("a run that cannot be read is reported, and the others go on", async (t) => {
  const place = setUp(t);
  const bad = await place.submit(await readyRun(place.pass.registry));
  const good = await place.submit(await readyRun(place.pass.registry));
  fs.writeFileSync(path.join(bad.run_dir ?? "", ".lab/run.json"), "{ not json");
  for (const job of ["1", "2"]) place.fake.inQueue.set(job, { job, phase: "running" });
  t.match(await place.once(1), [{ run: { run: { id: good.id } } }]);
  t.match(place.reported, [[bad.id, { code: "dataerr" }]]);
});

t.test("a wish to cancel that came while the job was being submitted is told to the scheduler", async (t) => {
  const place = setUp(t);
  const run = await place.submit(await readyRun(place.pass.registry));
  place.fake.inQueue.set("1", { job: "1", phase: "pending" });
  await place.once();
  writeRequest(place.pass.registry, run.run_dir ?? "", "cancel", run.id, undefined);
  lookAgain(path.dirname(place.pass.registry.base), run.id);
  await place.once();
  t.ok(place.fake.calls.includes("cancel"));
});

t.test(
  "a wish to cancel one run ends no job that runs others, too, whatever is known of how it was sent",
  async (t) => {
    const place = setUp(t);
    const registry = place.pass.registry;
    const { array, runs, facts } = await arrayOf(registry, 2);
    linkPart(registry, array, [0, 1], { by: "submit", last: 0 });
    runs.forEach((run, index) => {
      const dir = path.join(registry.base, "runs", registry.user, run, ".lab/attempt-1");
      fs.mkdirSync(dir);
      const job = index === 0 ? "77" : "78_1";
      const start = {
        type: "start",
        v: 1,
        run,
        submission: 2,
        attempt: 1,
        job,
        host: "n1",
        at: new Date().toISOString(),
      };
      fs.writeFileSync(path.join(dir, "start.json"), JSON.stringify(start));
      place.fake.inQueue.set(job, { job, phase: "running" });
      place.fake.owners.set(job, { registry: registry.id, run: array.array.id });
      writeRequest(registry, path.dirname(path.dirname(dir)), "cancel", run, undefined);
    });
    t.equal(facts(0).submissions[1]?.receipt, undefined);
    await place.once();
    t.strictSame(place.fake.cancelled, ["78_1"]);
  },
);

t.test("what is being sent as an element is not given up, though the pass had opened it before", async (t) => {
  const place = setUp(t);
  const { registry } = place.pass;
  const { array, runs, facts } = await arrayOf(registry, 4);
  const disk = (i: number) => openRun(registry, registry.user, runs[i] ?? "") as RunOnDisk;
  const before = [disk(0), disk(1), disk(2), disk(3)];
  linkPart(registry, array, [0, 1], { by: "submit", last: 0 });
  // Another process is as quick as can be.
  onWrite((step, file) => {
    if (step !== "link" || !file.includes(before[2]?.run.id ?? "")) return;
    onWrite(undefined);
    linkPart(registry, array, [2], { by: "advance", last: 1 });
  });
  t.strictSame(
    before.map((one) => voidUnsubmitted(registry, one)),
    [false, false, false, true],
  );
  for (const i of [0, 2]) t.match(facts(i).submissions[1], { intent: { by: "submit", void: undefined } });
  await place.once(4000);
  t.strictSame(
    runs.map((run) => outcomeOf(place, run)?.mode),
    [undefined, undefined, undefined, "submit_error"],
  );
  t.ok(voidUnsubmitted(registry, disk(1), "cancel"), "a wish to cancel counts all the same");
});

t.test("an end that follows from absence follows from what is on disk too", async (t) => {
  const place = setUp(t);
  const { registry } = place.pass;
  const run = await place.submit(await readyRun(registry));
  writeRequest(registry, run.run_dir ?? "", "cancel", run.id, undefined);
  lookAgain(path.dirname(registry.base), run.id);
  await place.once(1);
  t.equal(outcomeOf(place, run.id), undefined);
  await place.once(700);
  const { outcome, ...others } = (openRun(registry, registry.user, run.id) as RunOnDisk).facts;
  t.match(outcome, { state: "cancelled" });
  t.match(stateOf(others, Date.now() + 700_000), { state: "cancelled", final: true }, "as lab-fsck derives it");
});

t.test("a job id that has come round is another's", async (t) => {
  const place = setUp(t);
  const registry = place.pass.registry;
  const [done, killed] = [await readyRun(registry), await readyRun(registry)];
  for (const run of [done, killed]) await place.submit(run);
  attempt(done, "1", {});
  attempt(killed, "2");
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const view = (job: string) => ({ job, phase: "running" as const, word: "RUNNING", submitted_at: later });
  place.fake.inQueue.set("1", view("1"));
  place.fake.inQueue.set("2", view("2"));
  place.fake.owners.set("1", { registry: registry.id, run: "20261121-000000-other1" });
  for (const after of [1, 100]) await place.once(after);
  t.match(outcomeOf(place, done.id), { state: "succeeded" }, "its own record says how it ended");
  writeRequest(registry, killed.run_dir ?? "", "cancel", killed.id, undefined);
  await place.once(900);
  const facts = openRun(registry, registry.user, killed.id)?.facts;
  t.match(facts, { scheduler: { absent_since: String, job: undefined }, outcome: undefined });
  t.same(place.fake.cancelled, [], "and nobody ends the other one");
});

t.test("a job is the run's though its comment was taken away, or it was requeued", async (t) => {
  const place = setUp(t);
  const registry = place.pass.registry;
  const runs = [await readyRun(registry), await readyRun(registry)];
  for (const run of runs) await place.submit(run);
  const at = (after_s: number) => new Date(Date.now() + after_s * 1000).toISOString();
  const view = { phase: "running" as const, word: "RUNNING" };
  place.fake.inQueue.set("1", { ...view, job: "1", submitted_at: at(-1) });
  place.fake.inQueue.set("2", { ...view, job: "2", submitted_at: at(86_400), restarts: 1 });
  t.match(await place.once(), [{ standing: { state: "running" } }, { standing: { state: "running" } }]);
});

t.test("what waits for an input waits as long as it has to; a cancel ends it all the same", async (t) => {
  const place = setUp(t);
  const { registry } = place.pass;
  const run = await readyRun(registry, { ageMs: 90_000_000 });
  const disk = openRun(registry, registry.user, run.id);
  if (!disk) throw new Error("no run");
  decide(registry, disk, { decision: "blocked", runs: [run.id], at: new Date().toISOString() });
  t.same(await place.once(), []);
  t.equal(outcomeOf(place, run.id), undefined);
  writeRequest(registry, disk.dir, "cancel", run.id, undefined);
  await place.once();
  t.match(outcomeOf(place, run.id), { state: "cancelled" });
});
