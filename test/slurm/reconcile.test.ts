import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { byName, clusterFor, inState, runAll, site, statesOf } from "../support/cluster.js";
import { records, until } from "../support/sandbox.js";

// What a pass asks of Slurm, by Slurm's own count; words that nobody knows; ids that come round.
t.setTimeout(600_000);
const cluster = clusterFor(t, { LAB_CLUSTER_SET: "MinJobAge=2" });
const place = await site({
  name: "reconcile",
  env: { SLURM_CONF: cluster.env["SLURM_CONF"] ?? "", LAB_SCHEDULER_ACCOUNTING_GRACE: "1s" },
});
t.teardown(() => place.remove());
const alice = place.person("lab-alice");
const hold = { resources: { sbatch_extra: ["--hold"] } };

/** How many requests this user has made of slurmctld, and of slurmdbd. */
function requests(): { slurmctld: number; slurmdbd: number } {
  const count = (text: string) => Number(/^\s*lab-alice\s*\(\s*\d+\)\s*count:(\d+)/m.exec(text)?.[1] ?? 0);
  return { slurmctld: count(place.root("sdiag")), slurmdbd: count(place.root("sacctmgr", "show", "stats")) };
}

/** What it costs to run something once, in requests. */
async function cost(act: () => Promise<unknown>): Promise<{ slurmctld: number; slurmdbd: number }> {
  const before = requests();
  await act();
  const after = requests();
  return { slurmctld: after.slurmctld - before.slurmctld, slurmdbd: after.slurmdbd - before.slurmdbd };
}

const many = (n: number, small: object) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`run${i}`, small]));

t.test("requests of a pass do not grow with the runs", async (t) => {
  const squeue = await cost(async () => cluster.as("lab-alice", "squeue", "--me"));
  const sacct = await cost(async () => cluster.as("lab-alice", "sacct", "--jobs=1"));
  t.comment(`one squeue is ${squeue.slurmctld} requests to slurmctld, one sacct ${sacct.slurmdbd} to slurmdbd`);
  const pass = () => alice.lab(["lab-reconcile", "--json"]);
  t.same(await cost(pass), { slurmctld: 0, slurmdbd: 0 }, "no runs, no questions");
  for (const n of [1, 25]) {
    const runs = Object.values(await runAll(alice, many(n, hold)));
    const jobs = runs.map((run) => run["job"].id as string);
    t.same(await cost(pass), squeue, `${n} that wait: one squeue`);
    t.same(await cost(pass), squeue, `${n} whose rows have not changed: one squeue`);
    place.root("scontrol", "release", jobs.join(","));
    await until("all to be forgotten", () => jobs.every((job) => !statesOf(place).has(job)));
    const accounted = () =>
      place
        .root("sacct", "-nXP", `--jobs=${jobs.join(",")}`, "--format=State")
        .trim()
        .split("\n");
    await until("all to be in the accounts", () => accounted().filter((state) => state === "COMPLETED").length === n);
    const both = { slurmctld: squeue.slurmctld, slurmdbd: 2 * sacct.slurmdbd };
    t.same(await cost(pass), both, `${n} gone from the queue: one squeue, one sacct for the jobs, one for their steps`);
    const ends = (await alice.lab(["lab", "ls", "--json"])).filter(({ id }) => runs.some((run) => run["id"] === id));
    t.equal(ends.filter(({ state }) => state === "succeeded").length, n);
    t.same(await cost(pass), { slurmctld: 0, slurmdbd: 0 }, "all is settled: no questions");
  }
});

t.test("a word that nobody knows is no end", async (t) => {
  const { odd = {} } = await runAll(alice, {
    odd: { body: 'until [ -e "$LAB_RUN_DIR/go" ]; do sleep 0.1; done; exit 3' },
  });
  const fake = (program: string) => {
    const file = path.join(place.dir, `fake-${program}-of-a-Slurm-to-come`);
    const words = "RUNNING|PENDING|COMPLETING|COMPLETED|FAILED";
    fs.writeFileSync(file, `#!/bin/sh\n${program} "$@" | sed -E 's/\\b(${words})\\b/FROBNICATED/'\n`, { mode: 0o755 });
    return file;
  };
  const env = { LAB_SCHEDULER_SQUEUE: fake("squeue"), LAB_SCHEDULER_SACCT: fake("sacct") };
  await inState(place, odd["job"].id, "RUNNING");
  const state = async () => (await alice.lab(["lab", "status", "--json", "--name=odd"], { env }))[0]?.["state"];
  t.match(await state(), /^(running|unknown)$/);
  fs.writeFileSync(path.join(odd["run_dir"], "go"), "");
  await until("the job to be forgotten", () => !statesOf(place).has(odd["job"].id));
  t.match(await state(), /^(exited|unknown)$/, "it has ended, but nobody can say so");
  const [why] = await alice.lab(["lab", "why", "--json", odd["id"]], { env });
  t.comment(`${why?.["state"]}: ${why?.["message"]}`);
  t.notOk(fs.existsSync(path.join(odd["run_dir"], ".lab/outcome.json")));
  t.match((await alice.run(["lab", "wait", "--json", odd["id"]])).stdout, /"exit_code":3/, "until somebody can");
});

t.test("a job id that comes round is another's", async (t) => {
  const round = clusterFor(t, { LAB_CLUSTER_SET: "MinJobAge=2 FirstJobId=100 MaxJobId=110" });
  const env = {
    SLURM_CONF: round.env["SLURM_CONF"] ?? "",
    LAB_SCHEDULER_ACCOUNTING_GRACE: "1s",
  };
  const there = await site({ name: "ids", env });
  t.teardown(() => there.remove());
  const bob = there.person("lab-bob");
  const runs = await runAll(bob, {
    succeeded: {},
    killed: { body: "kill -9 $PPID; sleep 9" },
    failed: { body: "exit 3" },
  });
  const id = (name: string): string => runs[name]?.["id"];
  const jobs = Object.values(runs).map((run) => run["job"].id as string);
  await until("all to be forgotten", () => jobs.every((job) => !statesOf(there).has(job)));
  const other = ["--parsable", "-D", "/tmp", "-o", "/dev/null", "--mem=10", "--wrap", "sleep 300"];
  const others: string[] = [];
  while (!jobs.every((job) => others.includes(job)) && others.length < 13)
    others.push(round.as("lab-bob", "sbatch", ...other).trim());
  t.ok(
    jobs.every((job) => others.includes(job)),
    `${jobs.join(", ")} stand for other jobs now`,
  );
  for (const job of others) await inState(there, job, "RUNNING");
  const [cancelled] = await bob.lab(["lab", "cancel", "--json", id("failed")]);
  t.match(cancelled, { message: /^its job is gone: \d+ is another job's id now$/ });
  const ids = ["succeeded", "killed", "failed"].map(id);
  const waited = await bob.run(["lab", "wait", "--json", "--timeout=200s", ...ids]);
  t.match(byName(records(waited.stdout)), {
    succeeded: { state: "succeeded", exit_code: 0 },
    killed: { state: "failed", mode: "code_error", message: /killed by signal 9 without an exit record/ },
    failed: { state: "failed", mode: "code_error", exit_code: 3 },
  });
  t.same(
    others.map((job) => statesOf(there).get(job)),
    others.map(() => "RUNNING"),
    "and nobody cancels them",
  );
});
