import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { howItEnded, lookAtProducers, producersOf, waitsFor, willNotStart } from "../../../lib/pass/producers.js";
import { settle } from "../../../lib/pass/settle.js";
import type { ArtifactInput, Run } from "../../../lib/record/run.js";
import { openRun } from "../../../lib/registry/runs.js";
import { fakeScheduler, newRegistry, readyRun, senderFor, submittedRun } from "./fake-scheduler.js";

const graces = { missing_job_s: 600, accounting_s: 60, submit_s: 600 };

function setUp(t: { teardown(fn: () => void): void }) {
  const { registry, remove } = newRegistry();
  t.teardown(remove);
  const scheduler = fakeScheduler();
  const input = (run: string, more: Partial<ArtifactInput> = {}): ArtifactInput => ({
    type: "artifact",
    artifact: "x",
    run,
    user: registry.user,
    role: "model",
    ...more,
  });
  return {
    registry,
    scheduler,
    input,
    send: async (run: Run) => (await submittedRun(senderFor(registry, scheduler), run)).job?.id ?? "",
    look: (run: Run, inputs: Run["inputs"]) =>
      lookAtProducers({ ...run, inputs }, { registry, scheduler, graces, now: Date.now() }),
  };
}

t.test("who makes the inputs of a run: each once, and no step that is there already", async (t) => {
  const { input } = setUp(t);
  const [a, b] = ["20261120-201455-aaaaaa", "20261120-201455-bbbbbb"];
  const inputs: Run["inputs"] = {
    one: input(a, { user: "alice" }),
    two: input(a, { user: "alice", role: "other" }),
    step: input(b, { step: 3 }),
    outside: { type: "artifact", artifact: "data", id: `art-${"0".repeat(20)}`, path: "/data" },
    file: { type: "external", path: "/x", fingerprint: "none" },
  };
  t.same(producersOf({ inputs, user: "me" }), [{ run: a, user: "alice", inputs: ["one", "two"] }]);
  const words = waitsFor(producersOf({ inputs, user: "me" }), "me");
  t.equal(words, `waits for alice's run ${a} to make its input 'one' and 'two'`);
});

t.test("made, under way, still to come, and never", async (t) => {
  const place = setUp(t);
  const { registry, scheduler } = place;
  const [maker, run] = [await readyRun(registry), await readyRun(registry)];
  const look = () => place.look(run, { model: place.input(maker.id) });
  t.match(await look(), { jobs: [], awaited: [{ run: maker.id, inputs: ["model"] }], failed: [] }, "not submitted");
  t.notOk(
    scheduler.calls.some((call) => call.startsWith("jobs")),
    "nobody is asked about no job",
  );
  const job = await place.send(maker);
  t.match(await look(), { jobs: [], awaited: [{}] }, "its job is not to be seen");
  for (const phase of ["pending", "running", "completing"] as const) {
    scheduler.inQueue.set(job, { job, phase });
    t.match(await look(), { jobs: [job], awaited: [], failed: [] }, phase);
  }
  scheduler.owners.set(job, { run: "20261120-201455-aaaaaa", registry: registry.id });
  t.match(await look(), { jobs: [], awaited: [{}] }, "a job of that id that says it is another's");
  scheduler.owners.set(job, { run: maker.id, registry: registry.id });
  t.match(await look(), { jobs: [job] });
  scheduler.inQueue.set(job, { job, phase: "unknown", word: "RECONSIDERING" });
  t.match(await look(), { jobs: [], awaited: [{}] });
  scheduler.inQueue.set(job, { job, phase: "ended", verdict: "completed" });
  t.match(await look(), { jobs: [], awaited: [], failed: [] }, "its job has completed: the gate sees the rest");
  scheduler.inQueue.set(job, { job, phase: "ended", verdict: "failed" });
  t.match(await look(), { jobs: [], awaited: [{}], failed: [] }, "it may be sent again: its owner's pass decides");
  const disk = openRun(registry, registry.user, maker.id);
  if (!disk) throw new Error("no run");
  settle(registry, disk, { state: "failed", mode: "oom", final: true }, Date.now());
  const { failed, awaited } = await look();
  t.match([failed, awaited], [[{ run: maker.id, standing: { state: "failed", mode: "oom" } }], []]);
  const [first] = failed;
  if (!first) throw new Error("none failed");
  t.equal(
    willNotStart(first, "x"),
    `${registry.user}'s run ${maker.id}, which was to make its input 'model', has failed (oom)`,
  );
});

t.test("success is success whoever has written it down", async (t) => {
  const place = setUp(t);
  const { registry } = place;
  const [maker, run] = [await readyRun(registry), await readyRun(registry)];
  const look = () => place.look(run, { model: place.input(maker.id) });
  const job = await place.send(maker);
  const dir = path.join(maker.run_dir ?? "", ".lab/attempt-1");
  fs.mkdirSync(dir);
  const at = new Date().toISOString();
  const facts = { v: 1, run: maker.id, attempt: 1, at };
  fs.writeFileSync(
    path.join(dir, "start.json"),
    JSON.stringify({ type: "start", ...facts, submission: 1, job, host: "n" }),
  );
  t.match(await look(), { awaited: [{}] });
  fs.writeFileSync(path.join(dir, "exit.json"), JSON.stringify({ type: "exit", ...facts, reason: "command", code: 0 }));
  t.match(await look(), { jobs: [], awaited: [], failed: [] }, "it has exited with 0, though no pass has looked since");
  fs.writeFileSync(path.join(dir, "exit.json"), JSON.stringify({ type: "exit", ...facts, reason: "command", code: 3 }));
  t.match(await look(), { awaited: [{}], failed: [] }, "its end is not final before its owner says so");
});

t.test("a job of another scheduler is none to wait for; a run that is gone is said", async (t) => {
  const place = setUp(t);
  const { registry, scheduler } = place;
  const [maker, run] = [await readyRun(registry), await readyRun(registry)];
  scheduler.submit = async () => ({ job: "local-aaaaaa-1", argv: [] });
  await place.send(maker);
  scheduler.inQueue.set("local-aaaaaa-1", { job: "local-aaaaaa-1", phase: "running" });
  t.match(await place.look(run, { model: place.input(maker.id) }), { jobs: [], awaited: [{}] });
  const gone = { model: place.input("20261120-201455-aaaaaa", { user: "nobody" }) };
  await t.rejects(place.look(run, gone), {
    code: "noinput",
    message: /of nobody, which makes its input 'model', is gone$/,
  });
});

t.test("how it ended, in words", async (t) => {
  t.equal(howItEnded({ state: "failed" }), "has failed");
  t.equal(howItEnded({ state: "cancelled", mode: "cancelled" }), "was cancelled");
  t.equal(howItEnded({ state: "lost" }), "is lost");
});
