import t from "tap";
import { accountedJobs, readAccounting } from "../../../../lib/scheduler/slurm/accounting.js";
import { fakeSlurm, table } from "./fake-slurm.js";

const [submitted, started, ended] = [1795233141, 1795233142, 1795233155];

/** A row as sacct prints it; what is not said is as of a job of partition debug that ran on n1. */
function row(id: string, state: string, more: Partial<Record<string, string | number>> = {}): (string | number)[] {
  const { raw = id.replace(/\+\d+/, ""), exit = "0:0", derived = "0:0", reason = "None", partition = "debug" } = more;
  const {
    start = started,
    end = ended,
    nodes = "n1",
    rss = "",
    workdir = "/r/runs/alice/20261121-000000-abc123",
    comment = "",
  } = more;
  return [id, raw, state, exit, derived, reason, submitted, start, end, nodes, rss, partition, workdir, comment];
}

const views = (rows: (string | number)[][]) => readAccounting(table(rows)).map(({ view }) => view);

t.test("ends, as accounted", (t) => {
  const [completed, failed, signalled, cancelled, kept] = views([
    row("1", "COMPLETED"),
    row("2", "FAILED", { exit: "3:0", derived: "2:0" }),
    row("3", "FAILED", { exit: "0:9" }),
    row("5", "CANCELLED by 1001", { reason: "JobHeldUser", start: "None", nodes: "None assigned" }),
    row("6", "COMPLETED", { reason: "Dependency" }),
  ]);
  t.same(completed, {
    job: "1",
    phase: "ended",
    verdict: "completed",
    word: "COMPLETED",
    exit_code: 0,
    nodes: "n1",
    submitted_at: "2026-11-21T03:52:21.000Z",
    started_at: "2026-11-21T03:52:22.000Z",
    ended_at: "2026-11-21T03:52:35.000Z",
    source: "accounting",
  });
  t.match(failed, { verdict: "failed", exit_code: 3, derived_exit_code: 2 });
  t.match(signalled, { verdict: "failed", signal: 9 });
  t.match(cancelled, { verdict: "cancelled", cancelled_by_uid: 1001, word: "CANCELLED" });
  t.notMatch(cancelled, { started_at: String });
  t.notMatch(cancelled, { nodes: String });
  t.equal(kept?.reason, undefined, "a job that ran keeps its old reason in the accounts");
  t.end();
});

t.test("a dependency that could not be met", (t) => {
  const [killed, byHand, waiting] = views([
    row("18", "CANCELLED", { reason: "Dependency", start: "None", nodes: "None assigned" }),
    row("19", "CANCELLED by 1001", { reason: "Dependency", start: "None" }),
    row("17", "PENDING", { reason: "DependencyNeverSatisfied", start: "Unknown", end: "Unknown" }),
  ]);
  t.match(killed, { verdict: "dependency", reason: "Dependency" });
  t.match(byHand, { verdict: "cancelled", cancelled_by_uid: 1001 });
  t.match(waiting, { phase: "pending", reason: "DependencyNeverSatisfied" });
  t.end();
});

t.test("rows that are not complete yet: an end counts, nothing else does", (t) => {
  const found = views([
    row("31", "PENDING", { partition: "", workdir: "", end: "Unknown" }),
    row("32", "FAILED", { partition: "", workdir: "", exit: "4:0" }),
  ]);
  t.match(found, [{ job: "32", verdict: "failed", exit_code: 4 }]);
  t.equal(found.length, 1);
  t.end();
});

t.test("steps say what the job does not", (t) => {
  const [ok, failed, oom] = views([
    row("1", "COMPLETED", { derived: "0:125" }),
    row("1.batch", "COMPLETED", { raw: "1.batch", rss: "3208K" }),
    row("1.extern", "COMPLETED", { raw: "1.extern" }),
    row("1.0", "OUT_OF_MEMORY", { raw: "1.0", exit: "0:125", rss: "1.5M" }),
    row("2", "FAILED", { exit: "1:0" }),
    row("2.batch", "FAILED", { exit: "1:0", rss: "20G" }),
    row("2.0", "OUT_OF_MEMORY", { exit: "0:125", rss: "0" }),
    row("3", "OUT_OF_MEMORY", { exit: "0:125" }),
    row("3.batch", "OUT_OF_MEMORY", { exit: "0:125" }),
  ]);
  t.match(ok, {
    verdict: "completed",
    max_rss_bytes: 3208 * 1024,
    steps: [
      { step: "batch", word: "COMPLETED", exit_code: 0 },
      { step: "extern", word: "COMPLETED", exit_code: 0 },
      { step: "0", word: "OUT_OF_MEMORY", signal: 125 },
    ],
  });
  t.match(failed, { verdict: "oom", exit_code: 1, max_rss_bytes: 20 * 2 ** 30 });
  t.match(oom, { verdict: "oom", max_rss_bytes: undefined });
  t.end();
});

