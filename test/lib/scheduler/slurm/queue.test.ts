import t from "tap";
import { queuedJobs, readQueue } from "../../../../lib/scheduler/slurm/queue.js";
import { fakeSlurm, table } from "./fake-slurm.js";

const [submitted, started, ended] = [1795233141, 1795233142, 1795233155];
const view = (rows: (string | number)[][], job: string) => readQueue(table(rows)).get(job)?.view;

t.test("jobs that wait, run and have ended", (t) => {
  const jobs = readQueue(
    table([
      ["5", "PENDING", "Priority", 0, 0, 0, submitted, ended, "N/A", "", "lab/1 reg 20261121-000000-abc123"],
      ["6", "RUNNING", "None", 0, 0, 2, submitted, started, ended, "n1", "(null)"],
      ["7", "FAILED", "NonZeroExitCode", 768, 512, 0, submitted, started, ended, "n[1-2]", "(null)"],
      ["8", "FAILED", "NonZeroExitCode", "3:0", "2:0", 0, submitted, started, ended, "n1", "a|b"],
      ["9", "COMPLETING", "None", 0, 0, 0, submitted, started, ended, "n1", "(null)"],
      ["10", "CANCELLED", "JobHeldUser", 1, 0, 0, submitted, ended, ended, "", "(null)"],
    ]),
  );
  t.same(jobs.get("5"), {
    view: {
      job: "5",
      phase: "pending",
      word: "PENDING",
      reason: "Priority",
      submitted_at: "2026-11-21T03:52:21.000Z",
      expected_start_at: "2026-11-21T03:52:35.000Z",
      source: "queue",
    },
    comment: "lab/1 reg 20261121-000000-abc123",
  });
  t.same(jobs.get("6"), {
    view: {
      job: "6",
      phase: "running",
      word: "RUNNING",
      restarts: 2,
      nodes: "n1",
      submitted_at: "2026-11-21T03:52:21.000Z",
      started_at: "2026-11-21T03:52:22.000Z",
      source: "queue",
    },
    comment: "",
  });
  for (const job of ["7", "8"]) {
    t.match(jobs.get(job)?.view, { phase: "ended", verdict: "failed", exit_code: 3, derived_exit_code: 2 });
    t.equal(jobs.get(job)?.view.ended_at, "2026-11-21T03:52:35.000Z");
  }
  t.equal(jobs.get("9")?.view.phase, "completing");
  t.equal(jobs.get("9")?.view.ended_at, undefined, "the end of what runs is only its limit");
  t.match(jobs.get("10")?.view, { phase: "ended", verdict: "cancelled" });
  for (const field of ["started_at", "exit_code", "signal"])
    t.equal(jobs.get("10")?.view[field], undefined, "it never ran");
  t.end();
});

t.test("arrays are taken apart, heterogeneous jobs put together", (t) => {
  const rest = [0, 0, 0, submitted, "N/A", "N/A", "", "(null)"];
  const jobs = readQueue(
    table([
      ["77_[4-5%2]", "PENDING", "JobArrayTaskLimit", ...rest],
      ["77_3", "RUNNING", "None", ...rest],
      ["58+1", "PENDING", "None", ...rest],
      ["58+0", "PENDING", "Resources", ...rest],
    ]),
  );
  t.same([...jobs.keys()], ["77_4", "77_5", "77_3", "58"]);
  t.equal(jobs.get("77_5")?.view.job, "77_5");
  t.equal(jobs.get("58")?.view.reason, "Resources", "the leader's");
  t.end();
});

t.test("a heterogeneous job ends with its last component, as its leader did", (t) => {
  const row = (id: string, state: string) => [id, state, "None", 0, 0, 0, submitted, started, ended, "n1", "(null)"];
  for (const order of [0, 1]) {
    const both = (leader: string, other: string) => {
      const rows = [row("58+0", leader), row("58+1", other)];
      return view(order === 0 ? rows : rows.reverse(), "58");
    };
    t.match(both("COMPLETED", "COMPLETED"), { phase: "ended", verdict: "completed" });
    t.match(both("COMPLETED", "COMPLETING"), { phase: "completing", verdict: undefined });
    t.equal(both("COMPLETED", "RUNNING")?.ended_at, undefined);
    t.match(both("RUNNING", "FAILED"), { phase: "running", verdict: undefined });
    t.match(both("NODE_FAIL", "NODE_FAIL"), { phase: "ended", verdict: "node_fail" });
    t.match(both("TIMEOUT", "FAILED"), { verdict: "timeout" });
  }
  t.end();
});

t.test("comments of other jobs spoil nothing", (t) => {
  const rest = ["RUNNING", "None", 0, 0, 0, submitted, started, ended, "n1"];
  const jobs = readQueue(
    `${table([
      ["1", ...rest, "x\ny"],
      ["2", ...rest, "a\u001fb"],
    ])}${table([["3", ...rest, "|"]])}\n`,
  );
  t.same([...jobs.keys()], ["1", "3"]);
  t.end();
});

t.test("one request, for the caller's jobs alone, also the ended ones", async (t) => {
  const { slurm, calls } = fakeSlurm({ squeue: {} });
  t.equal((await queuedJobs(slurm)).size, 0);
  t.equal(calls.length, 1);
  const argv = calls[0]?.argv ?? [];
  for (const option of ["--me", "--all", "--noheader", "--states=all"]) t.ok(argv.includes(option), option);
  const format = argv.at(-1) ?? "";
  t.ok(
    format.startsWith("--Format=JobArrayID:\u001f,State:\u001f,") && format.endsWith(",Comment:"),
    "no field has a width",
  );
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
