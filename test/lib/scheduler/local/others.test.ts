// One user's worker among others: whose turn it is, what others hold, and what they leave lying about. As root, which can
// play somebody else.
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t, { type Test } from "tap";
import { fault } from "../../../../lib/record/fault.js";
import type { JobEnded, JobQueued, Lease, Reservation } from "../../../../lib/record/queue.js";
import type { Resources } from "../../../../lib/record/resources.js";
import { bootId, processStart } from "../../../../lib/scheduler/local/processes.js";
import { possible } from "../../registry/support.js";
import { type House, host, house, until } from "./harness.js";
import { ended, queued } from "./worlds.js";

const isRoot = process.getuid?.() === 0;
const small = { cpus: 4, gpus: 2, mem_bytes: 2 ** 30 };
let counter = 1000;

/** Somebody with a queue of her own, whose worker is a process that does nothing. */
function somebody(t: Test, h: House, name = "zoe", uid = 54_321) {
  const children: ChildProcess[] = [];
  t.teardown(() => {
    for (const child of children) child.kill("SIGKILL");
  });
  const place = (area: string) => {
    const directory = path.join(h.registry.base, area, name);
    fs.mkdirSync(directory, { recursive: true });
    fs.chownSync(directory, uid, uid);
    return directory;
  };
  const [queue, leases] = [place("queue"), place("leases")];
  const write = (file: string, record: object) => {
    // Whole at once, as everything of the registry is.
    const temp = path.join(path.dirname(file), `.tmp-${counter}`);
    fs.writeFileSync(temp, JSON.stringify(record));
    fs.chownSync(temp, uid, uid);
    fs.renameSync(temp, file);
  };
  const processOf = ({ pid = 0 }: ChildProcess) => ({ pid, pid_start: processStart(pid) ?? "" });
  const sleeper = () => {
    const child = spawn("sleep", ["300"], { detached: true, stdio: "ignore" });
    children.push(child);
    return child;
  };
  const boot = bootId() ?? "";
  let generation = 0;
  return {
    name,
    uid,
    queue,
    write,
    sleeper,
    job(resources: Resources = {}, more: Partial<JobQueued> = {}): JobQueued {
      counter += 1;
      const record = queued(counter, { resources, host, registry: h.registry.id, ...more });
      write(path.join(queue, `${record.job}.queued.json`), record);
      return record;
    },
    end(job: JobQueued, verdict?: JobEnded["verdict"]) {
      write(path.join(queue, `${job.job}.ended.json`), ended(job, verdict));
    },
    /** A worker, which is there and does nothing. */
    worker(): ChildProcess {
      const child = sleeper();
      const token = `t${counter}`;
      const lease: Lease = {
        type: "lease",
        v: 1,
        host,
        boot,
        ...processOf(child),
        token,
        at: new Date().toISOString(),
      };
      generation += 1;
      write(path.join(leases, `worker-${host}.${generation}.json`), lease);
      return child;
    },
    /** An entry in the host's log in the name of a process. */
    takes(number: number, child: ChildProcess, more: Partial<Reservation> = {}) {
      const takes = { gpus: [0], cpus: 1, mem_bytes: 0 };
      const entry = {
        host,
        boot,
        user: name,
        uid,
        job: "local-zzzzzz-1",
        ...takes,
        ...processOf(child),
        at: new Date().toISOString(),
      };
      write(path.join(h.registry.base, "hosts", `${more.host ?? host}.${number}.json`), {
        type: "reservation",
        v: 1,
        ...entry,
        ...more,
      });
    },
  };
}

const able = (t: Test) => possible(t, isRoot, "several users (as root)");

t.test("what others hold is not given, as long as they live", async (t) => {
  if (!able(t)) return;
  const h = await house(t, small);
  const zoe = somebody(t, h);
  const child = zoe.sleeper();
  zoe.takes(41, child, { gpus: [0], cpus: 2 });
  const one = await h.submit("echo $CUDA_VISIBLE_DEVICES; sleep 300", { gpus: 1, cpus: 2 });
  const two = await h.submit("echo $CUDA_VISIBLE_DEVICES", { gpus: 1 });
  h.work();
  await until("the first", () => one.said());
  t.equal(one.said(), "1\n");
  t.match(await h.view(two.job), { phase: "pending", reason: "Resources", waits_for: ["cpus", "gpus"] });
  const log = fs.readdirSync(path.join(h.registry.base, "hosts")).sort();
  t.same(log, [`${host}.41.json`, `${host}.42.json`]);
  child.kill("SIGKILL");
  t.match(await h.ended(two.job), { verdict: "completed" }, "soon after its process is gone, though nobody tells");
  t.equal(two.said(), "0\n");
  await h.scheduler().cancel([one.job]);
  await h.ended(one.job);
  await until("its own entries to go, save the highest", () => {
    const names = fs.readdirSync(path.join(h.registry.base, "hosts")).sort().join(" ");
    return names === `${host}.41.json ${host}.43.end ${host}.43.json`;
  });
});

