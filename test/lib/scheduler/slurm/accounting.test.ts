import t from "tap";
import { accountedJobs } from "../../../../lib/scheduler/slurm/accounting.js";
import { fakeSlurm, accountsRow as row, table } from "./fake-slurm.js";

const [submitted, ended] = [1795233141, 1795233155];

t.test("jobs are asked for by id, in one request", async (t) => {
  const stdout = table([row("2", "FAILED", { exit: "1:0" }), row("3", "RUNNING", { end: "Unknown" })]);
  const { slurm, calls } = fakeSlurm({ sacct: { stdout } });
  const since = ended * 1000 + 60_000;
  const asked = ["2", "3", "4"].map((job) => ({ job, since }));
  const found = await accountedJobs(slurm, asked);
  t.same([...(found?.keys() ?? [])], ["2", "3"], "a clock may be some minutes off");
  t.equal(calls.length, 1);
  t.ok(calls[0]?.argv.includes("--jobs=2,3,4"));
  t.ok(calls[0]?.argv.includes("--allocations"));
  t.notOk(calls[0]?.argv.some((word) => /--(start|end)time|^-S|^-E|--state|-D|--duplicates/.test(word)));
});

t.test("an id that has come round: the newest job of it is another's, ours is among those before", async (t) => {
  const owner = { registry: "reg", run: "20261121-000000-abc123" };
  const [since, until] = [submitted * 1000 - 5000, submitted * 1000 + 1000];
  const later = submitted + 86_400;
  const newest = [
    row("1", "COMPLETED", { submit: later, end: later + 9, workdir: "/r/runs/alice/20261122-000000-other1" }),
    row("2", "RUNNING", { submit: later, end: "Unknown", workdir: "/home/alice" }),
    row("3", "RUNNING", { submit: later, comment: "lab/1 reg 20261121-000000-abc123", workdir: "/home/alice" }),
    row("4", "COMPLETED", { submit: later, comment: "lab/1 other 20261121-000000-abc123" }),
    row("5", "COMPLETED", { submit: submitted - 86_400, end: submitted - 86_300, workdir: "/home/alice" }),
    row("6", "COMPLETED", { submit: later }),
  ];
  const before = [
    row("1", "FAILED", { exit: "3:0" }),
    row("1.batch", "FAILED", { exit: "3:0" }),
    row("1", "COMPLETED", { submit: later, workdir: "/r/runs/alice/20261122-000000-other1" }),
    row("1.batch", "COMPLETED"),
    row("2", "PREEMPTED", { submit: submitted }),
    row("2", "FAILED", { submit: submitted + 60, exit: "4:0" }),
    row("2", "RUNNING", { submit: later, workdir: "/home/alice" }),
    row("4", "COMPLETED", { submit: later, comment: "lab/1 other 20261121-000000-abc123" }),
    row("5", "COMPLETED", { submit: submitted - 86_400, end: submitted - 86_300, workdir: "/home/alice" }),
  ];
  const sacct = (argv: readonly string[]) => ({ stdout: table(argv.includes("--duplicates") ? before : newest) });
  const { slurm, calls } = fakeSlurm({ sacct });
  const asked = ["1", "2", "3", "4", "5", "6"].map((job) => ({ job, since, until, owner }));
  const found = await accountedJobs(slurm, asked, { steps: true });
  t.match(found?.get("1"), { verdict: "failed", exit_code: 3, steps: [{ step: "batch", word: "FAILED" }] });
  t.match(found?.get("2"), { verdict: "failed", exit_code: 4 }, "of our own the last, where it was requeued");
  t.match(found?.get("3"), { phase: "running" }, "its own comment says whose it is");
  t.notOk(found?.has("4"), "a run of another registry may have our run's name");
  t.notOk(found?.has("5"));
  t.match(found?.get("6"), { verdict: "completed" }, "a requeued job is submitted anew, in its run's directory");
  t.equal(calls.length, 2);
  t.ok(calls[1]?.argv.includes("--jobs=1,2,4,5"));
});

t.test("a newer job of that id of which little is known yet hides none before it", async (t) => {
  const owner = { registry: "reg", run: "20261121-000000-abc123" };
  const other = row("1", "PENDING", { submit: submitted + 60, partition: "", workdir: "", end: "Unknown" });
  const ours = [row("1", "FAILED", { exit: "0:9" }), row("1.batch", "CANCELLED")];
  const rows = (argv: readonly string[]) => [...(argv.includes("--duplicates") ? ours : []), other];
  const { slurm, calls } = fakeSlurm({ sacct: (argv) => ({ stdout: table(rows(argv)) }) });
  const asked = [{ job: "1", since: submitted * 1000, owner }];
  const found = await accountedJobs(slurm, asked, { steps: true });
  t.match(found?.get("1"), { verdict: "failed", signal: 9, steps: [{ step: "batch" }] });
  t.equal(calls.length, 2);
  const alone = fakeSlurm({ sacct: { stdout: table([other]) } });
  t.same((await accountedJobs(alone.slurm, asked))?.size, 0, "nor is it an answer itself");
});

t.test("cancelled by nobody before it began, where a job that it waited for failed", async (t) => {
  const pending = { start: "None", nodes: "None assigned" };
  const stdout = table([
    row("1", "CANCELLED", { ...pending, partition: "", workdir: "" }),
    row("2", "CANCELLED", pending),
    row("3", "CANCELLED", pending),
    row("4", "CANCELLED by 1001", pending),
    row("5", "CANCELLED"),
  ]);
  const { slurm } = fakeSlurm({ sacct: { stdout } });
  const argv = ["sbatch", "--parsable", "--dependency=afterok:9", "--kill-on-invalid-dep=yes", "script.sh"];
  const asked = ["1", "2", "3", "4", "5"].map((job) => ({ job, since: 0, ...(job === "3" ? {} : { argv }) }));
  const found = await accountedJobs(slurm, asked);
  t.same(
    asked.map(({ job }) => found?.get(job)?.verdict),
    ["dependency", "dependency", "cancelled", "cancelled", "cancelled"],
    "the accounts have no reason for a while, some never",
  );
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
