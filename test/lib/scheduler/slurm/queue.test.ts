import t from "tap";
import { queuedJobs } from "../../../../lib/scheduler/slurm/queue.js";
import { fakeSlurm, queueRow, table } from "./fake-slurm.js";

t.test("one request, for the caller's jobs alone, also the ended ones", async (t) => {
  const { slurm, calls } = fakeSlurm({ squeue: {} });
  t.equal((await queuedJobs(slurm)).size, 0);
  t.equal(calls.length, 1);
  const argv = calls[0]?.argv ?? [];
  for (const option of ["--me", "--all", "--noheader", "--states=all"]) t.ok(argv.includes(option), option);
  const format = argv.at(-1) ?? "";
  t.match(format.replaceAll("\u001f", "|"), /^--Format=(\w+:\|,)+Comment:$/, "no field has a width");
});

t.test("a controller that is down or hung is unavailable", async (t) => {
  for (const stderr of [
    "slurm_load_jobs error: Unable to contact slurm controller (connect failure)",
    "slurm_load_jobs error: Socket timed out on send/recv operation",
    'squeue: error: Munge encode failed: Failed to access "S": No such file (Did you start munged?)\nslurm_load_jobs error: Protocol authentication error',
    "something never seen",
  ]) {
    const { slurm } = fakeSlurm({ squeue: { code: 1, stderr } });
    await t.rejects(queuedJobs(slurm), { code: "unavailable", message: /^cannot ask Slurm for the queue: / }, stderr);
  }
  const { slurm } = fakeSlurm({ squeue: { code: undefined, end: "timeout" } });
  await t.rejects(queuedJobs(slurm), { code: "unavailable", message: /squeue gave no answer in time/ });
});

t.test("the jobs are those that squeue prints", async (t) => {
  const row = queueRow("5", "RUNNING", "None", 0, 0, 0, 1795233141, 1795233142, "N/A", "n1", "(null)");
  const { slurm } = fakeSlurm({ squeue: { stdout: table([row]) } });
  t.match((await queuedJobs(slurm)).get("5"), { phase: "running", nodes: "n1" });
});
