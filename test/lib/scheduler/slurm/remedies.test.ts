import t from "tap";
import { remedy } from "../../../../lib/scheduler/slurm/remedies.js";
import { fakeSlurm } from "./fake-slurm.js";

const asked = (said: string, stdout = "", resources = {}) =>
  remedy(fakeSlurm({ sinfo: { stdout } }).slurm, said, resources);

t.test("what sbatch refuses, and what can be done", async (t) => {
  t.match(await asked("Invalid account or account/partition combination specified"), /sacctmgr show associations/);
  t.match(await asked("Invalid qos specification"), /qos that you may use/);
  t.match(
    await asked(
      "Requested node configuration is not available (Memory specification can not be satisfied)",
      "64000\n4000\n",
    ),
    /they have 64000, 4000 MB/,
  );
  t.match(
    await asked("Requested node configuration is not available (CPU count per node can not be satisfied)", "16\n"),
    /have 16/,
  );
  t.match(await asked("Requested node configuration is not available"), /sinfo -o/);
  t.match(
    await asked("Invalid generic resource (gres) specification", "gpu:a100:4\n(null)\n"),
    /nodes have gpu:a100:4: see gres_gpu/,
  );
  t.match(await asked("Invalid feature specification", "a100,ib\n"), /features a100,ib/);
  t.match(
    await asked("Requested time limit is invalid (missing or exceeds some limit)", "short 1:00\n", {
      partition: "short",
    }),
    /limits are short 1:00/,
  );
  t.match(
    await asked(
      "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits) (AssocMaxSubmitJobLimit)",
    ),
    /jobs in the queue .*wait until earlier jobs end/,
  );
  t.match(
    await asked("Job violates accounting/QOS policy (job submit limit, …) (QOSMaxSubmitJobPerUserLimit)"),
    /jobs in the queue for one user is reached \(QOSMaxSubmitJobPerUserLimit\)/,
  );
  t.match(await asked("Job violates accounting/QOS policy (job submit limit, …)"), /ask for less/);
  t.match(await asked("Node count specification invalid"), /number of nodes/);
  t.match(await asked("Invalid --nice value"), /priority of 5 or less/);
  t.match(await asked("Job dependency problem"), /no longer known/);
  t.match(await asked("Requested reservation is invalid"), /scontrol show reservation/);
  t.match(await asked("User's group not permitted to use this partition"), /another partition/);
  t.equal(await asked("something never seen"), undefined);
});

t.test("sinfo is asked for the partition in question alone", async (t) => {
  const { slurm, calls } = fakeSlurm({ sinfo: { stdout: "a 1:00\n" } });
  await remedy(slurm, "Requested time limit is invalid", { partition: "a" });
  t.ok(calls[0]?.argv.includes("--partition=a"));
});
