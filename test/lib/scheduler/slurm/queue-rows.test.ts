import t from "tap";
import { type QueueRows, queueFormat, queueRows } from "../../../../lib/scheduler/slurm/queue-rows.js";
import { queueRow, queueTable as table } from "./fake-slurm.js";

const [submitted, started, ended] = [1795233141, 1795233142, 1795233155];
type Rows = (string | number)[][];

/** The jobs of rows whose fields are in the order that queueRow takes them in. */
function read(rows: Rows): QueueRows {
  const queue = queueRows();
  queue.add(table(rows.map((row) => queueRow(...row))));
  return queue;
}

t.test("jobs that wait, run and have ended", (t) => {
  const jobs = read([
    ["5", "PENDING", "Priority", 0, 0, 0, submitted, ended, "N/A", "", "lab/1 reg 20261121-000000-abc123"],
    ["6", "RUNNING", "None", 0, 0, 2, submitted, started, ended, "n1", "(null)"],
    ["7", "FAILED", "NonZeroExitCode", 768, 512, 0, submitted, started, ended, "n[1-2]", "(null)"],
    ["8", "FAILED", "NonZeroExitCode", "3:0", "2:0", 0, submitted, started, ended, "n1", "a|b"],
    ["9", "COMPLETING", "None", 0, 0, 0, submitted, started, ended, "n1", "(null)"],
    ["10", "CANCELLED", "JobHeldUser", 1, 0, 0, submitted, ended, ended, "", "(null)"],
  ]);
  t.same(jobs.get("5"), {
    job: "5",
    phase: "pending",
    word: "PENDING",
    reason: "Priority",
    submitted_at: "2026-11-21T03:52:21.000Z",
    expected_start_at: "2026-11-21T03:52:35.000Z",
    source: "queue",
  });
  t.same(jobs.whose("5"), { registry: "reg", run: "20261121-000000-abc123" });
  t.equal(jobs.name("5"), "x");
  t.same(jobs.get("6"), {
    job: "6",
    phase: "running",
    word: "RUNNING",
    restarts: 2,
    nodes: "n1",
    submitted_at: "2026-11-21T03:52:21.000Z",
    started_at: "2026-11-21T03:52:22.000Z",
    source: "queue",
  });
  for (const job of ["6", "8", "11"]) t.equal(jobs.whose(job), undefined, "they do not say whose they are");
  for (const job of ["7", "8"]) {
    t.match(jobs.get(job), { phase: "ended", verdict: "failed", exit_code: 3, derived_exit_code: 2 });
    t.equal(jobs.get(job)?.ended_at, "2026-11-21T03:52:35.000Z");
  }
  t.equal(jobs.get("9")?.phase, "completing");
  t.equal(jobs.get("9")?.ended_at, undefined, "the end of what runs is only its limit");
  t.match(jobs.get("10"), { phase: "ended", verdict: "cancelled" });
  for (const field of ["started_at", "exit_code", "signal"] as const)
    t.equal((jobs.get("10") as unknown as Record<string, unknown>)[field], undefined, "it never ran");
  t.equal(jobs.get("11"), undefined);
  t.same([jobs.has("10"), jobs.has("11"), jobs.size], [true, false, 6]);
  t.end();
});

t.test("an element that squeue leaves out of its rows is found in the row of all that wait", (t) => {
  const row = (id: string, word: string) =>
    table([queueRow(id, word, "None", 0, 0, 0, submitted, started, ended, "", "(null)")]);
  const jobs = queueRows();
  jobs.add(row("77_0", "RUNNING") + row("5", "PENDING"));
  t.equal(jobs.hasWaitingElements(), false);
  jobs.add(row("77_3", "PENDING"));
  t.equal(jobs.hasWaitingElements(), true);
  jobs.addMissing(row("77_[0-6:3%2]", "PENDING") + row("5", "RUNNING") + row("6", "RUNNING"));
  t.same([...jobs.keys()].sort(), ["5", "77_0", "77_3", "77_6"]);
  t.same(
    ["5", "77_0", "77_3", "77_6"].map((job) => jobs.get(job)?.word),
    ["PENDING", "RUNNING", "PENDING", "PENDING"],
    "each element's own row counts before that of all",
  );
  t.end();
});

