import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import t, { type Test } from "tap";
import type { JobCancel, JobQueued } from "../../../lib/record/queue.js";
import { initRegistry } from "../../../lib/registry/init.js";
import { queueFiles } from "../../../lib/registry/queue.js";

const job = "local-abcdef-1";
const at = "2026-01-01T00:00:00Z";
const cancel: JobCancel = { type: "job-cancel", v: 1, job, uid: 1, at };

function fresh(t: Test) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "lab-queue-"));
  t.teardown(() => fs.rmSync(directory, { recursive: true }));
  const { registry } = initRegistry({ base: path.join(directory, "base"), uid: os.userInfo().uid, now: 0 });
  const queue = queueFiles(registry);
  const run_dir = path.join(directory, "run");
  const place = { script: "/s", run_dir, env: {}, job_name: "n", registry: registry.id };
  const queued: JobQueued = {
    type: "job-queued",
    v: 1,
    job,
    run: "20260101-000000-abcdef",
    submission: 1,
    ...place,
    resources: {},
    dependencies: [],
    priority: 5,
    at,
  };
  return { directory, registry, queue, queued, own: path.join(registry.base, "queue", registry.user) };
}

t.test("facts are written once, by the job and their name", async (t) => {
  const { queue, queued, own } = fresh(t);
  t.same([...queue.jobs()], []);
  t.notOk(fs.existsSync(own), "looking makes nothing");
  t.equal(queue.note(job, "queued", queued), "made");
  t.equal(queue.note(job, "queued", { ...queued, priority: 9 }), "exists");
  t.equal(queue.read(job, "queued")?.priority, 5);
  t.equal(queue.read(job, "ended"), undefined);
  t.equal(queue.note(job, "cancel", cancel), "made");
  t.same([...queue.jobs()], [[job, new Set(["cancel", "queued"])]]);
  t.same(fs.readdirSync(own).sort(), [`${job}.cancel.json`, `${job}.queued.json`]);
  queue.remove(job, queue.jobs().get(job) ?? []);
  t.same(fs.readdirSync(own), []);
});

t.test("what is no fact is left out, what lies is refused", async (t) => {
  const { registry, queue, queued, own } = fresh(t);
  queue.note(job, "queued", queued);
  for (const name of [
    ".tmp-x",
    "local-abcdef-1.json",
    "local-abcdef-1.other.json",
    "local-abcdef-1.toString.json",
    "x.queued.json",
  ]) {
    fs.writeFileSync(path.join(own, name), "{}");
  }
  t.same([...queue.jobs()], [[job, new Set(["queued"])]]);
  fs.writeFileSync(queue.pathOf("local-zzzzzz-1", "cancel"), JSON.stringify(cancel));
  t.throws(() => queue.read("local-zzzzzz-1", "cancel"), { code: "dataerr", message: /it is about 'local-abcdef-1'/ });
  t.throws(() => queueFiles({ ...registry, uid: registry.uid + 1 }).jobs(), { code: "noperm" });
  t.throws(() => queue.lease("a/b"), { code: "config" });
});

t.test("a change is heard, a temporary file is not", async (t) => {
  const { queue, queued, own } = fresh(t);
  let heard = 0;
  const unwatch = queue.watch(() => {
    heard += 1;
  });
  t.teardown(unwatch);
  fs.writeFileSync(path.join(own, ".tmp-x"), "");
  queue.note(job, "queued", queued);
  for (let i = 0; i < 500 && heard === 0; i += 1) await setTimeout(20);
  t.equal(heard, 1, "the link");
});

t.test("what a job prints is appended beside its script; without the directory it is not found", async (t) => {
  const { queue, queued } = fresh(t);
  t.throws(() => queue.openOutput(queued), { code: "noinput" });
  const directory = path.join(queued.run_dir, ".lab", "submit-1");
  fs.mkdirSync(directory, { recursive: true });
  for (const word of ["one", "two"]) {
    const fd = queue.openOutput(queued);
    fs.writeSync(fd, word);
    fs.closeSync(fd);
  }
  t.equal(fs.readFileSync(path.join(directory, `${job}.out`), "utf8"), "onetwo");
});

t.test("the exit is that of the last attempt of this job", async (t) => {
  const { queue, queued } = fresh(t);
  t.equal(queue.exitOf(queued), undefined);
  const attempt = (n: number, of: string, code?: number) => {
    const directory = path.join(queued.run_dir, ".lab", `attempt-${n}`);
    fs.mkdirSync(directory, { recursive: true });
    const start = { type: "start", v: 1, run: queued.run, submission: 1, attempt: n, job: of, host: "h", at };
    fs.writeFileSync(path.join(directory, "start.json"), JSON.stringify(start));
    if (code === undefined) return;
    const exit = { type: "exit", v: 1, run: queued.run, attempt: n, reason: "command", code, at };
    fs.writeFileSync(path.join(directory, "exit.json"), JSON.stringify(exit));
  };
  attempt(9, job, 1);
  attempt(10, job, 2);
  attempt(11, "local-abcdef-2", 3);
  t.equal(queue.exitOf(queued)?.code, 2);
  attempt(12, job);
  t.equal(
    queue.exitOf(queued),
    undefined,
    "an attempt that has not ended says nothing, and an older one does not speak for it",
  );
});
