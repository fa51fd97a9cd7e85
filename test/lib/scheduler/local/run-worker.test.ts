import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { fault } from "../../../../lib/record/fault.js";
import type { JobQueued } from "../../../../lib/record/queue.js";
import { isRunning, processStart } from "../../../../lib/scheduler/local/processes.js";
import { house, until } from "./harness.js";

t.test("runs a script where and as it should, and tells how it ended", async (t) => {
  const h = await house(t);
  const ok = await h.submit(
    'echo "job $LAB_LOCAL_JOB_ID in $PWD gpus $CUDA_VISIBLE_DEVICES"; cat; env; echo oops >&2',
    { gpus: 2, cpus: 3 },
  );
  const bad = await h.submit("exit 7");
  const hit = await h.submit("kill -SEGV $$");
  t.equal((await h.view(ok.job)).reason, "NoWorker");
  h.work();
  const view = await h.ended(ok.job);
  t.match(view, { phase: "ended", verdict: "completed", exit_code: 0, nodes: "here", source: "worker", restarts: 0 });
  t.ok(view.submitted_at && view.started_at && view.ended_at);
  t.match(await h.ended(bad.job), { verdict: "failed", exit_code: 7 });
  const signalled = await h.ended(hit.job);
  t.match(signalled, { verdict: "failed", signal: 11 });
  t.notHas(signalled, { exit_code: Number });
  t.match(ok.said(), `job ${ok.job} in ${ok.run_dir} gpus 0,1\n`);
  t.match(ok.said(), /^LAB_LOCAL_JOB_CPUS=3$/m);
  t.match(ok.said(), /^LAB_LOCAL_RESTARTS=0$/m);
  t.match(ok.said(), /^oops$/m, "stderr is in the same file");
  t.notMatch(ok.said(), /^npm_|^TAP|^NODE_/m, "nothing of the worker's environment");
  t.same(h.reports, []);
});

t.test("paths with spaces and quotes, and output that is appended", async (t) => {
  const h = await house(t);
  const odd = await h.submit("echo hi", {}, { job_name: `a b'c"d $(touch x) \\ é%s` });
  fs.writeFileSync(odd.output, "before\n");
  h.work();
  await h.ended(odd.job);
  t.equal(odd.said(), "before\nhi\n");
});

t.test("the job leads a session of its own and reads nothing", async (t) => {
  const h = await house(t);
  const job = await h.submit(
    "read -r line || echo nothing; read -r _ _ _ _ group session _ < /proc/$$/stat; echo $$ $group $session",
  );
  h.work();
  await h.ended(job.job);
  const [nothing, ids] = job.said().split("\n");
  t.equal(nothing, "nothing");
  t.equal(new Set(ids?.split(" ")).size, 1);
});

t.test("order: priority, then age; one after the other where there is room for one", async (t) => {
  const h = await house(t, { cpus: 1, gpus: 0, mem_bytes: 2 ** 30 });
  const order = path.join(h.directory, "order");
  const submit = (name: string, priority: number) => h.submit(`echo ${name} >> ${order}`, { priority });
  const jobs = [
    await submit("a", 5),
    await submit("b", 9),
    await submit("c", 5),
    await submit("d", 1),
    await submit("e", 9),
  ];
  h.work();
  for (const { job } of jobs) await h.ended(job);
  t.equal(fs.readFileSync(order, "utf8"), "b\ne\na\nc\nd\n");
});

t.test("GPUs are given by index and never twice; what is too much waits and says so", async (t) => {
  const h = await house(t, { cpus: 64, gpus: 3, mem_bytes: 2 ** 30 });
  const flags = fs.mkdtempSync(path.join(h.directory, "flags-"));
  const held = (name: string) => `echo $CUDA_VISIBLE_DEVICES; while [ ! -e ${flags}/${name} ]; do sleep 0.05; done`;
  const one = await h.submit(held("one"), { gpus: 1 });
  h.work();
  await until("the first", () => one.said());
  const two = await h.submit(held("two"), { gpus: 2 });
  await until("the second", () => two.said());
  const next = await h.submit(held("next"), { gpus: 2 });
  const small = await h.submit(held("small"), { gpus: 1 });
  const none = await h.submit("echo none:$CUDA_VISIBLE_DEVICES");
  await h.ended(none.job);
  t.equal(none.said(), "none:\n", "a job without GPUs sees none");
  t.match(await h.view(next.job), { phase: "pending", reason: "Resources", waits_for: ["gpus"] });
  fs.writeFileSync(path.join(flags, "one"), "");
  await h.ended(one.job);
  t.match(await h.view(small.job), { phase: "pending", reason: "Priority" }, "what next needs is kept for it");
  fs.writeFileSync(path.join(flags, "two"), "");
  await until("next", () => next.said());
  await until("small", () => small.said());
  t.equal(one.said(), "0\n");
  t.equal(two.said(), "1,2\n");
  t.equal(new Set([...next.said().trim().split(","), small.said().trim()]).size, 3);
  for (const name of ["next", "small"]) fs.writeFileSync(path.join(flags, name), "");
  await h.ended(next.job);
  await h.ended(small.job);
});

