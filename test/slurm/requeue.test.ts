import fs from "node:fs";
import path from "node:path";
import t from "tap";
import {
  byName,
  clusterFor,
  type Fields,
  inState,
  recipe,
  runAll,
  type Small,
  site,
  statesOf,
} from "../support/cluster.js";
import { until } from "../support/sandbox.js";

// Every end that is no fault of a run's own, on a real cluster, all at once: each run goes on by itself from the right checkpoint.
t.setTimeout(600_000);
const cluster = clusterFor(t);
const place = await site({ name: "requeue", env: { ...cluster.env, LAB_SCHEDULER_ACCOUNTING_GRACE: "3s" } });
t.teardown(() => place.remove());
const alice = place.person("lab-alice");
const [n1 = "", n2 = "", n3 = "", n4 = "", n5 = ""] = cluster.nodes;
const on = (node: string, more = {}) => ({ sbatch_extra: [`--nodelist=${node}`], ...more });
const more = (words = "") =>
  `[checkpoints]\nrequeue = true\nresume_arg = "--resume"\n${words}\n[outputs.result]\ntype = "result"\n[params]`;

const work = `mkdir -p "$LAB_RUN_DIR/checkpoints" && cd "$LAB_RUN_DIR/checkpoints"
[ "$LAB_ATTEMPT" = 1 ] || exit 0
touch step-9.pt step-10.pt step-11.pt.tmp`;
const sleeping = `${work}\necho runs; sleep 300`;
const command = (body: string) => ["bash", "-c", body, "-"];
const saving = `${work}\ntrap 'touch step-20.pt; exit 0' USR1; echo runs; while :; do sleep 0.2; done`;

const recipes: Record<string, Small> = {
  preempted: { command: command(sleeping), resources: on(n3, { cpus: 16, partition: "low" }), more: more() },
  preempted_cancel: { command: command(sleeping), resources: on(n2, { cpus: 16, partition: "scav" }), more: more() },
  node_fail: { command: command(sleeping), resources: on(n4), more: more() },
  slurmd_killed: { command: command(sleeping), resources: on(n5, { partition: "low" }), more: more() },
  warned: { command: command(saving), resources: on(n1), more: more('signal = "USR1"\nwarn = "40s"') },
  deaf: { command: command(sleeping), resources: on(n1), more: more('warn = "20s"') },
  over: { command: command(sleeping), resources: on(n1), more: more('warn = "5s"') },
  last: { command: command(sleeping), resources: on(n1), more: more('warn = "5s"\nmax_attempts = 1') },
};

const sent: Record<string, Fields> = await runAll(alice, recipes);
const job = (name: string): string => sent[name]?.["job"]?.id ?? "";
const lab = (name: string) => path.join(sent[name]?.["run_dir"] ?? "", ".lab");
const read = (name: string, file: string) => fs.readFileSync(path.join(lab(name), file), "utf8");
const json = (name: string, file: string): Fields => JSON.parse(read(name, file));
for (const name of Object.keys(recipes)) {
  await inState(place, job(name), "RUNNING");
  await until(
    `${name} runs`,
    () => fs.existsSync(path.join(lab(name), "attempt-1/job.log")) && read(name, "attempt-1/job.log") !== "",
  );
}

// Three points of a sweep in one array, each evaluated by two ranks.
const point = `mkdir -p "$LAB_RUN_DIR/checkpoints"; touch "$LAB_RUN_DIR/checkpoints/step-$((10 * $0)).pt"
[ "$LAB_ATTEMPT" = 1 ] || exit 0
echo runs; until [ -e "$LAB_RUN_DIR/go" ]; do sleep 0.2; done`;
const evaluation = 'echo "rank $RANK of $WORLD_SIZE at $(basename "$1")"';
const launched = `[eval]\ncommand = ["bash", "-c", ${JSON.stringify(evaluation)}, "-", "{checkpoint.path}"]\ncheckpoint = "latest"
[eval.launcher]\nkind = "srun"\nnproc_per_node = 2`;
const swept = recipe("points", {
  command: ["bash", "-c", point, "{params.x}"],
  resources: on(n1, { cpus: 4, partition: "low" }),
  more: `${more('warn = "5s"')}\nx = 1\n[sweep.axes]\n"params.x" = [1, 2, 3]\n${launched}`,
});
const sweep = await alice.lab(["lab", "sweep", "--json", alice.write("r/points.toml", swept)]);
const points = sweep.filter(({ type }) => type === "run");
for (const each of points) {
  const log = path.join(each["run_dir"], ".lab/attempt-1/job.log");
  await until("a point runs", () => fs.existsSync(log) && fs.readFileSync(log, "utf8") !== "");
}
cluster.as("lab-alice", "sbatch", "-o/dev/null", "--mem=10", "-c4", `-w${n1}`, "--wrap=true");
const stateOf = (each: Fields) => statesOf(place).get(each["job"].id);
const preempted = await until("one of them is preempted", () => points.find((each) => stateOf(each) !== "RUNNING"));
const [untouched, over] = points.filter((each) => each !== preempted) as [Fields, Fields];
place.root("scontrol", "update", `jobid=${over["job"].id}`, "endtime=now+1");