t.test("arrays, heterogeneous jobs and their steps", (t) => {
  const found = readAccounting(
    table([
      row("77_3", "FAILED", { raw: "92", exit: "1:0" }),
      row("77_3.batch", "FAILED", { raw: "92.batch", exit: "1:0" }),
      row("77_5", "COMPLETED", { raw: "77" }),
      row("21_[1,3-4]", "CANCELLED by 1001", { raw: "21", start: "None" }),
      row("58+0", "COMPLETED", { raw: "58" }),
      row("58+0.batch", "COMPLETED", { raw: "58.batch", rss: "10M" }),
      row("58+1", "COMPLETED", { raw: "59" }),
      row("58+1.0", "COMPLETED", { raw: "59.0", rss: "20M" }),
    ]),
  );
  t.same(
    found.map(({ view, raw }) => [view.job, raw, view.steps?.length ?? 0]),
    [
      ["77_3", "92", 1],
      ["77_5", "77", 0],
      ["21_1", "21", 0],
      ["21_3", "21", 0],
      ["21_4", "21", 0],
      ["58", "58", 2],
    ],
  );
  t.equal(found.at(-1)?.view.max_rss_bytes, 20 * 2 ** 20);
  t.end();
});

t.test("jobs are asked for by id, in one request; a recycled id is not ours", async (t) => {
  const stdout = table([
    row("1", "COMPLETED"),
    row("2", "FAILED", { exit: "1:0" }),
    row("3", "RUNNING", { end: "Unknown" }),
  ]);
  const { slurm, calls } = fakeSlurm({ sacct: { stdout } });
  const since = ended * 1000;
  const found = await accountedJobs(slurm, [
    { job: "1", since: since + 3_600_000 },
    { job: "2", since: since + 60_000 },
    { job: "3", since: since + 3_600_000 },
    { job: "4", since },
  ]);
  t.same([...(found?.keys() ?? [])], ["2", "3"], "a clock may be some minutes off");
  t.equal(calls.length, 1);
  t.ok(calls[0]?.argv.includes("--jobs=1,2,3,4"));
  t.ok(calls[0]?.argv.includes("--allocations"));
  t.notOk(calls[0]?.argv.some((word) => /--(start|end)time|^-S|^-E|--state|-D|--duplicates/.test(word)));
});

t.test("an element of an array is found by either of its ids, an array by its own", async (t) => {
  const stdout = table([row("77_3", "COMPLETED", { raw: "92" }), row("77_5", "FAILED", { raw: "77" })]);
  const { slurm } = fakeSlurm({ sacct: { stdout } });
  t.same([...((await accountedJobs(slurm, [{ job: "92", since: 0 }]))?.keys() ?? [])], ["92"]);
  t.same([...((await accountedJobs(slurm, [{ job: "77_5", since: 0 }]))?.keys() ?? [])], ["77_5"]);
  t.same([...((await accountedJobs(slurm, [{ job: "77", since: 0 }]))?.keys() ?? [])], ["77_3", "77_5"]);
});

t.test("steps are asked for only where they are wanted; many ids go in few requests", async (t) => {
  const { slurm, calls } = fakeSlurm({ sacct: {} });
  const many = Array.from({ length: 4001 }, (_, i) => ({ job: String(i + 1), since: 0 }));
  t.equal((await accountedJobs(slurm, many, { steps: true }))?.size, 0);
  t.equal(calls.length, 3);
  t.notOk(calls[0]?.argv.includes("--allocations"));
  t.equal((await accountedJobs(slurm, []))?.size, 0);
  t.equal(calls.length, 3, "nothing is asked for no jobs");
});

t.test("no accounting, and accounting that does not answer", async (t) => {
  const asked = (stderr: string) =>
    accountedJobs(fakeSlurm({ sacct: { code: 1, stderr } }).slurm, [{ job: "1", since: 0 }]);
  t.equal(await asked("Slurm accounting storage is disabled\n"), undefined);
  await t.rejects(asked("sacct: error: Problem talking to the database: Connection refused"), {
    code: "unavailable",
    message: "cannot ask Slurm's accounting: Problem talking to the database: Connection refused",
  });
  await t.rejects(asked("sacct: error: Problem talking to the database: Unable to connect to database"), {
    code: "unavailable",
  });
});