t.test("dependencies", async (t) => {
  const h = await house(t);
  const go = path.join(h.directory, "go");
  const good = await h.submit(`while [ ! -e ${go} ]; do sleep 0.05; done`);
  const bad = await h.submit("exit 1");
  const on = (type: "after" | "afterok" | "afterany" | "afternotok", ...jobs: string[]) =>
    h.submit("echo ran", {}, { dependencies: [{ type, jobs }] });
  const afterBoth = await on("afterok", good.job, bad.job);
  const afterGood = await on("afterok", good.job);
  const afterAny = await on("afterany", good.job, bad.job);
  const notok = await on("afternotok", bad.job);
  const started = await on("after", good.job);
  const chained = await on("afterok", afterBoth.job);
  h.work();
  await h.ended(started.job);
  await h.ended(notok.job);
  t.match(await h.ended(afterBoth.job), { verdict: "dependency" });
  t.equal(afterBoth.said(), "");
  t.match(await h.ended(chained.job), { verdict: "dependency", reason: `${afterBoth.job} did not end as was asked` });
  t.match(await h.view(afterGood.job), { phase: "pending", reason: "Dependency", waits_for: [good.job] });
  fs.writeFileSync(go, "");
  for (const { job, said } of [afterGood, afterAny, notok, started]) {
    t.match(await h.ended(job), { verdict: "completed" });
    t.equal(said(), "ran\n");
  }
});

t.test("at its time limit a job is asked to end, then made to", async (t) => {
  const h = await house(t);
  const polite = await h.submit("trap 'echo bye; exit 0' TERM; while :; do sleep 0.05; done", { time_s: 0.3 });
  const stubborn = await h.submit("trap 'echo no' TERM; while :; do sleep 0.05; done", { time_s: 0.3 });
  h.work({ grace_s: 1 });
  t.match(await h.ended(polite.job), { verdict: "timeout", exit_code: 0 });
  t.match(polite.said(), /^bye$/m);
  t.match(await h.ended(stubborn.job), { verdict: "timeout", signal: 9 });
  t.match(stubborn.said(), /^no$/m);
});

t.test("cancel: pending, running, stopped, ended, unknown", async (t) => {
  const h = await house(t, { cpus: 1, gpus: 0, mem_bytes: 2 ** 30 });
  const running = await h.submit("echo on; sleep 300");
  const pending = await h.submit("echo never");
  const worker = h.work();
  await until("it to run", () => running.said());
  await h.scheduler().cancel([pending.job, running.job, "local-000000-1"]);
  t.match(await h.ended(pending.job), { verdict: "cancelled", cancelled_by_uid: process.getuid?.() });
  t.notHas(await h.ended(pending.job), { started_at: String });
  t.match(await h.ended(running.job), { verdict: "cancelled", signal: 15 });
  t.equal(pending.said(), "");
  const stopped = await h.submit("echo on; kill -STOP $$; sleep 300");
  await until("it to stop", () => stopped.said());
  await h.scheduler().cancel([stopped.job]);
  t.match(await h.ended(stopped.job), { verdict: "cancelled" });
  await h.scheduler().cancel([stopped.job]);
  t.match(await h.ended(stopped.job), { verdict: "cancelled" }, "a second cancel changes nothing");
  t.equal(await worker.leave(), "stopped");
});

