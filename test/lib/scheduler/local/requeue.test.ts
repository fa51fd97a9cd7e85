// Jobs that are put back into the queue, warned, and elements of arrays.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { localJobId } from "../../../../lib/scheduler/local/enqueue.js";
import { house, until } from "./harness.js";

t.test("after a reboot a job that may runs again, with what it is told of that", async (t) => {
  const h = await house(t);
  const ran = path.join(h.directory, "ran");
  const script = `echo "$LAB_LOCAL_RESTARTS" >> ${ran}; [ "$LAB_LOCAL_RESTARTS" = 2 ] || sleep 300`;
  const job = await h.submit(script, {}, { requeue: true });
  const lines = () => (fs.existsSync(ran) ? fs.readFileSync(ran, "utf8").split("\n").length - 1 : 0);
  for (const [restart, boot] of ["first boot", "second boot"].entries()) {
    const worker = h.work({ boot });
    await until(`start ${restart}`, () => lines() === restart + 1);
    t.match(await h.view(job.job), { phase: "running", restarts: restart });
    await worker.leave();
    process.kill(-(h.store.read(job.job, "started", restart)?.pid ?? 0), "SIGKILL");
  }
  h.work({ boot: "third boot" });
  t.match(await h.ended(job.job), { verdict: "completed", restarts: 2, exit_code: 0 });
  t.equal(fs.readFileSync(ran, "utf8"), "0\n1\n2\n");
  t.match(h.store.read(job.job, "requeued", 1), { why: "node_fail", restart: 1, host: "here" });
  t.same(h.reports, []);
});

t.test("a job asks to run again, and so does its owner; what was not submitted for that may not", async (t) => {
  const h = await house(t);
  const request = (job: string) => JSON.stringify({ type: "job-requeue", v: 1, job, at: "2026-01-01T00:00:00Z" });
  const itself = await h.submit("", {}, { requeue: true });
  fs.writeFileSync(
    itself.script,
    `echo "start $LAB_LOCAL_RESTARTS"
    [ "$LAB_LOCAL_RESTARTS" = 0 ] || exit 0
    trap 'echo asked' TERM
    echo '${request(itself.job)}' > "$LAB_LOCAL_JOB_REQUEUE"
    while :; do sleep 0.05; done`,
  );
  const quick = await h.submit("", {}, { requeue: true });
  fs.writeFileSync(
    quick.script,
    `[ "$LAB_LOCAL_RESTARTS" != 0 ] || echo '${request(quick.job)}' > "$LAB_LOCAL_JOB_REQUEUE"; exit "$LAB_LOCAL_RESTARTS"`,
  );
  const owners = await h.submit('echo $$; [ "$LAB_LOCAL_RESTARTS" = 1 ] || sleep 300', {}, { requeue: true });
  const once = await h.submit('echo "[$LAB_LOCAL_JOB_REQUEUE]"; sleep 300');
  h.work({ grace_s: 0.5 });
  await until("both to run", () => owners.said() && once.said());
  await h.scheduler().requeue([owners.job]);
  await t.rejects(h.scheduler().requeue([once.job]), { code: "refused", message: /cannot requeue local-.*-1: / });
  await t.rejects(h.scheduler().requeue(["local-000000-1"]), { code: "refused" });
  t.match(await h.ended(itself.job), { verdict: "completed", restarts: 1 });
  t.match(itself.said(), /^start 0\n(Terminated\n|asked\n)+start 1\n$/);
  t.match(await h.ended(quick.job), { verdict: "failed", exit_code: 1, restarts: 1 });
  t.match(await h.ended(owners.job), { verdict: "completed", restarts: 1 });
  t.equal(new Set(owners.said().trim().split("\n")).size, 2);
  await t.rejects(h.scheduler().requeue([owners.job]), { code: "refused" }, "nor what has ended");
  t.equal(once.said(), "[]\n");
  await h.scheduler().cancel([once.job]);
  t.match(await h.ended(once.job), { verdict: "cancelled", restarts: 0 });
});

t.test("a cancel ends what was to run again, before and after it is put back", async (t) => {
  const h = await house(t, { cpus: 1, gpus: 0, mem_bytes: 2 ** 30 });
  const job = await h.submit("echo on; trap '' TERM; while :; do sleep 0.05; done", {}, { requeue: true });
  const first = h.work({ grace_s: 60 });
  await until("it to run", () => job.said());
  await h.scheduler().requeue([job.job]);
  await until("it to be asked", async () => (await h.view(job.job)).reason === "Requeueing");
  await h.scheduler().cancel([job.job]);
  process.kill(h.store.read(job.job, "started")?.pid ?? 0, "SIGKILL");
  t.match(await h.ended(job.job), { verdict: "cancelled", restarts: 0 });
  const blocker = await h.submit("echo on; sleep 300");
  // Those of one second come in any order.
  await until("it to run", () => blocker.said());
  const back = await h.submit("true", {}, { requeue: true });
  await h.scheduler().cancel([back.job, blocker.job]);
  t.match(await h.ended(back.job), { verdict: "cancelled" });
  await h.ended(blocker.job);
  await first.leave();
});

