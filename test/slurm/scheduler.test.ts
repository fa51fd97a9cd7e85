import fs from "node:fs";
import path from "node:path";
import t from "tap";
import type { JobView } from "../../lib/record/facts.js";
import type { Resources } from "../../lib/record/resources.js";
import type { SubmitRequest } from "../../lib/scheduler/scheduler.js";
import { until } from "../support/sandbox.js";
import { ownCluster, prepared, registry, schedulerOf, slurmLog, userOf } from "./scheduler-harness.js";

// One cluster, one batch of jobs that come to every end that can be provoked; while they do, the other tests run.
t.setTimeout(600_000);
const cluster = ownCluster();
t.teardown(() => cluster.down());
const alice = schedulerOf(cluster, "lab-alice");
const began = Date.now();
const [n1 = "", n2 = "", n3 = "", n4 = ""] = cluster.nodes;
const MiB = 2 ** 20;
/** Takes 200 MB and keeps them for five seconds, so that polling sees them where there are no cgroups. */
const hungry = "{ head -c 200m /dev/zero; sleep 5; } | tail >/dev/null";

interface Sent {
  job: string;
  argv: readonly string[];
  request: SubmitRequest;
}

async function send(
  resources: Resources,
  body: string,
  dependencies: SubmitRequest["dependencies"] = [],
): Promise<Sent> {
  const asked = { mem_bytes: 30 * MiB, time_s: 600, ...resources };
  const request = { ...prepared(cluster, "lab-alice", asked, body), dependencies };
  const { job, argv } = await alice.submit(request);
  return { job, argv, request };
}

/** A small job on the first node, a job that has a whole node. */
const small = (...more: string[]): Resources => ({ sbatch_extra: [`--nodelist=${n1}`, ...more] });
const whole = (node: string, ...more: string[]): Resources => ({
  cpus: 16,
  sbatch_extra: [`--nodelist=${node}`, ...more],
});

/** Waits for a job to come into a state, as the queue has it. */
function seen({ job }: Sent, word: string): Promise<JobView> {
  return until(`${job} ${word}`, async () => {
    const view = (await alice.queue()).get(job);
    return view?.word === word ? view : undefined;
  });
}

const jobs = {
  preempted: await send({ ...whole(n3), partition: "scav" }, "sleep 300"),
  requeued: await send({ ...whole(n2, "--requeue"), partition: "low" }, '[ -n "$SLURM_RESTART_COUNT" ] || sleep 300'),
  node_fail: await send({ sbatch_extra: [`--nodelist=${n4}`] }, "sleep 300"),
  het: await send(
    { ...small(), components: [{ gpus: 1, cpus: 2, sbatch_extra: [`--nodelist=${n4}`] }] },
    "srun --het-group=0,1 printenv SLURMD_NODENAME",
  ),
  completed: await send(
    { ...small(), gpus: 1 },
    "srun sh -c 'echo $CUDA_VISIBLE_DEVICES'; srun false; sleep 1; exit 0",
  ),
  failed: await send(small(), "exit 3"),
  signalled: await send(small(), "kill -9 $$"),
  not_found: await send(small(), "no-such-command"),
  no_directory: await send(small("--begin=now+2"), "true"),
  oom: await send(small(), hungry),
  oom_in_step: await send(small(), `srun sh -c '${hungry}'; exit 1`),
  oom_survived: await send(small(), `srun sh -c '${hungry}'; exit 0`),
  timeout: await send(small(), "sleep 300"),
  cancelled: await send(small(), "sleep 300"),
  cancelled_held: await send(small("--hold"), "true"),
  cancelled_by_root: await send(small(), "sleep 300"),
  blocker: await send({ partition: "solo" }, "sleep 300"),
  deadline: await send({ partition: "solo", time_s: 60, sbatch_extra: ["--deadline=now+90"] }, "true"),
};
fs.rmSync(path.join(jobs.no_directory.request.run_dir, ".lab"), { recursive: true });
const unmet = await send(small(), "true", [
  { type: "afterok", jobs: [jobs.failed.job] },
  { type: "afterany", jobs: [jobs.timeout.job] },
]);
const sent: Record<string, Sent> = { ...jobs, unmet };