t.test("what a job leaves behind is ended, in its session and outside of it", async (t) => {
  const h = await house(t);
  const job = await h.submit(
    "sleep 300 & echo $!; setsid sh -c 'echo $$; exec sleep 300' & setsid sh -c 'trap \"\" TERM; echo $$; while :; do sleep 0.1; done' & sleep 0.5; exit 4",
  );
  h.work({ grace_s: 0.5 });
  t.match(await h.ended(job.job), { verdict: "failed", exit_code: 4 });
  const pids = job.said().trim().split("\n").map(Number);
  t.equal(pids.length, 3);
  for (const pid of pids) t.equal(processStart(pid), undefined, "gone");
});

t.test("a worker leaves when idle, and is not idle while a job runs", async (t) => {
  const h = await house(t);
  const job = await h.submit("sleep 1");
  const worker = h.work({ idle_s: 0.2 });
  t.equal(await worker.result, "idle");
  t.match(await h.view(job.job), { phase: "ended", verdict: "completed" });
  t.equal(h.store.lease("here").current(), undefined);
});

t.test("stopped, it leaves its jobs running; the next one sees them to the end", async (t) => {
  const h = await house(t);
  const go = path.join(h.directory, "go");
  const attempt = (dir: string) => `mkdir -p ${dir}/.lab/attempt-1; cd ${dir}/.lab/attempt-1`;
  const job = await h.submit(`echo $$; while [ ! -e ${go} ]; do sleep 0.05; done`);
  const exit = { type: "exit", v: 1, run: job.run, attempt: 1, reason: "command", code: 3, at: "2026-01-02T03:04:05Z" };
  const start = {
    type: "start",
    v: 1,
    run: job.run,
    submission: 1,
    attempt: 1,
    job: job.job,
    host: "here",
    at: "2026-01-02T03:04:04Z",
  };
  fs.appendFileSync(
    job.script,
    `\n${attempt(job.run_dir)}; echo '${JSON.stringify(start)}' > start.json; echo '${JSON.stringify(exit)}' > exit.json; exit 3\n`,
  );
  const silent = await h.submit(`echo $$; while [ ! -e ${go} ]; do sleep 0.05; done; exit 3`);
  const first = h.work();
  const pid = Number(await until("the job", () => silent.said() && job.said()));
  t.equal(await first.leave(), "stopped");
  t.ok(isRunning({ pid, pid_start: processStart(pid) ?? "" }), "it runs on");
  t.equal((await h.view(job.job)).phase, "running");
  h.work();
  fs.writeFileSync(go, "");
  t.match(
    await h.ended(job.job),
    { verdict: "failed", exit_code: 3, ended_at: "2026-01-02T03:04:05Z" },
    "by the word of the job",
  );
  t.match(await h.ended(silent.job), { verdict: "failed", reason: /no worker was there/ }, "nobody knows how");
  t.equal(job.said(), `${pid}\n`, "it ran once");
});

t.test("after a reboot what ran is lost, what waited runs", async (t) => {
  const h = await house(t, { cpus: 1, gpus: 0, mem_bytes: 2 ** 30 });
  const ran = await h.submit("echo $$; sleep 300");
  const waited = await h.submit("echo waited");
  const first = h.work({ boot: "first boot" });
  const pid = Number(await until("the job", () => ran.said()));
  await first.leave();
  process.kill(-pid, "SIGKILL");
  h.work({ boot: "second boot" });
  t.match(await h.ended(ran.job), { verdict: "node_fail", reason: "the host was restarted" });
  t.match(await h.ended(waited.job), { verdict: "completed" });
  t.equal(ran.said(), `${pid}\n`);
});

t.test("bad files are told and skipped; the rest goes on", async (t) => {
  const h = await house(t);
  const good = await h.submit("echo fine");
  const gone = await h.submit("echo never");
  fs.rmSync(gone.run_dir, { recursive: true });
  const foreign = await h.submit("echo never");
  const waiting = await h.submit("echo never");
  const queue = path.dirname(h.store.pathOf(good.job, "queued"));
  fs.writeFileSync(path.join(queue, "local-zzzzzz-1.queued.json"), "{");
  fs.writeFileSync(path.join(queue, "README"), "not ours");
  fs.mkdirSync(path.join(queue, "local-yyyyyy-1.queued.json"));
  fs.writeFileSync(h.store.pathOf(waiting.job, "started"), "[]");
  const asRoot = process.getuid?.() === 0;
  if (asRoot) fs.chownSync(h.store.pathOf(foreign.job, "queued"), 65534, 65534);
  else fs.writeFileSync(h.store.pathOf(foreign.job, "queued"), "");
  h.work({ patience_s: 0.1 });
  t.match(await h.ended(good.job), { verdict: "completed" });
  t.match(await h.ended(gone.job), { verdict: "failed", reason: /cannot open .*no such file/ });
  for (const job of ["local-zzzzzz-1", "local-yyyyyy-1", foreign.job, waiting.job]) {
    t.match(await h.view(job), { phase: "unknown", reason: "Unreadable" });
    t.ok(
      h.reports.some((line) => line.includes(job)),
      `told: ${job}`,
    );
  }
  t.equal(foreign.said() + waiting.said(), "");
});