// What happens to them.
cluster.cluster("stop", n5);
for (const [name, s] of Object.entries({ warned: 60, deaf: 35, over: 1, last: 1 }))
  place.root("scontrol", "update", `jobid=${job(name)}`, `endtime=now+${s}`);
for (const node of [n2, n3])
  cluster.as("lab-alice", "sbatch", "-o/dev/null", "--mem=10", "-c16", `-w${node}`, "--wrap=true");
cluster.cluster("node-down", "4");
await inState(place, job("node_fail"), "PENDING");
cluster.cluster("node-up", "4");
const ids = [...Object.values(sent), ...points].map(({ id }) => id as string);
const waited = alice.lab(["lab", "wait", "--json", ...ids], { code: 1 });
await inState(place, job("slurmd_killed"), "PENDING");
cluster.cluster("start", n5);
await until("one has reached its limit", () => stateOf(over) !== "RUNNING");
fs.writeFileSync(path.join(untouched["run_dir"], "go"), "");
const statuses = await waited;
const ended = byName(statuses);

t.test("each goes on from the right checkpoint", async (t) => {
  for (const name of Object.keys(recipes).filter((one) => one !== "last")) {
    t.match(ended[name], { state: "succeeded", attempt: 2 }, name);
    const step = name === "warned" ? 20 : 10;
    const checkpoint = path.join(sent[name]?.["run_dir"], `checkpoints/step-${step}.pt`);
    t.match(json(name, "attempt-2/start.json"), { resume: { path: checkpoint, step, how: "step" } }, name);
  }
});

t.test("queued again by Slurm, by its job, or submitted again for the next generation of its claim", async (t) => {
  for (const name of ["preempted", "node_fail", "slurmd_killed", "warned", "deaf"]) {
    t.match(json(name, "attempt-2/start.json"), { submission: 1, restart: 1, job: job(name) }, name);
  }
  t.match(json("warned", "attempt-1/exit.json"), { reason: "timeout", code: 75 });
  t.match(json("deaf", "attempt-1/exit.json"), { reason: "timeout", signal: "SIGTERM" });
  for (const name of ["preempted_cancel", "over"]) {
    t.match(json(name, "attempt-2/start.json"), { submission: 2 }, name);
    t.match(json(name, "submit-2/context.json"), { claim: { generation: 2 } }, name);
    t.not(json(name, "submit-2/receipt.json")["job"], job(name));
  }
});

t.test("of an array each goes on by itself, and the others are left alone", async (t) => {
  const by = new Map(statuses.map((status) => [status["id"], status]));
  const of = (each: Fields, file: string) => fs.readFileSync(path.join(each["run_dir"], ".lab", file), "utf8");
  t.equal(new Set(points.map(({ submission }) => submission.array?.id)).size, 1);
  t.match(by.get(untouched["id"]), { state: "succeeded", attempt: 1 });
  for (const each of [preempted, over]) {
    t.match(by.get(each["id"]), { state: "succeeded", attempt: 2 });
    const checkpoint = path.join(each["run_dir"], `checkpoints/step-${10 * each["sweep"].point["params.x"]}.pt`);
    t.match(JSON.parse(of(each, "attempt-2/start.json")), { resume: { path: checkpoint } });
  }
  t.match(JSON.parse(of(preempted, "attempt-2/start.json")), { submission: 1, restart: 1, job: preempted["job"].id });
  t.match(JSON.parse(of(over, "attempt-2/start.json")), { submission: 2 });
  for (const each of points) {
    const attempt = each === untouched ? 1 : 2;
    t.match(JSON.parse(of(each, `attempt-${attempt}/eval.json`)), { state: "succeeded" });
    const said = of(each, `attempt-${attempt}/eval.log`).trim().split("\n").sort();
    const step = 10 * each["sweep"].point["params.x"];
    t.strictSame(
      said,
      [0, 1].map((rank) => `rank ${rank} of 2 at step-${step}.pt`),
    );
  }
});

t.test("the last attempt's end is the run's", async (t) => {
  t.match(ended["last"], { state: "failed", mode: "timeout", attempt: 1 });
});
