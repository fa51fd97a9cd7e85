import t from "tap";
import { findJobs } from "../../../../lib/scheduler/slurm/find.js";
import { fakeSlurm, queueRow, queueTable, table } from "./fake-slurm.js";

const run = (handle: string) => `20261121-000000-${handle}`;
const sought = (handle: string) => ({
  run: run(handle),
  job_name: `digits.${handle}`,
  since: Date.parse("2026-11-21T00:00:00Z"),
});
const queued = (id: string, comment: string) =>
  queueRow(id, "PENDING", "None", 0, 0, 0, 1795233141, "N/A", "N/A", "", comment);
const accounted = (id: string, comment: string, workdir: string) => [
  id,
  id,
  "PENDING",
  "0:0",
  "0:0",
  "None",
  1795233141,
  "Unknown",
  "Unknown",
  "None assigned",
  "",
  "debug",
  "digits.abc123",
  workdir,
  comment,
];

t.test("by the comment in the queue, else by name and directory in accounting", async (t) => {
  const { slurm, calls } = fakeSlurm({
    squeue: {
      stdout: queueTable([
        queued("1", `lab/1 reg ${run("aaaaaa")}`),
        queued("2", `lab/1 other ${run("bbbbbb")}`),
        queued("3", "(null)"),
        queued("4", `lab/1 reg ${run("zzzzzz")}`),
      ]),
    },
    sacct: {
      stdout: table([
        accounted("5", "", `/r/runs/alice/${run("bbbbbb")}`),
        accounted("6", `lab/1 reg ${run("cccccc")}`, "/elsewhere"),
        accounted("7", `lab/1 other ${run("dddddd")}`, `/r/runs/alice/${run("dddddd")}`),
        accounted("8", "", "/r/runs/alice/something"),
      ]),
    },
  });
  const found = await findJobs(slurm, "reg", ["aaaaaa", "bbbbbb", "cccccc", "dddddd"].map(sought));
  t.same(
    found.map((job) => [job.run, job.view.job]),
    [
      [run("aaaaaa"), "1"],
      [run("bbbbbb"), "5"],
      [run("cccccc"), "6"],
    ],
  );
  t.same(
    calls.map(({ program }) => program),
    ["squeue", "sacct"],
  );
  t.ok(calls[1]?.argv.includes("--name=digits.bbbbbb,digits.cccccc,digits.dddddd"));
  t.ok(calls[1]?.argv.includes("--starttime=2026-11-20T23:55:00"));
});

t.test("a part of an array by what its job says of it; another part's is none of it", async (t) => {
  const array = run("aaaaaa");
  const part = (n: number) => ({ ...sought("aaaaaa"), part: n });
  const { slurm, calls } = fakeSlurm({
    squeue: {
      stdout: queueTable([queued("1_[0-1]", `lab/1 reg ${array} 1`), queued("2_2", `lab/1 reg ${array}`)]),
    },
    sacct: { stdout: table([accounted("3_4", `lab/1 reg ${array} 3`, "/elsewhere")]) },
  });
  t.same(
    (await findJobs(slurm, "reg", [part(1)])).map((job) => [job.part, job.view.job]),
    [
      [1, "1_0"],
      [1, "1_1"],
      [undefined, "2_2"],
    ],
  );
  const calls_before = calls.length;
  const found = await findJobs(slurm, "reg", [part(1), part(3)]);
  t.match(found.at(-1), { run: array, part: 3, view: { job: "3_4" } });
  t.equal(calls.slice(calls_before).at(-1)?.program, "sacct", "the queue knows nothing of the third");
});

t.test("nothing more is asked than needed", async (t) => {
  const all = fakeSlurm({ squeue: { stdout: queueTable([queued("1", `lab/1 reg ${run("aaaaaa")}`)]) } });
  t.equal((await findJobs(all.slurm, "reg", [sought("aaaaaa")])).length, 1);
  const none = fakeSlurm({});
  t.same(await findJobs(none.slurm, "reg", []), []);
  const without = fakeSlurm({ squeue: {}, sacct: { code: 1, stderr: "Slurm accounting storage is disabled" } });
  t.same(await findJobs(without.slurm, "reg", [sought("aaaaaa")]), []);
});

t.test("what cannot be asked is unavailable, not absent", async (t) => {
  const down = fakeSlurm({ squeue: {}, sacct: { code: 1, stderr: "sacct: error: Connection refused" } });
  await t.rejects(findJobs(down.slurm, "reg", [sought("aaaaaa")]), { code: "unavailable" });
});
