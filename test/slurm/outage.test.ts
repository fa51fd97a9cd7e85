import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { byName, clusterFor, type Fields, inState, recipe, runAll, site, statesOf } from "../support/cluster.js";
import { records, until } from "../support/sandbox.js";

// The daemons stop, hang and come back, one after the other, while there are runs in every state.
t.setTimeout(600_000);
const cluster = clusterFor(t);
const place = await site({
  name: "outage",
  env: { SLURM_CONF: cluster.env["IMPATIENT"] ?? "", LAB_SCHEDULER_ACCOUNTING_GRACE: "2s" },
});
t.teardown(() => place.remove());
const alice = place.person("lab-alice");
const controller = (verb: "stop" | "start" | "pause" | "resume") => cluster.cluster(verb, "slurmctld");
const hold = { resources: { sbatch_extra: ["--hold"] } };
const file = (name: string, small = {}) => alice.write(`r/${name}.toml`, recipe(name, small));
const statusOf = async (id: string): Promise<Fields | undefined> =>
  (await alice.lab(["lab", "ls", "--json"])).find((status) => status["id"] === id);

/** A digest of everything in the registry that facts are made of: names, contents, modes. */
function picture(): string {
  const hash = crypto.createHash("sha256");
  const walk = (directory: string) => {
    for (const entry of fs.readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = path.join(directory, entry.name);
      if (/^attempt-\d+$/.test(entry.name)) continue; // the job's own, who goes on
      hash.update(`${name}\0${entry.isDirectory() ? "" : fs.readFileSync(name)}\0`);
      if (entry.isDirectory()) walk(name);
    }
  };
  walk(place.registry);
  return hash.digest("hex");
}

const sent = await runAll(alice, {
  held: hold,
  sleeps: { body: "sleep 300" },
  ends: { body: 'while [ ! -e "$LAB_RUN_DIR/end" ]; do sleep 0.1; done; exit 3' },
});
const id = (name: string): string => sent[name]?.["id"] ?? "";
for (const name of ["sleeps", "ends"]) await inState(place, sent[name]?.["job"].id, "RUNNING");
await alice.lab(["lab", "reconcile"]);

t.test("the controller is down", async (t) => {
  controller("stop");
  t.teardown(() => controller("start"));
  fs.writeFileSync(path.join(sent["ends"]?.["run_dir"], "end"), "");
  await until("its exit", () => fs.existsSync(path.join(sent["ends"]?.["run_dir"], ".lab/attempt-1/exit.json")));

  const run = await alice.run(["lab", "run", "--json", file("late")]);
  t.equal(run.code, 69);
  t.match(
    run.stderr,
    /lab-submit: cannot submit late\.\w+: .*\(connect failure\) \(when it is back: lab submit \w{6}\)\n/,
  );
  const [late, failure] = records(run.stdout) as Fields[];
  t.match(late, {
    type: "run",
    phase: "rendered",
    error: { code: "unavailable", hint: /^when it is back: lab submit/ },
  });
  t.match(failure, { type: "failure", command: "lab-submit", code: "unavailable" });
  t.same(fs.readdirSync(path.join(late?.["run_dir"], ".lab/submit-1")).sort(), [
    "context.json",
    "params.json",
    "script.sh",
  ]);
  t.match(await statusOf(late?.["id"]), { state: "planned" }, "made and rendered, nothing else");

  const two = await alice.run(["lab", "run", "-w", "--json", file("one"), file("two")]);
  t.equal(two.code, 69);
  t.same(
    (records(two.stdout) as Fields[]).filter(({ error }) => error !== undefined).length,
    2,
    "no second one is tried for long",
  );
  const waits = await alice.run([
    "lab",
    "run",
    "--json",
    file("after", { more: `[after]\nafterok = ["${id("held")}"]` }),
  ]);
  t.equal(waits.code, 69, "nor can it be known what to depend on");

  const before = picture();
  const pass = await alice.run(["lab", "reconcile", "--json"]);
  t.equal(pass.code, 69);
  t.match(pass.stderr, /^lab-reconcile: cannot ask Slurm for the queue: .*connect failure.*scontrol ping/);
  t.match(records(pass.stdout), [{ type: "failure", code: "unavailable" }]);
  const status = await alice.run(["lab", "status", "--json"]);
  t.equal(status.code, 69, "what is shown may be old");
  t.match(status.stderr, /cannot ask Slurm for the queue/);
  const shown = byName(records(status.stdout));
  t.match(shown, { held: { state: "queued" }, sleeps: { state: "running" }, ends: { state: "exited", exit_code: 3 } });
  const wait = await alice.run(["lab", "wait", "--json", "--patience=1s", id("sleeps")]);
  t.equal(wait.code, 69);
  t.match(wait.stderr, /cannot ask Slurm for the queue/);
  const why = await alice.run(["lab", "why", "--json", id("held")]);
  t.match(why.stderr, /this is what was known before/);
  t.match(records(why.stdout), [{ state: "queued", message: /held/ }]);
  t.equal(picture(), before, "nothing on disk has changed");

  const cancel = await alice.run(["lab", "cancel", "--json", id("sleeps")]);
  t.equal(cancel.code, 69);
  t.match(cancel.stderr, /cannot ask Slurm for the queue/);
  t.ok(fs.existsSync(path.join(sent["sleeps"]?.["run_dir"], ".lab/cancel.json")), "the wish is written down");
  for (const argv of [
    ["show", "--json"],
    ["log", "--json"],
    ["ls", "--json"],
    ["metrics", "--json"],
    ["events", "--json"],
  ])
    t.equal(
      (await alice.run(["lab", ...argv, ...(argv[0] === "ls" || argv[0] === "events" ? [] : [id("sleeps")])])).code,
      0,
      argv.join(" "),
    );
});

