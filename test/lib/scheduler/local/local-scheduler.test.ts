import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { fault } from "../../../../lib/record/fault.js";
import type { Resources } from "../../../../lib/record/resources.js";
import { drawRunId } from "../../../../lib/record/run-id.js";
import { localJobId } from "../../../../lib/scheduler/local/enqueue.js";
import { house, until } from "./harness.js";

t.test("a submission is one job, however often it is submitted", async (t) => {
  const h = await house(t);
  const request = h.request("echo once");
  const all = await Promise.all([1, 2, 3].map(() => h.scheduler().submit(request)));
  const job = `local-${request.run.slice(-6)}-1`;
  t.same(all[0], { job, argv: ["bash", request.script] });
  t.same(all[2], all[0]);
  t.same([...h.store.jobs().keys()], [job]);
  t.equal(localJobId(request.run, 2), job.replace(/1$/, "2"));
  const other = { ...request, run: drawRunId(0).slice(0, -6) + request.run.slice(-6) };
  await t.rejects(h.scheduler().submit(other), { code: "refused", message: /the job id local-.* is another run's/ });
  h.work();
  await h.ended(job);
  t.same(await h.scheduler().submit(request), all[0], "also after its end");
  t.match(await h.view(job), { phase: "ended" });
});

t.test("a write that fails is unavailable if nothing was queued, and no failure at all if it was", async (t) => {
  const h = await house(t);
  const full = () => {
    throw fault("ioerr", "cannot write it: no space left on the device");
  };
  const before = h.scheduler({ store: { ...h.store, note: full } });
  await t.rejects(before.submit(h.request("true")), { code: "unavailable", message: /no space left/ });
  t.equal(h.store.jobs().size, 0);
  const after = h.scheduler({ store: { ...h.store, note: (...fact) => h.store.note(...fact) && full() } });
  const { job } = await after.submit(h.request("true"));
  t.same([...h.store.jobs().keys()], [job]);
  const blind = h.scheduler({ store: { ...h.store, note: full, jobs: () => (looks++ === 0 ? new Map() : full()) } });
  const unreadable = h.scheduler({ store: { ...h.store, jobs: full } });
  await t.rejects(unreadable.submit(h.request("true")), { code: "unavailable", message: /no space left/ });
  let looks = 0;
  await t.rejects(blind.submit(h.request("true")), { code: "tempfail" });
});

t.test("once it is queued nothing is a failure: not a lease that cannot be read", async (t) => {
  const h = await house(t);
  const unreadable = () => {
    throw fault("noperm", "cannot list 'leases': permission denied");
  };
  const lease = () => ({ ...h.store.lease("here"), current: unreadable });
  const worker = { argv: h.argv(), env: {}, log: "/dev/null" };
  const broken = h.scheduler({ worker, store: { ...h.store, lease } });
  t.match(await broken.submit(h.request("true")), { says: "no worker could be started" });
  t.match(h.reports, [/cannot list/]);
});

t.test("what the host can never satisfy is refused by name, and nothing is queued", async (t) => {
  const h = await house(t, { cpus: 4, gpus: 0, mem_bytes: 2 ** 30 });
  const refused = (resources: Resources, message: RegExp) =>
    t.rejects(h.submit("true", resources), { code: "refused", message });
  await refused({ gpus: 8 }, /^cannot queue .*: it asks for 8 gpus; this host has 0 \(\[local\] gpus\)$/);
  await refused({ cpus: 5 }, /5 cpus; this host has 4 \(\[local\] cpus\)/);
  await refused({ mem_bytes: 2 ** 31 }, /2\.0 GiB of memory; this host has 1\.0 GiB \(\[local\] mem\)/);
  await refused({ nodes: 2 }, /2 nodes/);
  await refused({ components: [{ gpus: 1 }] }, /components/);
  await refused({ sbatch_extra: ["--exclusive"] }, /--exclusive/);
  const after = { dependencies: [{ type: "afterok" as const, jobs: ["local-abcdef-1"] }] };
  await t.rejects(h.submit("true", {}, after), {
    code: "refused",
    message: /depends on local-abcdef-1, which is in no queue that you can read/,
  });
  t.equal(h.store.jobs().size, 0);
  const { says } = await h.scheduler().submit(h.request("true", { partition: "gpu", account: "lab", cpus: 4 }));
  t.equal(says, "partition, account: not used on one machine");
});

t.test("starts a worker on demand, one that outlives the submitter and leaves by itself", async (t) => {
  const h = await house(t);
  const log = path.join(h.directory, "worker.log");
  const env = {
    PATH: process.env["PATH"],
    HOME: "/nowhere",
    LAB_LOCAL_JOB_ID: "local-aaaaaa-1",
    LAB_LOCAL_MEM: "1GB",
    LANG: "C.UTF-8",
    SECRET: "no",
  };
  const scheduler = h.scheduler({ worker: { argv: h.argv({ idle_s: 1 }), env, log }, env });
  const request = h.request(
    "env; read -r _ _ _ parent _ < /proc/$$/stat; tr '\\0' '\\n' < /proc/$parent/environ > worker-env; readlink /proc/$parent/cwd",
  );
  const { job, says } = await scheduler.submit(request);
  t.equal(says, undefined);
  const lease = h.store.lease("here").current();
  t.ok(lease, "it is there when submit comes back");
  t.equal(
    fs.readFileSync(`/proc/${lease?.pid}/stat`, "utf8").split(") ")[1]?.split(" ")[3],
    String(lease?.pid),
    "in a session of its own",
  );
  t.match(await h.ended(job), { verdict: "completed" });
  const said = fs.readFileSync(path.join(request.run_dir, ".lab/submit-1", `${job}.out`), "utf8");
  t.match(said, /^LANG=C.UTF-8$/m);
  t.match(said, `LAB_LOCAL_JOB_ID=${job}`);
  t.notMatch(said, "SECRET");
  t.notMatch(said, "HOME=/nowhere", "home is the uid's");
  t.match(said, /^\/$/m, "the worker's directory is /");
  const workerEnv = fs.readFileSync(path.join(request.run_dir, "worker-env"), "utf8");
  t.match(workerEnv, /^LAB_LOCAL_MEM=1GB$/m, "settings are the worker's too");
  t.notMatch(workerEnv, "LAB_LOCAL_JOB_ID", "a worker started inside a job is no part of it");
  await until("it to leave", () => fs.readFileSync(log, "utf8") === "idle\n");
  const second = await scheduler.submit(h.request("true"));
  t.match(await h.ended(second.job), { verdict: "completed" }, "and another comes when it is needed");
});

t.test("jobs that wait without a worker get one from whoever looks", async (t) => {
  const h = await house(t);
  const { job } = await h.submit("true");
  t.match(await h.view(job), { phase: "pending", reason: "NoWorker" });
  const worker = { argv: h.argv({ idle_s: 1 }), env: process.env, log: path.join(h.directory, "log") };
  t.match(String((await h.scheduler({ worker }).queue()).get(job)?.reason), /Starting|undefined/, "or it runs already");
  t.match(await h.ended(job), { verdict: "completed" });
});

t.test("a worker that cannot be started leaves the job queued, and says so", async (t) => {
  const h = await house(t);
  const log = path.join(h.directory, "log");
  const missing = h.scheduler({ worker: { argv: ["/no/such/lab-worker"], env: {}, log } });
  const { job, says } = await missing.submit(h.request("true"));
  t.equal(says, "no worker could be started");
  t.match(h.reports, [/cannot start '\/no\/such\/lab-worker': no such file/]);
  t.match((await missing.queue()).get(job), { phase: "pending", reason: "NoWorker" });
  t.equal(h.reports.length, 1, "it is not tried again at once");
  const failing = h.scheduler({
    worker: { argv: [process.execPath, "-e", "console.error('no way'); process.exit(78)"], env: {}, log },
  });
  await failing.queue();
  t.match(h.reports[1], /cannot keep a worker: it ended at once \(what it said is in .*\/log\)/);
  t.match(fs.readFileSync(log, "utf8"), "no way");
  t.match(failing.explain((await failing.queue()).get(job) ?? { job, phase: "unknown" }), {
    message: /nobody works/,
    hint: /lab-worker/,
  });
});

t.test("find, accounting, details", async (t) => {
  const h = await house(t);
  const [one, two] = [await h.submit("true"), await h.submit("sleep 300")];
  h.work();
  await h.ended(one.job);
  const scheduler = h.scheduler();
  const since = 0;
  const ask = (run: string) => ({ run, job_name: "job", since });
  t.match(
    await scheduler.find(h.registry.id, [ask(one.run), ask(two.run), ask(drawRunId(Date.now()))]),
    [
      { run: one.run, view: { job: one.job, phase: "ended" } },
      { run: two.run, view: { job: two.job, phase: "running" } },
    ].sort((a, b) => (a.view.job < b.view.job ? -1 : 1)),
  );
  t.same(await scheduler.find("another registry", [ask(one.run)]), []);
  const rows = await scheduler.accounting([
    { job: one.job, since },
    { job: "local-000000-9", since },
  ]);
  t.same([...(rows?.keys() ?? [])], [one.job]);
  t.same([...(await scheduler.details([{ job: one.job, since }]))], []);
  await scheduler.cancel([two.job]);
  await h.ended(two.job);
});

t.test("a reader makes nothing", async (t) => {
  const h = await house(t);
  const scheduler = h.scheduler();
  t.equal((await scheduler.queue()).size, 0);
  t.same(await scheduler.find(h.registry.id, []), []);
  await scheduler.cancel(["local-abcdef-1"]);
  t.same(fs.readdirSync(path.join(h.registry.base, "queue")), []);
  t.same(fs.readdirSync(path.join(h.registry.base, "leases")), []);
});
