import t from "tap";
import { namedJobs, queuedJobs } from "../../../../lib/scheduler/slurm/queue.js";
import { fakeSlurm, queueRow, queueTable as table } from "./fake-slurm.js";

t.test("one request, for the caller's jobs alone, also the ended ones", async (t) => {
  const { slurm, calls } = fakeSlurm({ squeue: {} });
  t.equal((await queuedJobs(slurm)).size, 0);
  t.equal(calls.length, 1);
  const argv = calls[0]?.argv ?? [];
  for (const option of ["--me", "--all", "--noheader", "--states=all"]) t.ok(argv.includes(option), option);
  const format = argv.at(-1) ?? "";
  t.match(format.replaceAll("\u007f", "|"), /^--Format=(\w+:\|,)+Comment:$/, "no field has a width");
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

t.test("jobs by id, whoever's; one that is not known is none, and not an error", async (t) => {
  const row = queueRow("5", "PENDING", "Priority", 0, 0, 0, 1795233141, "N/A", "N/A", "", "lab/1 reg run");
  const { slurm, calls } = fakeSlurm({ squeue: { stdout: table([row]) } });
  t.match((await namedJobs(slurm, ["5", "7_3", "9+1", "local-aaaaaa-1", "5;x", "--me"])).get("5"), {
    phase: "pending",
  });
  const argv = calls[0]?.argv ?? [];
  t.ok(argv.includes("--jobs=5,7_3,9+1"), "what is no id of Slurm's is not asked about");
  t.notOk(argv.includes("--me"));
  const none = fakeSlurm({ squeue: { code: 1, stderr: "slurm_load_jobs error: Invalid job id specified" } });
  t.equal((await namedJobs(none.slurm, ["5"])).size, 0);
  t.equal((await namedJobs(none.slurm, [])).size, 0);
  t.equal(none.calls.length, 1, "about no job nobody is asked");
  const down = fakeSlurm({ squeue: { code: 1, stderr: "Unable to contact slurm controller (connect failure)" } });
  await t.rejects(namedJobs(down.slurm, ["5"]), { code: "unavailable" });
});