t.test("and is back", async (t) => {
  const late = (await alice.lab(["lab", "ls", "--json", "--name=late"]))[0]?.["id"];
  t.match(await alice.lab(["lab", "submit", "--json", late]), [{ id: late, job: { id: /^\d+$/ } }]);
  t.match(await alice.lab(["lab", "wait", "--json", late]), [{ state: "succeeded" }]);
  const ends = await alice.run(["lab", "wait", "--json", id("ends")]);
  t.match(
    records(ends.stdout),
    [{ state: "failed", mode: "code_error", exit_code: 3 }],
    "what ended meanwhile is told",
  );
  const cancelled = await alice.run(["lab", "wait", "--json", id("sleeps")]);
  t.match(records(cancelled.stdout), [{ state: "cancelled", message: /lab cancel/ }], "and the wish comes true");
});

t.test("the controller hangs when a run is submitted", async (t) => {
  const impatient = ["lab-submit", "--json", "--patience=1s"];
  const patient = ["lab-submit", "--json", "--patience=60s"];
  const rendered = async (name: string) => {
    const pipe = 'lab-plan "$1" | lab-snapshot | lab-resolve | lab-create | lab-render-sbatch';
    return (await alice.run(["sh", "-c", pipe, "-", file(name)])).stdout;
  };
  const [first, second] = [await rendered("given_up"), await rendered("waited_for")];
  controller("pause");
  const waiting = alice.run(patient, { input: second });
  const { code, stderr } = await alice.run(impatient, { input: first });
  const status = await alice.run(["lab", "reconcile"]);
  controller("resume");
  t.equal(code, 1);
  t.match(
    stderr,
    /cannot tell whether given_up\.\w+ was submitted: .*; whether it was accepted is not known yet \(lab reconcile finds out\)/,
  );
  t.equal(status.code, 69);
  const found = await waiting;
  t.equal(found.code, 0, found.stderr);
  t.match(records(found.stdout), [{ job: { id: /^\d+$/ } }]);
  const ids = [first, second].map((text) => records(text)[0]?.["id"] as unknown as string);
  t.match(await alice.lab(["lab", "wait", "--json", ...ids]), [{ state: "succeeded" }, { state: "succeeded" }]);
  const comments = place.root("squeue", "--noheader", "--states=all", "--format=%k");
  for (const id of ids) t.equal(comments.split("\n").filter((line) => line.endsWith(id)).length, 1, "one job");
});