for (const kill of ["temp:requeued-1", "link:requeued-1", "done:requeued"]) {
  t.test(`killed at ${kill}: it runs again once`, async (t) => {
    const h = await house(t);
    const job = await h.submit(
      "echo $LAB_LOCAL_RESTARTS; [ $LAB_LOCAL_RESTARTS = 1 ] || sleep 300",
      {},
      { requeue: true },
    );
    const first = h.workerProcess();
    await until("it to run", () => job.said());
    first.child.kill("SIGKILL");
    await first.end;
    await h.scheduler().requeue([job.job]);
    t.equal((await h.workerProcess({ kill }).end).signal, "SIGKILL");
    h.work();
    t.match(await h.ended(job.job), { verdict: "completed", restarts: 1 });
    t.equal(job.said(), "0\n1\n");
  });
}

for (const whole of [true, false])
  t.test(`the ${whole ? "exit" : "half written record"} of an earlier start says nothing of this one`, async (t) => {
    const h = await house(t);
    const attempt = path.join("$PWD", ".lab", "attempt-1");
    const fact = (type: string, more: object) =>
      JSON.stringify({ type, v: 1, attempt: 1, at: "2026-01-02T03:04:05Z", ...more });
    const job = await h.submit("", {}, { requeue: true });
    const start = fact("start", { run: job.run, submission: 1, job: job.job, host: "here", restart: 0 });
    const exit = fact("exit", { run: job.run, reason: "command", code: 0 });
    fs.writeFileSync(
      job.script,
      `[ $LAB_LOCAL_RESTARTS = 1 ] || { mkdir -p ${attempt}; echo '${whole ? start : ""}' > ${attempt}/start.json; echo '${exit}' > ${attempt}/exit.json; }; echo on; sleep 300`,
    );
    const first = h.work({ boot: "first boot" });
    await until("the first start", () => job.said() === "on\n");
    await first.leave();
    process.kill(-(h.store.read(job.job, "started")?.pid ?? 0), "SIGKILL");
    const second = h.work();
    await until("the second start", () => job.said() === "on\non\n");
    await second.leave();
    process.kill(-(h.store.read(job.job, "started", 1)?.pid ?? 0), "SIGKILL");
    h.work();
    t.match(await h.ended(job.job), { verdict: "failed", reason: /no worker was there/ });
  });

t.test("a warning before the time limit reaches the first process, once, also from the next worker", async (t) => {
  const h = await house(t);
  const script = "trap 'echo warned' USR1; trap 'echo over; exit 0' TERM; echo on; while :; do sleep 0.05; done";
  // Five seconds after its start: by then it listens.
  const job = await h.submit(script, { time_s: 600 }, { warning: { signal: "USR1", before_s: 595 } });
  const worker = h.work();
  await until("the warning", () => job.said().includes("warned"));
  t.match(h.store.read(job.job, "warned"), { signal: "USR1" });
  await worker.leave();
  h.work();
  await h.scheduler().cancel([job.job]);
  t.match(await h.ended(job.job), { verdict: "cancelled" });
  t.match(job.said(), /^on\nwarned\n(Terminated\n)?over\n$/);
  await t.rejects(h.submit("true", { time_s: 60 }, { warning: { signal: "USR1", before_s: 60 } }), {
    code: "refused",
    message: /asks for a warning 60 s before the end of 60 s/,
  });
  await t.rejects(h.submit("true", {}, { warning: { signal: "SIGUSR1", before_s: 1 } }), { code: "refused" });
});

t.test("elements of an array are jobs of their own, so many at once as it says", async (t) => {
  const h = await house(t);
  const request = h.request(`echo "$LAB_LOCAL_JOB_ARRAY $LAB_LOCAL_JOB_INDEX $LAB_LOCAL_JOB_ID"; sleep 0.3`);
  const jobs: string[] = [];
  for (const index of [0, 1, 7, 12]) {
    const { job } = await h.scheduler().submit({ ...request, element: { index, max_concurrent: 2 } });
    t.equal(job, localJobId(request.run, 1, index));
    jobs.push(job);
  }
  const runs = async () => {
    const queue = await h.scheduler().queue();
    return [...queue.keys()].filter((job) => queue.get(job)?.phase === "running").length;
  };
  h.work();
  let most = 0;
  await until("all to end", async () => {
    most = Math.max(most, await runs());
    return jobs.every((job) => h.store.jobs().get(job)?.has("ended"));
  });
  t.ok(most >= 1 && most <= 2, `${most} at once`);
  for (const job of jobs) {
    const said = fs.readFileSync(path.join(request.run_dir, ".lab/submit-1", `${job}.out`), "utf8");
    t.equal(said, `${job.split("_")[0]} ${job.split("_")[1]} ${job}\n`);
  }
});

t.test("GPUs are told to NVIDIA's and AMD's libraries alike", async (t) => {
  const h = await house(t);
  const job = await h.submit('echo "$CUDA_VISIBLE_DEVICES $ROCR_VISIBLE_DEVICES"', { gpus: 2 });
  h.work();
  await h.ended(job.job);
  t.equal(job.said(), "0,1 0,1\n");
});
