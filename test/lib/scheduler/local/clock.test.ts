// Clocks that are set while jobs run, and workers that are stopped.
import t from "tap";
import { house, until } from "./harness.js";

const day = 86_400_000;

for (const [word, shift] of [
  ["back", -day],
  ["forward", day],
] as const) {
  t.test(`the clock is set ${word} by a day: limits, order and the worker's leave are as they were`, async (t) => {
    const h = await house(t, { cpus: 2, gpus: 0, mem_bytes: 2 ** 30 });
    const limited = await h.submit("echo on; sleep 300", { time_s: 3 });
    const long = await h.submit("echo on; sleep 300", { time_s: 3600 });
    const worker = h.work({ idle_s: 1, grace_s: 0.5 });
    await until("both to run", () => limited.said() && long.said());
    const real = Date.now;
    t.intercept(Date, "now", { value: () => real() + shift });
    const later = await h.submit("echo later");
    t.match(await h.ended(limited.job), { verdict: "timeout" });
    t.match(await h.ended(later.job), { verdict: "completed" });
    t.match(await h.view(long.job), { phase: "running" });
    const [row] = (await h.scheduler().everybody()).filter(({ view }) => view.job === long.job);
    t.ok((row?.elapsed_s ?? -1) < 300 && (row?.left_s ?? 0) > 3300, "what is left does not depend on the clock");
    await h.scheduler().cancel([long.job]);
    t.match(await h.ended(long.job), { verdict: "cancelled" });
    t.equal(await worker.result, "idle");
  });
}

t.test("a stopped worker keeps its host: nobody takes its place, and it goes on where it was", async (t) => {
  const h = await house(t, { cpus: 1, gpus: 0, mem_bytes: 2 ** 30 });
  const first = await h.submit("echo on; sleep 0.5; echo off");
  const worker = h.workerProcess();
  await until("it to run", () => first.said());
  worker.child.kill("SIGSTOP");
  const next = await h.submit("echo next");
  await until("it to end", () => first.said() === "on\noff\n");
  t.equal(await h.work().result, "held");
  t.match(await h.view(first.job), { phase: "running" });
  await until("it to be seen", async () => (await h.view(next.job)).reason === "WorkerStopped");
  worker.child.kill("SIGCONT");
  t.match(await h.ended(first.job), { verdict: "completed", exit_code: 0 });
  t.match(await h.ended(next.job), { verdict: "completed" });
});