t.test("slurmdbd is down: things go on, and what only accounting can tell waits for it", async (t) => {
  cluster.cluster("stop", "slurmdbd");
  const run = await alice.run(["timeout", "60", "lab", "run", "-w", "--json", file("without_dbd")]);
  t.equal(run.code, 0, run.stderr);
  t.match(records(run.stdout), [{ state: "succeeded" }]);
  const { fails } = await runAll(alice, { fails: { body: "exit 4" } });
  await inState(place, fails?.["job"].id, "FAILED");
  const pass = await alice.run(["lab", "reconcile", "--json"]);
  t.equal(pass.code, 69);
  t.match(pass.stderr, /cannot ask Slurm's accounting: .*Connection refused/);
  t.match(await statusOf(fails?.["id"]), { state: "exited", exit_code: 4 });
  t.equal((await alice.run(["lab", "wait", "--patience=1s", fails?.["id"]])).code, 69);
  cluster.cluster("start", "slurmdbd");
  const after = await alice.run(["lab", "wait", "--json", fails?.["id"]]);
  t.match(records(after.stdout), [{ state: "failed", mode: "code_error", exit_code: 4 }]);
});

t.test("a cluster without accounting: the queue tells of ends, then the job's own record", async (t) => {
  const bare = clusterFor(t, { LAB_CLUSTER_ACCOUNTING: "0", LAB_CLUSTER_SET: "MinJobAge=10" });
  const env = {
    SLURM_CONF: bare.env["SLURM_CONF"] ?? "",
    LAB_SCHEDULER_ACCOUNTING_GRACE: "2s",
    LAB_SCHEDULER_MISSING_JOB_GRACE: "3s",
  };
  const there = await site({ name: "no accounting", env });
  t.teardown(() => there.remove());
  const bob = there.person("lab-bob");
  const sleeps = { body: "sleep 300" };
  const hungry = "head -c 300m /dev/zero | tail >/dev/null";
  const runs = await runAll(bob, {
    succeeds: {},
    fails: { body: "exit 3" },
    oom: { body: hungry },
    oom_in_step: { body: `srun sh -c '${hungry}'; exit 1` },
    cancelled: sleeps,
    cancelled_by_root: sleeps,
    node_fail: { ...sleeps, resources: { sbatch_extra: [`--nodelist=${bare.nodes[1]}`] } },
    script_killed: sleeps,
  });
  const job = (name: string): string => runs[name]?.["job"].id;
  for (const name of ["cancelled", "cancelled_by_root", "node_fail", "script_killed"]) {
    await inState(there, job(name), "RUNNING");
    await until("its start", () => fs.existsSync(path.join(runs[name]?.["run_dir"], ".lab/attempt-1/job.log")));
  }
  // Begun before the ends: this controller forgets within seconds how a job ended, and nobody else knows.
  const all = Object.values(runs).map((run) => run["id"] as string);
  const waiting = bob.run(["lab", "wait", "--json", "--timeout=100s", ...all]);
  bare.root("scontrol", "update", `nodename=${bare.nodes[1]}`, "state=down", "reason=test");
  bare.root("scancel", job("cancelled_by_root"));
  bare.as("lab-bob", "scancel", "--batch", "--signal=KILL", job("script_killed"));
  await bob.lab(["lab", "cancel", runs["cancelled"]?.["id"]]);
  const ends = byName(records((await waiting).stdout));
  const memory = bare.cgroups ? { mode: "oom" } : { state: "failed" };
  t.match(ends, {
    succeeds: { state: "succeeded", exit_code: 0 },
    fails: { state: "failed", mode: "code_error", exit_code: 3 },
    oom: memory,
    oom_in_step: { ...memory, exit_code: 1 },
    cancelled: { state: "cancelled", message: /lab cancel/ },
    cancelled_by_root: { state: "cancelled" },
    node_fail: { state: "failed", mode: "node_fail" },
    script_killed: { state: "failed", mode: "code_error", message: /without an exit record/ },
  });

  const [why] = await bob.lab(["lab", "why", "--json", runs["oom_in_step"]?.["id"]]);
  if (bare.cgroups) t.match(why?.["log"].join("\n"), /oom-kill event|Out Of Memory/);

  // These end while nobody looks, until the controller has forgotten them.
  const unseen = await runAll(bob, {
    unseen: {},
    unseen_fails: { body: "exit 5" },
    unseen_killed: { body: "kill -9 $PPID; sleep 9" },
  });
  const ids = Object.values(unseen).map((run) => run["id"] as string);
  await until(
    "all to be forgotten",
    () => Object.values(unseen).every((run) => !statesOf(there).has(run["job"].id)),
    100,
  );
  const told = await bob.run(["lab", "wait", "--json", "--timeout=60s", ...ids]);
  t.match(byName(records(told.stdout)), {
    unseen: { state: "succeeded" },
    unseen_fails: { state: "failed", mode: "code_error", exit_code: 5 },
    unseen_killed: { state: "lost", hint: /lab forget/ },
  });
  const lost = unseen["unseen_killed"]?.["id"];
  t.match(await bob.lab(["lab", "why", "--json", lost]), [
    { state: "lost", message: /neither the queue nor accounting/ },
  ]);
  t.match(await bob.lab(["lab", "forget", "--json", lost]), [{ state: "lost", message: "given up by its owner" }]);
});