for (const name of [
  "preempted",
  "requeued",
  "node_fail",
  "timeout",
  "cancelled",
  "cancelled_by_root",
  "blocker",
] as const) {
  await seen(jobs[name], "RUNNING");
}
cluster.root("scontrol", "update", `jobid=${jobs.timeout.job}`, "endtime=now+3");
cluster.root("scontrol", "update", `jobid=${jobs.deadline.job}`, "deadline=now+61");
cluster.root("scancel", jobs.cancelled_by_root.job);
await alice.cancel([jobs.cancelled.job, jobs.cancelled_held.job, "999999"]);
await seen(jobs.het, "COMPLETED");
cluster.cluster("node-down", "4");
await send({ ...whole(n3), partition: "debug" }, "true");
await send({ ...whole(n2), partition: "debug" }, "true");

t.test("what waits, and why", async (t) => {
  const waiting = {
    JobHeldUser: await send(small("--hold"), "true"),
    BeginTime: await send(small("--begin=now+1hour"), "true"),
    PartitionTimeLimit: await send({ partition: "short", time_s: 300 }, "true"),
    PartitionNodeLimit: await send({ nodes: 9 }, "true"),
    PartitionDown: await send({ partition: "down" }, "true"),
    Resources: await send({ partition: "solo", nodes: 1 }, "true"),
    JobHeldAdmin: await send({ sbatch_extra: ["--hold"] }, "true"),
  };
  cluster.root("scontrol", "hold", waiting.JobHeldAdmin.job);
  const dependent = await send({}, "true", [{ type: "after", jobs: [waiting.JobHeldUser.job] }]);
  const stopped = await send({ ...small(), partition: "low" }, "sleep 300");
  const suspended = await send({ ...small(), partition: "low" }, "sleep 300");
  const special = await send({ ...small("--requeue"), partition: "low" }, "sleep 300");
  for (const job of [stopped, suspended, special]) await seen(job, "RUNNING");
  await alice.cancel([]);
  cluster.root("scontrol", "suspend", suspended.job);
  cluster.root("scontrol", "requeuehold", "state=SpecialExit", special.job);
  for (const [reason, { job }] of Object.entries({ ...waiting, Dependency: dependent })) {
    const view = await until(`${job} ${reason}`, async () => {
      const view = (await alice.queue()).get(job);
      return view?.reason?.startsWith(reason) ? view : undefined;
    });
    t.match(view, { job, phase: "pending", word: "PENDING", source: "queue", submitted_at: String }, reason);
    t.notMatch(alice.explain(view).message, /^Slurm says/, reason);
  }
  const view = await until("it is stopped (a signal before its first step is lost)", async () => {
    cluster.as("lab-alice", "scancel", "--signal=STOP", stopped.job);
    const view = (await alice.queue()).get(stopped.job);
    return view?.word === "STOPPED" ? view : undefined;
  });
  t.match(view, { phase: "running" });
  t.match(await seen(suspended, "SUSPENDED"), { phase: "running" });
  const held = await seen(special, "SPECIAL_EXIT");
  t.match(held, { phase: "pending", reason: "job requeued in held state" });
  t.match(alice.explain(held).hint, /scontrol release/);
  const expected = await until(
    "an expected start",
    async () => (await alice.queue()).get(waiting.Resources.job)?.expected_start_at,
  );
  t.ok(Date.parse(expected) > began);

  const array = cluster
    .as("lab-alice", "sbatch", "--parsable", "--hold", "--array=0-99:3%2", "-o", "/dev/null", "--wrap", "true")
    .trim();
  const elements = [...(await alice.queue()).keys()].filter((job) => job.startsWith(`${array}_`));
  t.same(
    elements,
    Array.from({ length: 34 }, (_, i) => `${array}_${i * 3}`),
    "all that Slurm abbreviates by default",
  );
  await alice.cancel([
    array,
    dependent.job,
    stopped.job,
    suspended.job,
    special.job,
    ...Object.values(waiting).map(({ job }) => job),
  ]);
});