t.test("a cancel that cannot be read cancels nothing", async (t) => {
  const h = await house(t);
  const job = await h.submit("echo fine");
  fs.writeFileSync(h.store.pathOf(job.job, "cancel"), "{}");
  h.work();
  t.match(await h.ended(job.job), { verdict: "completed" });
  t.ok(h.reports.some((line) => line.includes("cancel.json")));
});

t.test("old jobs are forgotten, unless a waiting one asks about them", async (t) => {
  const h = await house(t);
  const other = { type: "job-queued", v: 1, host: "elsewhere" } as const;
  const old = await h.submit("true");
  const asked = await h.submit("true");
  const waiting = await h.submit("true", {}, { dependencies: [{ type: "afterany", jobs: [asked.job] }] });
  const queued = h.store.read(waiting.job, "queued") as JobQueued;
  fs.writeFileSync(h.store.pathOf(waiting.job, "queued"), JSON.stringify({ ...queued, ...other }));
  const first = h.work();
  await h.ended(old.job);
  await h.ended(asked.job);
  await first.leave();
  fs.writeFileSync(h.store.pathOf("local-abcdef-1", "ended"), fs.readFileSync(h.store.pathOf(old.job, "ended")));
  h.work({ keep_s: 0 });
  await until("it to be forgotten", () => !h.store.jobs().has(old.job) && !h.store.jobs().has("local-abcdef-1"));
  t.match(await h.view(asked.job), { phase: "ended" });
  t.match(await h.view(waiting.job), { phase: "pending", reason: "OtherHost", waits_for: ["elsewhere"] });
});

t.test("a queue that cannot be listed for a while ends no worker, at whatever look", async (t) => {
  const h = await house(t);
  let broken = true;
  let looks = 0;
  const jobs = () => {
    looks += 1;
    if (broken) throw fault("unavailable", "cannot list the queue: input/output error");
    return h.store.jobs();
  };
  const job = await h.submit("true");
  const { result } = h.work({ store: { ...h.store, jobs }, idle_s: 0.2 });
  // The first look of a pass, that of a worker about to leave, and one after it has taken its lease again.
  await until("three looks", () => looks >= 3);
  t.same(h.reports, ["cannot list the queue: input/output error"], "it is said once");
  broken = false;
  t.match(await h.ended(job.job), { verdict: "completed" });
  t.equal(await result, "idle");
});

t.test("where somebody takes what the first was to have, none of one's own goes before it", async (t) => {
  const h = await house(t, { cpus: 64, gpus: 2, mem_bytes: 2 ** 36 });
  const other = spawn("sleep", ["300"], { detached: true, stdio: "ignore" });
  t.teardown(() => other.kill("SIGKILL"));
  const [first, second] = [
    await h.submit("echo $CUDA_VISIBLE_DEVICES; sleep 300", { gpus: 1 }),
    await h.submit("true", { gpus: 1 }),
  ];
  const pid = other.pid ?? 0;
  let taken = false;
  const reservations: typeof h.store.reservations = (name) => {
    const log = h.store.reservations(name);
    return {
      ...log,
      link(number, mine) {
        if (!taken) log.link(number, { ...mine, job: "local-zzzzzz-1", pid, pid_start: processStart(pid) ?? "" });
        taken = true;
        return log.link(number, mine);
      },
    };
  };
  h.work({ store: { ...h.store, reservations }, grace_s: 0 });
  t.equal(await until("the first", () => first.said()), "1\n");
  t.match(await h.view(second.job), { phase: "pending", reason: "Resources" });
  other.kill("SIGKILL");
  t.match(await h.ended(second.job), { verdict: "completed" });
  await h.scheduler().cancel([first.job]);
  await h.ended(first.job);
});
