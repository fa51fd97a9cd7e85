// kill -9 of the worker around each of its writes: nothing is run twice, nothing is lost.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { house, until } from "./harness.js";

/** The instants of a worker's lease (1 is its generation) and of a job's life at which it is killed, and whether the job had begun by then. */
const instants = [
  ["link:1", false],
  ["output", false],
  ["temp:reserved", false],
  ["link:reserved", false],
  ["done:reserved", false],
  ["temp:started", false],
  ["link:started", false],
  ["done:started", true],
  ["temp:ended", true],
  ["link:ended", true],
  ["done:ended", true],
  ["marker:reserved", true],
] as const;

for (const [kill, begun] of instants) {
  t.test(`killed at ${kill}`, async (t) => {
    const h = await house(t);
    const ran = path.join(h.directory, "ran");
    const job = await h.submit(`echo x >> ${ran}; sleep 0.2; exit 3`);
    const next = await h.submit(`echo y >> ${ran}`, {}, { dependencies: [{ type: "afterany", jobs: [job.job] }] });
    const { signal } = await h.workerProcess({ kill }).end;
    t.equal(signal, "SIGKILL");
    const over = kill === "done:ended" || kill === "marker:reserved";
    if (!over) t.match((await h.view(job.job)).phase, begun ? "running" : "pending");
    h.work();
    const view = await h.ended(job.job);
    const heard = !begun || over;
    t.match(view, { verdict: "failed", ...(heard ? { exit_code: 3 } : { reason: /no worker was there/ }) });
    t.match(await h.ended(next.job), { verdict: "completed" });
    t.equal(fs.readFileSync(ran, "utf8"), "x\ny\n", "each ran once");
  });
}

for (const kill of ["temp:ending", "link:ending", "done:ending"]) {
  t.test(`killed at ${kill}: what shall end is ended by the next worker`, async (t) => {
    const h = await house(t);
    const late = await h.submit("echo on; sleep 300", { time_s: 0.2 });
    t.equal((await h.workerProcess({ kill }).end).signal, "SIGKILL");
    const pid = h.store.read(late.job, "started")?.pid;
    t.ok(fs.existsSync(`/proc/${pid}`), "it outlived its worker");
    h.work();
    t.match(await h.ended(late.job), { verdict: "timeout" });
    t.equal(late.said(), "on\n");
  });
}

t.test("a cancel that no worker saw is seen by the next", async (t) => {
  const h = await house(t);
  const job = await h.submit("echo on; sleep 300");
  const worker = h.workerProcess();
  await until("it to run", () => job.said());
  worker.child.kill("SIGKILL");
  await worker.end;
  await h.scheduler().cancel([job.job]);
  t.match(await h.view(job.job), { phase: "running", reason: "Cancelling" });
  h.work();
  t.match(await h.ended(job.job), { verdict: "cancelled" });
});

t.test("killed while nobody expects it, again and again, with many jobs", async (t) => {
  const h = await house(t, { cpus: 8, gpus: 2, mem_bytes: 2 ** 30 });
  const log = path.join(h.directory, "log");
  const jobs = [];
  for (let i = 0; i < 24; i += 1) {
    const gpus = i % 2;
    const script = `echo "begin ${i} $CUDA_VISIBLE_DEVICES" >> ${log}; sleep 0.1; echo "end ${i} $CUDA_VISIBLE_DEVICES" >> ${log}`;
    jobs.push(await h.submit(script, { gpus }));
  }
  const lines = () => (fs.existsSync(log) ? fs.readFileSync(log, "utf8").trim().split("\n") : []);
  let seen = 0;
  while (seen < 48) {
    const worker = h.workerProcess();
    const before = seen;
    seen = await until("progress", () => lines().length >= Math.min(48, before + 5) && lines().length);
    worker.child.kill("SIGKILL");
    t.equal((await worker.end).signal, "SIGKILL");
  }
  h.work();
  for (const { job } of jobs) await h.ended(job);
  const words = lines().map((line) => line.split(" "));
  for (let i = 0; i < 24; i += 1) {
    t.equal(words.filter(([word, n]) => word === "begin" && n === String(i)).length, 1, `job ${i} began once`);
  }
  t.same(twiceTaken(words), [], "no GPU was two jobs' at once");
});

function twiceTaken(words: string[][]): string[] {
  const taken = new Map<string, string>();
  const wrong: string[] = [];
  for (const [word, job = "", gpu] of words) {
    if (!gpu) continue;
    if (word === "end") taken.delete(gpu);
    else if (taken.has(gpu)) wrong.push(`gpu ${gpu}: jobs ${taken.get(gpu)} and ${job}`);
    else taken.set(gpu, job);
  }
  return wrong;
}

t.test("of two workers that start at once one gets the host, whatever the last one left", async (t) => {
  const h = await house(t);
  const lease = h.store.lease("here");
  for (let round = 0; round < 20; round += 1) {
    const pair = [h.workerProcess(), h.workerProcess()];
    const first = await Promise.race(pair.map(async (worker) => ({ worker, ...(await worker.end) })));
    t.equal(first.said, "held", `round ${round}`);
    const other = pair.find((worker) => worker !== first.worker);
    t.equal(lease.current()?.pid, other?.child.pid, "the other has it");
    // A clean leave and a kill leave different things behind.
    const signal = round % 2 === 0 ? "SIGKILL" : "SIGTERM";
    other?.child.kill(signal);
    t.equal((await other?.end)?.said, signal === "SIGTERM" ? "stopped" : "");
  }
});

t.test(
  "two workers of one user that both believe to have the host: still each job once, and no GPU twice",
  async (t) => {
    const h = await house(t, { cpus: 8, gpus: 2, mem_bytes: 2 ** 30 });
    const log = path.join(h.directory, "log");
    const lease = () => ({ current: () => undefined, take: () => true, release: () => {} });
    const jobs = [];
    for (let i = 0; i < 16; i += 1) {
      const script = `echo "begin ${i} $CUDA_VISIBLE_DEVICES" >> ${log}; sleep 0.1; echo "end ${i} $CUDA_VISIBLE_DEVICES" >> ${log}`;
      jobs.push(await h.submit(script, { gpus: i % 2 }));
    }
    for (let i = 0; i < 3; i += 1) h.work({ store: { ...h.store, lease } });
    for (const { job } of jobs) t.match((await h.ended(job)).verdict, /completed|failed/);
    const words = fs
      .readFileSync(log, "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(" "));
    const begun = words.flatMap(([word, n]) => (word === "begin" ? [Number(n)] : []));
    t.same(
      begun.sort((a, b) => a - b),
      jobs.map((_, i) => i),
    );
    t.same(twiceTaken(words), []);
  },
);