t.test("the directives, as Slurm understood them, whatever the submitter's variables say", async (t) => {
  const resources: Resources = {
    gpus: 2,
    cpus: 3,
    mem_bytes: 1_500_000_000,
    time_s: 5401,
    nodes: 2,
    partition: "low",
    qos: "high",
    account: "lab-research",
    priority: 2,
    exclude: `${n3},${n4}`,
    sbatch_extra: ["--hold", "--gpu-bind=closest", "--licenses="],
  };
  cluster.root(
    "scontrol",
    "update",
    `nodename=${n1},${n2}`,
    "availablefeatures=a100,h100,ib",
    "activefeatures=a100,h100,ib",
  );
  const request = prepared(cluster, "lab-alice", { ...resources, constraint: "(a100|h100)&ib" }, "true", "di gits/é");
  const hostile = {
    SBATCH_PARTITION: "debug",
    SBATCH_TIMELIMIT: "1",
    SBATCH_JOB_NAME: "x",
    SBATCH_EXPORT: "ALL",
    SBATCH_REQUEUE: "1",
    SBATCH_ACCOUNT: "y",
    SBATCH_OPEN_MODE: "truncate",
    SBATCH_ARRAY_INX: "0-3",
    SBATCH_QOS: "few",
    SBATCH_GRES: "gpu:4",
    SBATCH_MEM_PER_NODE: "9000",
    SLURM_CLUSTERS: "nowhere",
    SLURM_NTASKS: "9",
    SBATCH_COMMENT: "z",
    SBATCH_CONSTRAINT: "nothing",
    SBATCH_OUTPUT: "/dev/null",
  };
  const { job } = await schedulerOf(cluster, "lab-alice", { env: hostile }).submit(request);
  const shown = cluster.root("scontrol", "show", "job", "-o", job);
  const field = (name: string) => new RegExp(` ${name}=(.*?)(?= [A-Z][A-Za-z/_:]*=| *\n)`).exec(` ${shown}`)?.[1];
  const { run_dir } = request;
  for (const [name, value] of Object.entries({
    JobName: `di_gits__.${request.run.slice(-6)}`,
    UserId: `lab-alice(${userOf("lab-alice").uid})`,
    Comment: `lab/1 ${registry} ${request.run}`,
    WorkDir: run_dir,
    Command: request.script,
    TimeLimit: "01:31:00",
    Partition: "low",
    QOS: "high",
    Account: "lab-research",
    Requeue: "0",
    Nice: "300",
    NumNodes: "2-2",
    NumTasks: "2",
    "CPUs/Task": "3",
    MinMemoryNode: "1431M",
    TresPerNode: "gres:gpu:2",
    ExcNodeList: `${n3.slice(0, -1)}[3-4]`,
    Features: "(a100|h100)&ib",
    JobState: "PENDING",
    Reason: "JobHeldUser",
  })) {
    t.equal(field(name)?.trim(), value, name);
  }
  t.match(cluster.root("scontrol", "write", "batch_script", job, "-"), "--export=NIL");
  await alice.cancel([job]);
});

t.test("the job sees nothing of its submitter's environment, and its words go where they belong", async (t) => {
  const carol = userOf("lab-carol");
  const profile = path.join(carol.home, ".profile");
  const kept = fs.existsSync(profile) ? fs.readFileSync(profile) : undefined;
  fs.writeFileSync(profile, "export FROM_PROFILE=1 SLURM_JOB_ID=7\necho noise from the profile\n");
  t.teardown(() => (kept === undefined ? fs.rmSync(profile) : fs.writeFileSync(profile, kept)));
  const env = { SECRET: "s", NIL: "leaked", SBATCH_EXPORT: "ALL", SLURM_TIME_FORMAT: "relative", LC_ALL: "C" };
  const slurm = schedulerOf(cluster, "lab-carol", { env });
  const request = prepared(
    cluster,
    "lab-carol",
    { mem_bytes: 30 * MiB, time_s: 60 },
    "env; pwd; echo é >&2; srun printenv SLURM_PROCID",
  );
  const { job } = await slurm.submit(request);
  await until("its end", async () => (await slurm.queue()).get(job)?.phase === "ended");
  const log = slurmLog(request, job);
  for (const name of ["SECRET", "NIL", "SLURM_TIME_FORMAT", "SLURM_BITSTR_LEN", "SBATCH_EXPORT"]) {
    t.notMatch(log, new RegExp(`^${name}=`, "m"), name);
  }
  t.notMatch(log, /noise/);
  t.match(log, new RegExp(`^SLURM_JOB_ID=${job}$`, "m"));
  t.ok(log.endsWith(`${request.run_dir}\né\n0\n`), "its directory, stderr beside stdout, and srun works inside");
});