t.test("arrays are taken apart, heterogeneous jobs put together", (t) => {
  const rest = [0, 0, 0, submitted, "N/A", "N/A", "", "lab/1 reg 20261121-000000-abc123"];
  const jobs = read([
    ["77_[4-5%2]", "PENDING", "JobArrayTaskLimit", ...rest],
    ["77_3", "RUNNING", "None", ...rest],
    ["58+1", "PENDING", "None", ...rest],
    ["58+0", "PENDING", "Resources", ...rest],
  ]);
  t.same([...jobs.keys()], ["77_4", "77_5", "77_3", "58"]);
  t.equal(jobs.get("77_5")?.job, "77_5");
  t.match(jobs.get("58"), { job: "58", reason: "Resources" }, "the leader's");
  t.match(jobs.whose("58"), { run: "20261121-000000-abc123" });
  t.end();
});

t.test("a heterogeneous job ends with its last component, as its leader did", (t) => {
  const row = (id: string, state: string) => [id, state, "None", 0, 0, 0, submitted, started, ended, "n1", "(null)"];
  for (const order of [0, 1]) {
    const both = (leader: string, other: string) => {
      const rows = [row("58+0", leader), row("58+1", other)];
      return read(order === 0 ? rows : rows.reverse()).get("58");
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

t.test("a row changes with what tells where a job stands, and with nothing else", (t) => {
  const job = ["5", "PENDING", "Priority", 0, 0, 0, submitted, started, "N/A", "", "(null)", "x"];
  const rowOf = (at: number, value: string | number) => read([job.with(at, value)]).row("5");
  const row = read([job]).row("5");
  t.type(row, "string");
  for (const [at, value] of [
    [1, "RUNNING"],
    [2, "Resources"],
    [5, 1],
    [6, submitted + 1],
    [9, "n1"],
  ] as const)
    t.not(rowOf(at, value), row, `field ${at}`);
  for (const [at, value] of [
    [7, started + 60],
    [8, ended],
    [10, "a comment"],
    [11, "a name"],
  ] as const)
    t.equal(rowOf(at, value), row, `field ${at}`);
  t.equal(read([job]).row("6"), undefined);
  t.ok(read([job]).hasRow(row ?? ""));
  t.notOk(read([job.with(2, "Resources")]).hasRow(row ?? ""));
  t.notOk(read([job.with(0, "6")]).hasRow(row ?? ""), "another job's");
  const het = (state: string) => [job.with(0, "58+0"), job.with(0, "58+1").with(1, state)];
  t.equal(read(het("PENDING")).row("58"), read(het("PENDING").reverse()).row("58"));
  t.not(read(het("PENDING")).row("58"), read(het("RUNNING")).row("58"), "each component's counts");
  t.ok(read(het("PENDING")).hasRow(read(het("PENDING")).row("58") ?? ""));
  t.notOk(read(het("RUNNING")).hasRow(read(het("PENDING")).row("58") ?? ""));
  t.end();
});

t.test("comments of other jobs spoil nothing", (t) => {
  const rest = ["RUNNING", "None", 0, 0, 0, submitted, started, ended, "n1"];
  const jobs = read([
    ["1", ...rest, "x\ny"],
    ["2", ...rest, "a\u007fb"],
    ["3", ...rest, "|"],
  ]);
  t.same([...jobs.keys()], ["1", "2", "3"]);
  for (const job of jobs.keys()) t.match(jobs.get(job), { job, phase: "running", nodes: "n1" });
  t.end();
});

t.test("output that comes in parts is as good as whole", (t) => {
  const rest = ["RUNNING", "None", 0, 0, 0, submitted, started, ended, "n1", "lab/1 reg 20261121-000000-abc123"];
  const text = table(Array.from({ length: 20 }, (_, i) => queueRow(`${i}`, ...rest)));
  for (const size of [1, 7, 100, text.length]) {
    const jobs = queueRows();
    for (let at = 0; at < text.length; at += size) jobs.add(text.slice(at, at + size));
    t.equal(jobs.size, 20, `parts of ${size}`);
    t.match(jobs.get("19"), { job: "19", nodes: "n1" });
  }
  const cut = queueRows();
  cut.add(text.slice(0, -1));
  t.equal(cut.size, 19, "a row without its end may not be whole");
  t.end();
});

t.test("squeue is asked for as many fields as a row has", (t) => {
  t.equal(queueFormat.split(",").length, queueRow().length);
  t.end();
});
