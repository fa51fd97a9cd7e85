import t from "tap";
import { wholeQueue } from "../../../../lib/scheduler/slurm/whole-queue.js";
import { fakeSlurm, table } from "./fake-slurm.js";

const now = 1_795_233_200;
const tres = "cpu=16,mem=16000M,node=1,billing=16,gres/gpu=2";

/** A row of squeue's output; what is not said is as of a job of alice's that runs. */
function row(id: string, more: Record<string, string | number> = {}): (string | number)[] {
  const {
    state = "RUNNING",
    reason = "None",
    restarts = 0,
    user = "alice",
    partition = "debug",
    priority = 100,
  } = more;
  const {
    submit = now - 60,
    start = now - 50,
    end = now + 250,
    nodes = "n1",
    name = "train",
    comment = "(null)",
  } = more;
  return [
    id,
    state,
    reason,
    restarts,
    user,
    partition,
    priority,
    submit,
    start,
    end,
    nodes,
    more["tres"] ?? tres,
    name,
    comment,
  ];
}

const waiting = (id: string, more: Record<string, string | number> = {}) =>
  row(id, { state: "PENDING", reason: "Priority", start: "N/A", end: "N/A", nodes: "", ...more });

async function shown(...rows: (string | number)[][]) {
  const { slurm } = fakeSlurm({ squeue: { stdout: table(rows) } });
  return wholeQueue(slurm, now * 1000);
}

t.test("one request, for everybody's jobs that have not ended", async (t) => {
  const { slurm, calls } = fakeSlurm({ squeue: {} });
  t.same(await wholeQueue(slurm, 0), []);
  t.equal(calls.length, 1);
  const [all, header, format = "", ...more] = calls[0]?.argv ?? [];
  t.same([all, header, more], ["--all", "--noheader", []]);
  t.match(format.replaceAll("\u001f", "|"), /^--Format=([\w-]+:\|,)+Comment:$/, "no field has a width");
});

t.test("a controller that cannot be asked is unavailable", async (t) => {
  const { slurm } = fakeSlurm({
    squeue: { code: 1, stderr: "slurm_load_jobs error: Unable to contact slurm controller" },
  });
  await t.rejects(wholeQueue(slurm, 0), { code: "unavailable", message: /^cannot ask Slurm for the queue: / });
});

t.test("what runs: where, with what, how long, and what is left", async (t) => {
  const [entry] = await shown(row("7", { comment: "lab/1 reg 20261121-000000-abc123", restarts: 2 }));
  t.same(entry, {
    view: {
      job: "7",
      phase: "running",
      word: "RUNNING",
      restarts: 2,
      nodes: "n1",
      submitted_at: new Date((now - 60) * 1000).toISOString(),
      started_at: new Date((now - 50) * 1000).toISOString(),
      source: "queue",
    },
    user: "alice",
    job_name: "train",
    partition: "debug",
    registry: "reg",
    run: "20261121-000000-abc123",
    priority: 100,
    cpus: 16,
    gpus: 2,
    mem_bytes: 16000 * 2 ** 20,
    elapsed_s: 50,
    left_s: 250,
  });
});

t.test("what is not known is absent", async (t) => {
  const [entry] = await shown(row("7", { end: "N/A", start: "Unknown", priority: "?", tres: "N/A", submit: "N/A" }));
  t.same(entry, {
    view: { job: "7", phase: "running", word: "RUNNING", nodes: "n1", source: "queue" },
    user: "alice",
    job_name: "train",
    partition: "debug",
  });
});

t.test("what waits stands in line by partition and priority, an array with all its elements", async (t) => {
  const entries = await shown(
    waiting("12", { priority: 5 }),
    waiting("11_[3-5,9%2]", { priority: 50, start: now + 100, reason: "Resources" }),
    waiting("10", { priority: 70, reason: "Dependency" }),
    waiting("14", { priority: 50, partition: "short" }),
    waiting("13", { priority: 50 }),
    row("3", { start: now - 5 }),
    row("4", { start: now - 9, state: "COMPLETING" }),
    waiting("15", { priority: 99, reason: "JobHeldUser" }),
  );
  t.same(
    entries.map(({ view: { job, phase }, position }) => [job, phase, position]),
    [
      ["4", "completing", undefined],
      ["3", "running", undefined],
      ["11_[3-5,9%2]", "pending", 1],
      ["14", "pending", 1],
      ["13", "pending", 5],
      ["12", "pending", 6],
      ["15", "pending", undefined],
      ["10", "pending", undefined],
    ],
  );
  t.equal(entries[2]?.view.expected_start_at, new Date((now + 100) * 1000).toISOString(), "squeue's own estimate");
  t.notHas(entries[2], { elapsed_s: Number });
});

t.test("an ended job and a row that is none are left out", async (t) => {
  const entries = await shown(row("1", { state: "COMPLETED" }), ["rubbish"], row("2", { name: "a\u001fb" }), row("3"));
  t.same(
    entries.map(({ view }) => view.job),
    ["3"],
  );
});