t.test("refusals, with what can be done", async (t) => {
  const refused = async (resources: Resources) => {
    const request = prepared(cluster, "lab-alice", resources, "true");
    return alice.submit(request).then(
      () => ({ code: "accepted" }),
      ({ code, message, hint }) => ({ code, message: message.replace(request.job_name, "it"), hint }),
    );
  };
  t.same(await refused({ partition: "lwo" }), {
    code: "refused",
    message: "cannot submit it: Invalid partition name specified (invalid partition specified: lwo)",
    hint: "this cluster has: debug, low, scav, short, down, solo; did you mean 'low'?",
  });
  t.match(await refused({ mem_bytes: 2 ** 40 }), {
    code: "refused",
    message: /Memory specification/,
    hint: /64000, 4000 MB/,
  });
  t.match(await refused({ cpus: 64 }), { code: "refused", message: /CPU count/, hint: /they have 16, 1/ });
  t.match(await refused({ gpus: 5 }), {
    code: "refused",
    message: /node configuration is not available/,
    hint: /sinfo/,
  });
  t.match(await refused({ sbatch_extra: ["--gres=tpu:1"] }), { code: "refused", hint: /gpu:4/ });
  t.match(await refused({ constraint: "nothing" }), { code: "refused", message: /feature/ });
  t.match(await refused({ exclude: "nowhere" }), { code: "refused", hint: /sinfo -N/ });
  t.match(await refused({ reservation: "none" }), { code: "refused", hint: /scontrol show reservation/ });
  t.match(await refused({ priority: 8 }), { code: "refused", message: /--nice/, hint: /5 or less/ });
  t.match(await refused({ sbatch_extra: ["--no-such-option"] }), {
    code: "refused",
    message: /unrecognized option/,
    hint: /sbatch_extra/,
  });
  const bad = {
    ...prepared(cluster, "lab-alice", {}, "true"),
    dependencies: [{ type: "afterok" as const, jobs: ["none"] }],
  };
  await t.rejects(alice.submit(bad), { code: "refused", message: /dependency/ });
});

t.test("another's jobs are neither seen nor cancelled", async (t) => {
  const bob = schedulerOf(cluster, "lab-bob");
  const theirs = await send(small("--hold"), "true");
  t.notOk((await bob.queue()).has(theirs.job));
  await t.rejects(bob.cancel([theirs.job]), { code: "noperm", message: /Access\/permission denied/ });
  t.equal((await alice.queue()).get(theirs.job)?.phase, "pending");
  await alice.cancel([theirs.job, theirs.job]);
});

t.test("one pass over the queue is one request", async (t) => {
  const requests = () => {
    const counts = cluster.root("sdiag").matchAll(/^\s*(REQUEST_JOB\w*INFO\w*)\s*\(\s*\d+\)\s*count:(\d+)/gm);
    return Object.fromEntries(Array.from(counts, ([, name, count]) => [name, Number(count)]));
  };
  const before = requests();
  await alice.queue();
  const after = { ...before, REQUEST_JOB_USER_INFO: (before["REQUEST_JOB_USER_INFO"] ?? 0) + 1 };
  t.same(requests(), after, "for the caller's jobs alone");
  await alice.accounting(Object.values(sent).map(({ job }) => ({ job, since: began })));
  t.same(requests(), after, "accounting asks slurmdbd, not slurmctld");
});