t.test("another boot's entries and a session that has one process left", async (t) => {
  if (!able(t)) return;
  const h = await house(t, small);
  const zoe = somebody(t, h);
  zoe.takes(1, zoe.sleeper(), { gpus: [0, 1], boot: "another" });
  const leader = spawn("bash", ["-c", "sleep 300 & echo $!; sleep 300"], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const left = await new Promise<number>((resolve) => leader.stdout?.once("data", (text) => resolve(Number(text))));
  t.teardown(() => process.kill(left, "SIGKILL"));
  zoe.takes(2, leader, { gpus: [1] });
  leader.kill("SIGKILL");
  await until("the leader to go", () => processStart(leader.pid ?? 0) === undefined);
  const job = await h.submit("echo $CUDA_VISIBLE_DEVICES", { gpus: 1 });
  const next = await h.submit("echo $CUDA_VISIBLE_DEVICES", { gpus: 2 });
  h.work();
  await h.ended(job.job);
  t.equal(job.said(), "0\n");
  t.equal((await h.view(next.job)).reason, "Resources", "a process of its session has the GPU");
});

t.test("what began when the host had another name is still taken", async (t) => {
  if (!able(t)) return;
  const h = await house(t, small);
  const zoe = somebody(t, h);
  zoe.takes(1, zoe.sleeper(), { gpus: [0], host: "renamed" });
  zoe.takes(1, zoe.sleeper(), { gpus: [1], host: "another", boot: "of another host" });
  const job = await h.submit("echo $CUDA_VISIBLE_DEVICES", { gpus: 1 });
  h.work();
  await h.ended(job.job);
  t.equal(job.said(), "1\n");
});

t.test(
  "turns: who has a worker comes first by priority; one that is stopped, gone or idle holds nobody up",
  async (t) => {
    if (!able(t)) return;
    const h = await house(t, { cpus: 1, gpus: 0, mem_bytes: 2 ** 30 });
    const zoe = somebody(t, h);
    const [hers] = [zoe.job({}, { priority: 9 }), zoe.job({ cpus: 64 }, { priority: 10 })];
    const first = await h.submit("echo first");
    h.work({ courtesy_s: 3600 });
    await h.ended(first.job);
    t.equal(first.said(), "first\n", "she has no worker");
    const worker = zoe.worker();
    const second = await h.submit("echo second");
    await until("it to wait", async () => (await h.view(second.job)).reason === "Resources");
    const rows = await h.scheduler().everybody();
    t.match(
      rows.map(({ view, user, position }) => [view.job, user, view.reason, position]),
      [
        [hers.job, "zoe", "Starting", 1],
        [second.job, os.userInfo().username, "Resources", 2],
        [String, "zoe", "BadConstraints", undefined],
      ],
    );
    worker.kill("SIGSTOP");
    await h.ended(second.job);
    t.match((await h.scheduler().everybody())[0]?.view, { reason: "WorkerStopped" });
    worker.kill("SIGCONT");
    const third = await h.submit("echo third");
    await until("it to wait", async () => (await h.view(third.job)).reason === "Resources");
    worker.kill("SIGKILL");
    await h.ended(third.job);
  },
);

t.test("one who does not come in time is not waited for", async (t) => {
  if (!able(t)) return;
  const h = await house(t, { cpus: 1, gpus: 0, mem_bytes: 2 ** 30 });
  const zoe = somebody(t, h);
  zoe.job({}, { priority: 9 });
  zoe.worker();
  const jobs = [await h.submit("echo one"), await h.submit("echo two")];
  h.work({ courtesy_s: 1 });
  for (const { job } of jobs) t.match(await h.ended(job), { verdict: "completed" });
});

t.test("dependencies on somebody else's job, as long as it can be read", async (t) => {
  if (!able(t)) return;
  const h = await house(t, small);
  const zoe = somebody(t, h);
  const yan = somebody(t, h, "yan", 54_322);
  const [good, bad, both] = [zoe.job(), zoe.job(), zoe.job()];
  yan.write(path.join(yan.queue, `${both.job}.queued.json`), both);
  const on = (job: JobQueued, type: "afterok" | "afterany" = "afterok") =>
    h.submit("echo ran", {}, { dependencies: [{ type, jobs: [job.job] }] });
  const [after, never, any] = [await on(good), await on(bad), await on(bad, "afterany")];
  t.match(h.store.read(after.job, "queued")?.dependencies, [{ jobs: [good.job], of: { [good.job]: "zoe" } }]);
  await t.rejects(on(both), { code: "refused", message: /a job of each of (yan, zoe|zoe, yan)/ });
  h.work();
  await until("it to wait", async () => (await h.view(after.job)).reason === "Dependency");
  const away = path.join(h.registry.base, "zoe");
  fs.renameSync(zoe.queue, away);
  t.match(
    await h.view(never.job),
    { phase: "pending", reason: "Dependency" },
    "a queue that cannot be read says nothing",
  );
  fs.renameSync(away, zoe.queue);
  zoe.end(bad, "failed");
  t.match(await h.ended(never.job), { verdict: "dependency", reason: `${bad.job} did not end as was asked` });
  t.match(await h.ended(any.job), { verdict: "completed" });
  zoe.end(good);
  t.match(await h.ended(after.job), { verdict: "completed" });
});

t.test("a job that ended long ago is remembered as long as somebody else's waits for it", async (t) => {
  if (!able(t)) return;
  const h = await house(t, small);
  const zoe = somebody(t, h);
  const [asked, old] = [await h.submit("true"), await h.submit("true")];
  const first = h.work();
  await h.ended(asked.job);
  await h.ended(old.job);
  await first.leave();
  const of = { [asked.job]: os.userInfo().username };
  const hers = zoe.job({}, { dependencies: [{ type: "afterok", jobs: [asked.job], of }] });
  const second = h.work({ keep_s: 0 });
  await until("the other to be forgotten", () => !h.store.jobs().has(old.job));
  t.ok(h.store.jobs().has(asked.job));
  await second.leave();
  zoe.end(hers);
  h.work({ keep_s: 0 });
  await until("it to be forgotten", () => !h.store.jobs().has(asked.job));
});

t.test("squatted, forged and hidden: reported or ignored, and the rest goes on", async (t) => {
  if (!able(t)) return;
  const h = await house(t, { cpus: 1, gpus: 1, mem_bytes: 2 ** 30 });
  const zoe = somebody(t, h);
  const yan = somebody(t, h, "yan", 54_322);
  yan.worker();
  const secret = yan.job({}, { priority: 10 });
  fs.writeFileSync(path.join(h.registry.base, "queue", "a file"), "");
  fs.writeFileSync(path.join(h.registry.base, "queue", "wim"), "");
  fs.symlinkSync(zoe.queue, path.join(h.registry.base, "queue", "vic"));
  zoe.write(path.join(zoe.queue, "local-aaaaaa-1.queued.json"), { type: "job-queued", v: 1 });
  fs.writeFileSync(
    path.join(yan.queue, "local-bbbbbb-1.queued.json"),
    JSON.stringify({ ...secret, job: "local-bbbbbb-1" }),
  );
  const child = zoe.sleeper();
  zoe.takes(1, child, { uid: 0, user: os.userInfo().username });
  zoe.takes(2, child, { uid: 54_322, user: "yan" });
  zoe.takes(3, child, { user: "vic" });
  zoe.write(path.join(h.registry.base, "hosts", `${host}.4.json`), { type: "reservation", v: 1, host: "there" });
  fs.writeFileSync(path.join(h.registry.base, "hosts", `${host}.5.json`), "junk");
  fs.mkdirSync(path.join(h.registry.base, "hosts", `${host}.6.json`));
  const job = await h.submit("echo $CUDA_VISIBLE_DEVICES", { gpus: 1 });
  h.work({ courtesy_s: 0.5 });
  t.match(await h.ended(job.job), { verdict: "completed" });
  t.equal(job.said(), "0\n");
  for (const what of [
    "here.1.json",
    "here.2.json",
    "here.3.json",
    "here.4.json",
    "here.5.json",
    "here.6.json",
    "local-aaaaaa-1",
    "local-bbbbbb-1",
  ])
    t.ok(
      h.reports.some((line) => line.includes(what)),
      `told: ${what}`,
    );
});

t.test("a log that cannot be used: jobs wait, are not given up, and run once it can", async (t) => {
  const h = await house(t, small);
  const hosts = path.join(h.registry.base, "hosts");
  fs.rmdirSync(hosts);
  const job = await h.submit("echo ran");
  h.work({ patience_s: 0.1 });
  await until("it to be told", () => h.reports.some((line) => line.includes("hosts")));
  fs.writeFileSync(hosts, "");
  t.equal(h.store.jobs().get(job.job)?.has("ended"), false);
  fs.rmSync(hosts);
  fs.mkdirSync(hosts, { mode: 0o777 });
  t.match(await h.ended(job.job), { verdict: "completed" });
});

t.test("a log that may be read and not be written: the same", async (t) => {
  const h = await house(t, small);
  let readOnly = true;
  const reservations: typeof h.store.reservations = (name) => {
    const log = h.store.reservations(name);
    const refuse = () => {
      throw fault("cantcreat", "cannot write the log of the host: read-only file system");
    };
    return { ...log, link: (...entry) => (readOnly ? refuse() : log.link(...entry)) };
  };
  const job = await h.submit("echo ran");
  h.work({ store: { ...h.store, reservations }, patience_s: 0.1 });
  await until("it to be told", () => h.reports.some((line) => line.includes("read-only")));
  t.match(await h.view(job.job), { phase: "pending", reason: "Starting" });
  readOnly = false;
  t.match(await h.ended(job.job), { verdict: "completed" });
  t.equal(job.said(), "ran\n");
});
