import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { hasSlurm } from "../../lib/scheduler/slurm/detect.js";
import { until } from "../support/sandbox.js";
import { type Cluster, ownCluster, prepared, registry, schedulerOf } from "./scheduler-harness.js";

// A cluster without accounting, whose daemons are stopped and paused.
t.setTimeout(600_000);
const cluster = ownCluster({ LAB_CLUSTER_ACCOUNTING: "0", LAB_CLUSTER_SET: "EnforcePartLimits=ALL" });
t.teardown(() => cluster.down());
const began = Date.now();
const impatient = { SLURM_CONF: cluster.env["IMPATIENT"] ?? "" };
const hasty = schedulerOf(cluster, "lab-alice", { env: impatient });
const alice = schedulerOf(cluster, "lab-alice");
const request = (body: string) => prepared(cluster, "lab-alice", { mem_bytes: 30 * 2 ** 20, time_s: 600 }, body);

/** The cluster's configuration with lines changed, for clients alone. */
function otherConf({ dir, env }: Cluster, name: string, change: (text: string) => string): { SLURM_CONF: string } {
  const etc = path.dirname(env["IMPATIENT"] ?? "");
  const file = path.join(dir, name, "slurm.conf");
  fs.cpSync(etc, path.dirname(file), { recursive: true });
  fs.writeFileSync(file, change(fs.readFileSync(env["IMPATIENT"] ?? "", "utf8")));
  return { SLURM_CONF: file };
}

t.test("without accounting the queue tells how a job ended", async (t) => {
  const failing = request("exit 3");
  const { job } = await alice.submit(failing);
  const view = await until("its end", async () => {
    const view = (await alice.queue()).get(job);
    return view?.phase === "ended" ? view : undefined;
  });
  t.match(view, { verdict: "failed", exit_code: 3, started_at: String, ended_at: String });
  t.equal(await alice.accounting([{ job, since: began }]), undefined);
  t.equal((await alice.details([{ job, since: began }])).size, 0);
  const sought = { run: failing.run, job_name: failing.job_name, since: began };
  t.match(await alice.find(registry, [sought]), [{ run: failing.run, view: { job } }]);
  t.same(await alice.find(registry, [{ ...sought, run: "20261121-000000-zzzzzz" }]), []);
});

t.test("a limit that is enforced refuses, and says what it is", async (t) => {
  const long = prepared(cluster, "lab-alice", { partition: "short", time_s: 3600 }, "true");
  await t.rejects(alice.submit(long), { code: "refused", message: /time limit is invalid/, hint: /short 1:00/ });
});

t.test("a controller that hangs may have taken the job: it is looked for, and there is one", async (t) => {
  const asked = request("sleep 300");
  const other = request("sleep 300");
  const running = await alice.submit(request("sleep 300"));
  cluster.cluster("pause", "slurmctld");
  const answers = await Promise.allSettled([
    hasty.submit(asked),
    schedulerOf(cluster, "lab-alice", { timeouts: { submit_s: 5 } }).submit(other),
    hasty.queue(),
    hasty.cancel([running.job]),
  ]);
  cluster.cluster("resume", "slurmctld");
  const faults = answers.map((answer) =>
    answer.status === "rejected" ? [answer.reason.code, answer.reason.message] : answer,
  );
  t.match(faults, [
    ["tempfail", /^cannot tell whether digits\.\w+ was submitted: .*Socket timed out/],
    ["tempfail", /sbatch gave no answer in time/],
    ["unavailable", /Socket timed out/],
    ["unavailable", /Socket timed out/],
  ]);
  const sought = [asked, other].map(({ run, job_name }) => ({ run, job_name, since: began }));
  const found = await until("both jobs", async () => {
    const jobs = await alice.find(registry, sought);
    return jobs.length === 2 ? jobs : undefined;
  });
  t.same(found.map(({ run }) => run).sort(), [asked.run, other.run].sort());
  await alice.cancel([running.job, ...found.map(({ view }) => view.job)]);
});

t.test("a controller that is down took nothing", async (t) => {
  cluster.cluster("stop", "slurmctld");
  const answers = await Promise.allSettled([hasty.submit(request("true")), hasty.queue(), hasty.cancel(["1"])]);
  t.equal(await hasSlurm({ env: { ...cluster.env, ...impatient } }), true, "Slurm is here all the same");
  cluster.cluster("start", "slurmctld");
  for (const answer of answers) {
    t.match(answer, {
      status: "rejected",
      reason: { code: "unavailable", message: /connect failure/, hint: /scontrol ping/ },
    });
  }
});

t.test("so does nothing without munge, without a configuration, without the programs", async (t) => {
  const without = {
    munge: otherConf(cluster, "no-munge", (text) => text.replace(/socket=[^,\n]*/, "socket=/nonexistent")),
    configuration: { SLURM_CONF: path.join(cluster.dir, "none") },
  };
  const slurms = [
    schedulerOf(cluster, "lab-alice", { env: without.munge }),
    schedulerOf(cluster, "lab-alice", {
      binaries: { sbatch: "/none/sbatch", squeue: "/none/squeue", scancel: "/none/scancel" },
    }),
  ];
  const calls = slurms.flatMap((slurm) => [slurm.submit(request("true")), slurm.queue(), slurm.cancel(["1"])]);
  for (const answer of await Promise.allSettled(calls))
    t.match(answer, { status: "rejected", reason: { code: "unavailable" } });
  t.equal(await hasSlurm({ env: { ...cluster.env, ...without.configuration }, timeouts: { query_s: 2 } }), false);
});

t.test("accounting that is down is not taken for none", async (t) => {
  const env = otherConf(cluster, "no-dbd", (text) =>
    text
      .replace(/^AccountingStorageType=.*/m, "AccountingStorageType=accounting_storage/slurmdbd")
      .replace(/^(AccountingStoragePort)=.*/m, "$1=1"),
  );
  const slurm = schedulerOf(cluster, "lab-alice", { env });
  await t.rejects(slurm.accounting([{ job: "1", since: 0 }]), { code: "unavailable", message: /Connection refused/ });
  await t.rejects(slurm.details([{ job: "1", since: 0 }]), { code: "unavailable" });
});