t.test("ends, as queue, accounting and steps tell of them", async (t) => {
  const expected: Record<string, Partial<JobView>> = {
    preempted: { verdict: "preempted" },
    requeued: { verdict: "completed", exit_code: 0 },
    node_fail: { verdict: "node_fail" },
    het: { verdict: "completed", exit_code: 0 },
    completed: { verdict: "completed", exit_code: 0 },
    failed: { verdict: "failed", exit_code: 3 },
    signalled: { verdict: "failed", signal: 9 },
    not_found: { verdict: "failed", exit_code: 127 },
    no_directory: { verdict: "failed", signal: 53 },
    oom: cluster.cgroups ? { verdict: "oom", signal: 125 } : { verdict: "failed", signal: 9 },
    // Slurm blames the job for its step's end, or not, as their messages happen to come; the details always do
    oom_in_step: { phase: "ended" },
    oom_survived: cluster.cgroups ? { verdict: "completed", exit_code: 0 } : { phase: "ended" },
    timeout: { verdict: "timeout" },
    cancelled: { verdict: "cancelled" },
    cancelled_held: { verdict: "cancelled" },
    cancelled_by_root: { verdict: "cancelled" },
    deadline: { verdict: "deadline" },
    unmet: { verdict: "dependency" },
  };
  t.match(
    await until("a second start", async () => {
      const view = (await alice.queue()).get(jobs.requeued.job);
      return view?.restarts ? view : undefined;
    }),
    { restarts: 1 },
  );
  await seen(jobs.deadline, "DEADLINE");
  await alice.cancel([jobs.blocker.job]);
  const ids = Object.values(sent).map(({ job }) => job);
  const queries = Object.values(sent).map(({ job, argv }) => ({ job, argv, since: began }));
  const allEnded = <Views extends Pick<Map<string, JobView>, "get">>(views: Views | undefined) =>
    ids.every((job) => views?.get(job)?.phase === "ended") ? views : undefined;
  const queue = await until("all have ended", async () => allEnded(await alice.queue()));
  const accounts = await until("all are in the accounts", async () => allEnded(await alice.accounting(queries)));
  const details = await alice.details(queries);
  for (const [name, view] of Object.entries(expected)) {
    const job = sent[name]?.job ?? "";
    t.match(queue.get(job), { job, phase: "ended", ...view, source: "queue" }, `${name}: queue`);
    t.match(accounts.get(job), { job, phase: "ended", ...view, source: "accounting" }, `${name}: accounting`);
    t.match(details.get(job), { job, phase: "ended", ...view }, `${name}: details`);
    t.equal(accounts.get(job)?.ended_at, queue.get(job)?.ended_at, `${name}: both name the same end`);
  }
  t.equal(accounts.get(jobs.cancelled.job)?.cancelled_by_uid, userOf("lab-alice").uid);
  t.equal(accounts.get(jobs.cancelled_by_root.job)?.cancelled_by_uid, 0);
  t.equal(accounts.get(unmet.job)?.cancelled_by_uid, undefined);
  for (const views of [queue, accounts])
    t.equal(views.get(jobs.cancelled_held.job)?.started_at, undefined, "it never began");
  t.equal(accounts.get(jobs.completed.job)?.derived_exit_code, 1, "a step failed");
  t.same(details.get(jobs.failed.job)?.steps, [{ step: "batch", word: "FAILED", exit_code: 3 }]);
  if (cluster.cgroups) t.equal(details.get(jobs.oom_in_step.job)?.verdict, "oom");
  const words = (details.get(jobs.oom_survived.job)?.steps ?? []).map(({ word }) => word);
  if (cluster.cgroups) t.ok(words.includes("OUT_OF_MEMORY"), "what a job survived its steps tell");
  t.ok((details.get(jobs.timeout.job)?.max_rss_bytes ?? 0) > MiB, "memory that was used");
  t.same(slurmLog(jobs.het.request, jobs.het.job).trim().split("\n").sort(), [n1, n4]);
  t.match(slurmLog(jobs.completed.request, jobs.completed.job), /^0\n/, "the GPU it was given");
  t.match(alice.explain(details.get(jobs.no_directory.job) as JobView).message, /output file/);
  t.equal(
    (await alice.accounting([{ job: jobs.failed.job, since: Date.now() + 3_600_000 }]))?.size,
    0,
    "a recycled id",
  );
});

t.test("a job that nobody wrote down is found, in the queue or in the accounts", async (t) => {
  const sought = [jobs.failed, jobs.oom].map(({ request: { run, job_name } }) => ({ run, job_name, since: began }));
  const ids = [jobs.failed.job, jobs.oom.job].sort();
  const found = async (slurm: typeof alice, other = registry) =>
    (await slurm.find(other, sought)).map(({ view }) => view.job).sort();
  t.same(await found(alice), ids);
  t.same(await found(alice, "reg-2"), [], "another registry's runs");
  const forgetful = schedulerOf(cluster, "lab-alice", { binaries: { squeue: "/bin/true" } });
  t.same(await found(forgetful), ids);
  t.same(await found(forgetful, "reg-2"), []);
});
