import t from "tap";
import type { ArrayRequest } from "../../../../lib/scheduler/scheduler.js";
import { cancelJobs } from "../../../../lib/scheduler/slurm/cancel.js";
import { expandJobId, joinJobIds } from "../../../../lib/scheduler/slurm/job-ids.js";
import { isLimit } from "../../../../lib/scheduler/slurm/refusals.js";
import { requeueJobs } from "../../../../lib/scheduler/slurm/requeue.js";
import { roomFinder } from "../../../../lib/scheduler/slurm/room.js";
import { submitArray } from "../../../../lib/scheduler/slurm/submit.js";
import { fakeSlurm, queueTable } from "./fake-slurm.js";

const dir = "/r/arrays/alice/20261121-000000-abc123";
const request: ArrayRequest = {
  array: "20261121-000000-abc123",
  part: 3,
  registry: "reg",
  job_name: "grid.abc123",
  script: `${dir}/script.sh`,
  dir,
  indices: "0-299,305",
  resources: {},
  dependencies: [],
};

t.test("the elements are one option, the script is the array's, and the comment the part's", async (t) => {
  const comment = "--comment=lab/1 reg 20261121-000000-abc123 3";
  const after = ["--dependency=afterok:5", "--kill-on-invalid-dep=yes"];
  const { slurm, calls } = fakeSlurm({ sbatch: { stdout: "77\n" } });
  t.match(await submitArray(slurm, { ...request, throttle: 4 }), { job: "77" });
  await submitArray(slurm, { ...request, dependencies: [{ type: "afterok", jobs: ["5"] }] });
  await submitArray(slurm, { ...request, one_job: true });
  t.strictSame(
    calls.map(({ argv, cwd }) => [cwd, ...argv]),
    [
      [dir, "--parsable", "--array=0-299,305%4", comment, request.script],
      [dir, "--parsable", "--array=0-299,305", comment, ...after, request.script],
      [dir, "--parsable", comment, request.script, "0-299,305"],
    ],
  );
});

t.test("a thousand elements are cancelled, or requeued, in one call", async (t) => {
  const ids = Array.from({ length: 1000 }, (_, i) => `77_${i}`).filter((id) => id !== "77_500");
  const { slurm, calls } = fakeSlurm({
    scancel: {},
    scontrol: { code: 1, stderr: "77_3: Job is pending execution\n" },
  });
  await cancelJobs(slurm, ["5", ...ids, "8+0"]);
  await requeueJobs(slurm, ids);
  await requeueJobs(slurm, []);
  t.strictSame(
    calls.map(({ argv }) => argv),
    [
      ["5", "8+0", "77_[0-499,501-999]"],
      ["requeue", "77_[0-499,501-999]"],
    ],
  );
  t.strictSame(expandJobId(joinJobIds(ids)[0] ?? ""), ids);
});

t.test("what may not be requeued is told in Slurm's words", async (t) => {
  const stderr = "1_4: Job is pending execution\nJob has already finished for job 9\n";
  const { slurm } = fakeSlurm({ scontrol: { code: 1, stderr } });
  await t.rejects(requeueJobs(slurm, ["9", "1_4"]), {
    code: "refused",
    message: "cannot requeue: Job has already finished for job 9",
  });
});

t.test("a refusal that speaks of how many there are is not one of what is asked", async (t) => {
  t.ok(isLimit("Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)"));
  t.ok(isLimit("cannot submit it: Invalid job array specification"));
  t.notOk(isLimit("Invalid partition name specified (invalid partition specified: gpux)"));
  t.notOk(isLimit("Requested node configuration is not available"));
  t.notOk(isLimit("Memory required by task is not available"));
});

const job = (state: string, qos: string) => [state, "lab", qos, ""];
const settings = (enforced: string) =>
  `MaxArraySize            = 1001\nMaxJobCount             = 10000\nAccountingStorageEnforce = ${enforced}\n`;

t.test("room is what the limits leave beside one's own queue, asked in few calls", async (t) => {
  const { slurm, calls } = fakeSlurm({
    scontrol: { stdout: settings("associations,limits,qos") },
    squeue: { stdout: queueTable([job("RUNNING", "big"), job("PENDING", "big"), job("COMPLETED", "big")]) },
    sacctmgr: (argv) => ({
      stdout: argv.includes("assoc") ? "lab|5000||normal\nother|50||\n" : "normal|200||\nbig|1000||\nsmall||30|\n",
    }),
  });
  const room = roomFinder(slurm);
  t.strictSame(await room({ account: "lab" }), { max_array_size: 1001, room: 200 }, "the QOS that she has by default");
  t.match(await room({ account: "lab", qos: "big" }), { room: 998 });
  t.match(await room({ account: "other", qos: "small" }), { room: 30 });
  t.match(await room({ account: "other", qos: "unlimited" }), { room: 50 });
  t.equal(calls.filter(({ program }) => program !== "squeue").length, 3, "settings and limits are asked once");
});

t.test("where nothing is enforced only the controller's own limit counts", async (t) => {
  const { slurm } = fakeSlurm({
    scontrol: { stdout: settings("none") },
    squeue: { stdout: queueTable([job("RUNNING", "big"), job("COMPLETED", "big")]) },
  });
  t.strictSame(await roomFinder(slurm)({}), { max_array_size: 1001, room: 9998 });
});
