import { execFileSync } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { byName, clusterFor, type Fields, inState, recipe, runAll, type Small, site } from "../support/cluster.js";
import { records, until } from "../support/sandbox.js";

// Every end that a run can come to on a real cluster, all at once, as its owner types it and as she is told of it.
t.setTimeout(600_000);
const cluster = clusterFor(t);
const place = await site({ name: "run", env: { ...cluster.env, LAB_SCHEDULER_ACCOUNTING_GRACE: "3s" } });
t.teardown(() => place.remove());
const alice = place.person("lab-alice");
const [n1 = "", , n3 = "", n4 = ""] = cluster.nodes;
const on = (node: string, ...more: string[]) => ({ sbatch_extra: [`--nodelist=${node}`, ...more] });
const hungry = "head -c 300m /dev/zero | tail >/dev/null";
const input = (name: string) =>
  `[inputs.data]\ntype = "external"\npath = ${JSON.stringify(alice.write(`data/${name}.txt`, "as it was planned\n"))}\nfingerprint = "sha256"`;

const recipes: Record<string, Small> = {
  preempted: { body: "sleep 300", resources: { ...on(n3), cpus: 16, partition: "scav" } },
  node_fail: { body: "sleep 300", resources: on(n4) },
  requeued: { body: '[ "$LAB_ATTEMPT" -gt 1 ] || sleep 300', resources: on(n1) },
  het: {
    body: "srun --het-group=0,1 sh -c 'echo \"$SLURMD_NODENAME $PWD\"'",
    resources: on(n1),
    more: `[[resources.components]]\ngpus = 1\nsbatch_extra = ["--nodelist=${n4}"]`,
  },
  two_nodes: {
    body: "srun sh -c 'cat examples/recipes/minimal.toml >/dev/null && pwd'",
    resources: { nodes: 2, exclude: n3 },
  },
  gpus: {
    body: "echo gpus=$CUDA_VISIBLE_DEVICES; srun sh -c 'echo step=$CUDA_VISIBLE_DEVICES'",
    resources: { ...on(n1), gpus: 2 },
  },
  failing: { body: "echo working; echo 'ValueError: no such layer' >&2; exit 3", resources: on(n1) },
  killed: { body: "echo before; kill -9 $$", resources: on(n1) },
  script_killed: { body: "sleep 300", resources: on(n1) },
  oom: { body: hungry, resources: on(n1) },
  oom_in_step: { body: `srun sh -c '${hungry}'; exit 1`, resources: on(n1) },
  oom_survived: { body: `srun sh -c '${hungry}'; exit 0`, resources: on(n1) },
  timeout: { body: "sleep 300", resources: on(n1) },
  cancelled: { body: "sleep 300", resources: on(n1) },
  cancelled_held: { resources: on(n1, "--hold") },
  cancelled_by_root: { body: "sleep 300", resources: on(n1) },
  no_command: { command: ["no-such-command"], resources: on(n1) },
  no_venv: { resources: on(n1), more: '[environment]\nvenv = "nowhere"' },
  no_module: { resources: on(n1), more: '[environment]\nmodules = ["cuda/12.4"]' },
  unwritable: { resources: on(n1, "--hold") },
  input_changed: { resources: on(n1, "--hold"), more: input("changed") },
  input_removed: { resources: on(n1, "--hold"), more: input("removed") },
  target: { body: "exit 3", resources: on(n1, "--hold") },
};

// `lab run -w` waits; everything else goes on meanwhile.
const train = [
  "lab",
  "run",
  "-w",
  "--set",
  `resources.sbatch_extra=["--nodelist=${n1}"]`,
  "examples/recipes/train.toml",
];
const training = alice.run([...train, "--json"]);
const sent: Record<string, Fields> = await runAll(alice, recipes);
const id = (name: string): string => sent[name]?.["id"] ?? "";
const job = (name: string): string => sent[name]?.["job"]?.id ?? "";
const lab = (name: string) => path.join(sent[name]?.["run_dir"] ?? "", ".lab");
const read = (name: string, file: string) => fs.readFileSync(path.join(lab(name), file), "utf8");

// What else happens to them.
const target = id("target");
Object.assign(
  sent,
  await runAll(alice, {
    dep_ok: { resources: on(n1), more: `[after]\nafterok = ["${target}"]` },
    dep_notok: { resources: on(n1), more: `[after]\nafternotok = ["${target}"]` },
    dep_any: { resources: on(n1), more: `[after]\nafterany = ["${job("target")}"]` },
    dep_after: { resources: on(n1), more: `[after]\nafter = ["${target.slice(-6)}"]` },
  }),
);
const byHand = byName(
  await alice.lab([
    "sh",
    "-c",
    'lab-plan "$1" | lab-snapshot | lab-resolve | lab-create | lab-render-sbatch',
    "-",
    alice.write("r/by_hand.toml", recipe("by_hand", { body: "sleep 2; echo by hand", resources: on(n1) })),
  ]),
);
Object.assign(sent, byHand);
const script = byHand["by_hand"]?.["submission"].script as string;
const bySbatch = [1, 2].map(() => cluster.as("lab-alice", "sbatch", "--parsable", script).trim());

const sleeping = ["preempted", "node_fail", "requeued", "script_killed", "timeout", "cancelled", "cancelled_by_root"];
for (const name of sleeping) {
  await inState(place, job(name), "RUNNING");
  await until(`${name} begun`, () => fs.existsSync(path.join(lab(name), "attempt-1/job.log")));
}
place.root("scontrol", "update", `jobid=${job("timeout")}`, "endtime=now+3");
place.root("scancel", job("cancelled_by_root"));
place.root("scontrol", "update", `jobid=${job("requeued")}`, "requeue=1");
const [askedAgain] = await alice.lab(["lab", "requeue", "--json", id("requeued")]);
cluster.as("lab-alice", "scancel", "--batch", "--signal=KILL", job("script_killed"));
await alice.lab(["lab", "cancel", "--reason", "wrong data", id("cancelled"), id("cancelled_held")]);
fs.writeFileSync(path.join(alice.repo, "data/changed.txt"), "as it is now\n");
fs.rmSync(path.join(alice.repo, "data/removed.txt"));
fs.chmodSync(path.join(lab("unwritable"), "submit-1"), 0o500);
for (const name of ["input_changed", "input_removed", "unwritable", "target"])
  cluster.as("lab-alice", "scontrol", "release", job(name));
await inState(place, job("het"), "COMPLETED");
cluster.cluster("node-down", "4");
cluster.as("lab-alice", "sbatch", "-o/dev/null", "--mem=10", "-c16", `-w${n3}`, "--wrap=true");

t.test("lab run -w trains the example", async (t) => {
  const { code, stdout, stderr } = await training;
  t.equal(code, 0, stderr);
  const [status] = records(stdout) as Fields[];
  t.match(status, { type: "status", name: "digits", state: "succeeded", exit_code: 0, attempt: 1, tags: ["example"] });
  const run = status?.["id"];
  const [shown = {}] = await alice.lab(["lab", "show", "--json", run]);
  t.match(shown, {
    id: run,
    state: "succeeded",
    key: { digest: /^sha256:/ },
    source: { kind: "git", root: alice.repo, commit: /^[0-9a-f]{40}$/, dirty: true },
    metrics: { test_accuracy: Number, loss: Number },
    scheduler: { job: { verdict: "completed", steps: [{ step: "batch", word: "COMPLETED" }] } },
    submissions: [{ n: 1, intent: { by: "submit" }, receipt: { argv: ["sbatch", "--parsable", /script\.sh$/] } }],
  });
  t.ok(shown["metrics"].test_accuracy > 0.9, "it has learned to read");
  const metrics = await alice.lab(["lab", "metrics", "--json", run]);
  t.same(
    metrics.filter(({ name, step }) => name === "accuracy" && step !== undefined).map(({ step }) => step),
    [1, 2, 3, 4, 5],
  );
  const log = (await alice.run(["lab", "log", "--text", run])).stdout;
  t.match(log, /epoch 5\/5: .*\ntest accuracy \d/);

  const attempt = path.join(shown["run_dir"], ".lab/attempt-1");
  const exit = JSON.parse(fs.readFileSync(path.join(attempt, "exit.json"), "utf8"));
  t.match(exit, { reason: "command", code: 0, peak_mem_bytes: Number, usage: { cpu_s: Number } });
  t.ok(exit.usage.cpu_s > 0.5, "the processors worked");
  const steps = records(fs.readFileSync(path.join(attempt, "steps.ndjson"), "utf8")) as Fields[];
  t.same(steps.map(({ step }) => step).sort(), [1, 2, 3, 4, 5]);
  const { outputs } = shown as Fields;
  for (const { path: made, step, digest, complete, bytes } of exit.outputs as Fields[]) {
    t.ok(complete && bytes > 100 && /^sha256:/.test(digest), `${made} is described`);
    t.ok(fs.existsSync(path.join(made, step === undefined ? "result.json" : "_CHECKPOINT_METADATA")));
    t.equal(step === undefined ? made : path.dirname(made), outputs[step === undefined ? "result" : "checkpoint"].path);
    t.equal(fs.statSync(made).uid, alice.uid);
  }
  const { tar } = shown["source"] as Fields;
  const listed = execFileSync("tar", ["-tf", tar], { encoding: "utf8" });
  t.match(listed, /^examples\/digits\/train\.py$/m, "the source is kept");
  t.equal(crypto.createHash("sha256").update(fs.readFileSync(tar)).digest("hex"), shown["source"].tar_digest.slice(7));
  const events = (await alice.lab(["lab", "events", "--json"])).filter((event) => event["run"] === run);
  const told = events.map(({ event }) => event as string);
  t.same(
    told.filter((event) => event.startsWith("run_")),
    ["run_created", "run_claimed", "run_submitted", "run_succeeded", "run_registered"],
  );
  t.equal(told.filter((event) => event === "artifact_registered").length, 6, "five steps and a result");
  const again = await alice.lab(["lab", "plan", "--json", "examples/recipes/train.toml"]);
  t.not(again[0]?.["id"], run);
});

t.test("a refusal is told with its remedy, and is how the run ended", async (t) => {
  const file = alice.write("r/refused.toml", recipe("refused", { resources: { partition: "lwo" } }));
  const { code, stdout, stderr } = await alice.run(["lab", "run", "--json", file]);
  const [run] = records(stdout) as Fields[];
  t.equal(code, 1);
  t.match(
    stderr,
    /^lab-submit: \S+: cannot submit it: Invalid partition name specified .*\(this cluster has: debug, low, .*did you mean 'low'\?\)\n$/,
  );
  t.match(run, { error: { code: "refused", message: /Invalid partition name/, hint: /this cluster has/ } });
  const [why] = await alice.lab(["lab", "why", "--json", run?.["id"]]);
  t.match(why, {
    state: "failed",
    mode: "submit_error",
    message: /Invalid partition name/,
    try: [/did you mean 'low'/],
  });
  t.match(await alice.lab(["lab", "status", "--json", "--name=refused"]), [{ state: "failed", mode: "submit_error" }]);
});

t.test("what runs, and what waits", async (t) => {
  const waiting = await runAll(alice, {
    held: { resources: on(n1, "--hold") },
    impossible: { resources: { partition: "short", time: "00:05:00" } },
  });
  const [held] = await alice.lab(["lab", "why", "--json", waiting["held"]?.["id"]]);
  t.match(held, { type: "reason", state: "queued", message: /held/, try: [/scontrol release/] });
  const impossible = await until("Slurm's reason", async () => {
    const [why] = await alice.lab(["lab", "why", "--json", waiting["impossible"]?.["id"]]);
    return /time/.test(why?.["message"]) ? why : undefined;
  });
  t.match(impossible, { state: "queued", message: /longer than .* time limit|more time than/, try: [String] });
  t.match(await alice.lab(["lab", "ls", "--json", "--state=queued"]), [{ state: "queued" }, { state: "queued" }]);
  t.match(await alice.lab(["lab", "cancel", waiting["held"]?.["id"], waiting["impossible"]?.["id"]]), [{}, {}]);
});

const all = Object.values(sent).map((run) => run["id"] as string);
let ends: Record<string, Fields> = {};

t.test("the wait tells of all, and that not all is well", async (t) => {
  const waited = await alice.run(["lab", "wait", "--json", "--timeout=200s", ...all]);
  ends = byName(records(waited.stdout));
  t.equal(waited.code, 1, waited.stderr);
  t.equal(waited.stderr, "");
  t.same(Object.keys(ends).sort(), Object.keys(sent).sort());
});

const expected: Record<string, { is: Fields; why: Fields }> = {
  het: { is: { state: "succeeded", attempt: 1 }, why: {} },
  two_nodes: { is: { state: "succeeded" }, why: {} },
  gpus: { is: { state: "succeeded" }, why: {} },
  requeued: { is: { state: "succeeded", attempt: 2 }, why: {} },
  by_hand: { is: { state: "succeeded" }, why: {} },
  oom_survived: { is: { state: "succeeded" }, why: {} },
  dep_notok: { is: { state: "succeeded" }, why: {} },
  dep_any: { is: { state: "succeeded" }, why: {} },
  dep_after: { is: { state: "succeeded" }, why: {} },
  failing: {
    is: { state: "failed", mode: "code_error", exit_code: 3, message: /^exit code 3(: ValueError: no such layer)?$/ },
    why: { log: ["working", "ValueError: no such layer", /code_error|exit code 3/] },
  },
  target: { is: { state: "failed", mode: "code_error", exit_code: 3 }, why: {} },
  killed: {
    is: { state: "failed", mode: "code_error", exit_code: 137, signal: "SIGKILL", message: "killed by SIGKILL" },
    why: { log: ["before", /SIGKILL|exit code 137/] },
  },
  script_killed: {
    is: { state: "failed", mode: "code_error", message: "killed by signal 9 without an exit record" },
    why: {},
  },
  oom: {
    is: { state: "failed", mode: "oom", message: "it ran out of memory" },
    why: {
      try: [
        /^it asked for 100 MiB and used at least \d+ MiB; ask for more: lab run --set resources\.mem='"200MB"' '/,
        /use less/,
      ],
    },
  },
  oom_in_step: { is: { state: "failed", mode: "oom" }, why: { try: [/resources\.mem/, String] } },
  timeout: {
    is: { state: "failed", mode: "timeout", message: "it reached its time limit" },
    why: { try: [/it had 10m.*resources\.time/, String] },
  },
  cancelled: { is: { state: "cancelled", mode: "cancelled", message: "cancelled with lab cancel" }, why: {} },
  cancelled_held: { is: { state: "cancelled", message: /lab cancel before it started/ }, why: {} },
  cancelled_by_root: { is: { state: "cancelled", message: "cancelled by uid 0" }, why: {} },
  preempted: {
    is: { state: "failed", mode: "preempted" },
    why: { try: [/run it again: lab run '.*\/a "clone" of hers\/r\/preempted\.toml'$/] },
  },
  node_fail: {
    is: { state: "failed", mode: "node_fail", message: `its node failed (${n4})` },
    why: { try: [/run it again/] },
  },
  no_command: {
    is: { state: "failed", mode: "launch_error", exit_code: 127, message: /no-such-command.*no such command/ },
    why: { try: [/by its path, or in \[environment\]/, /lab log/, /once it is mended: lab run/] },
  },
  no_venv: {
    is: { state: "failed", mode: "launch_error", message: /nowhere/ },
    why: { try: [/python3 -m venv/, /lab log/, /once it is mended: lab run/] },
  },
  no_module: { is: { state: "failed", mode: "launch_error", message: /module/ }, why: {} },
  unwritable: {
    is: { state: "failed", mode: "launch_error", message: /never reached its first line/ },
    why: { try: [String, /what the scheduler says/, /lab log/, /once it is mended: lab run/] },
  },
  input_changed: {
    is: { state: "failed", mode: "input_error", message: /input 'data': .*changed\.txt' is not what was recorded/ },
    why: { try: [/readable on the nodes/] },
  },
  input_removed: {
    is: { state: "failed", mode: "input_error", message: /input 'data': .*removed\.txt' does not exist/ },
    why: {},
  },
  dep_ok: { is: { state: "failed", mode: "dependency" }, why: { try: [/job that it waited for/] } },
};

t.test("each end has its state, mode, exit code and explanation", async (t) => {
  const status = byName(records((await alice.run(["lab", "status", "--json"])).stdout));
  const reasons = new Map((await alice.lab(["lab", "why", "--json", ...all])).map((reason) => [reason["run"], reason]));
  t.same(Object.keys(expected).sort(), Object.keys(sent).sort(), "all that was sent is expected to end somehow");
  for (const [name, { is, why }] of Object.entries(expected)) {
    t.match(ends[name], is, `${name}: wait`);
    t.match(status[name], is, `${name}: status`);
    const { state, mode } = is;
    t.match(reasons.get(id(name)), { type: "reason", state, ...(mode ? { mode } : {}), ...why }, `${name}: why`);
  }
});

t.test("what the jobs saw and left", async (t) => {
  t.match(read("het", "attempt-1/job.log"), new RegExp(`${n1} .*/src\\.1\n`));
  t.match(
    read("het", "attempt-1/job.log"),
    new RegExp(`${n4} .*/src\\.1\n`),
    "the source is where both components see it",
  );
  const places = read("two_nodes", "attempt-1/job.log").trim().split("\n");
  t.equal(places.length, 2);
  t.equal(places[0], places[1]);
  t.match(places[0], /\/src\.1$/);
  t.match(read("gpus", "attempt-1/job.log"), /^gpus=(\d,\d)\nstep=\1\n$/);
  t.match(askedAgain, { message: /ends and waits to be run again/ });
  t.match(JSON.parse(read("requeued", "attempt-1/exit.json")), { asked: "SIGTERM" });
  t.match(JSON.parse(read("requeued", "attempt-2/start.json")), { job: job("requeued"), restart: 1 });
  t.match(JSON.parse(read("timeout", "attempt-1/exit.json")), { asked: "SIGTERM", signal: "SIGTERM" });
  t.match(JSON.parse(read("cancelled", "cancel.json")), { reason: "wrong data", user: "lab-alice" });
  t.notOk(fs.existsSync(path.join(lab("cancelled_held"), "attempt-1")));
  t.notOk(fs.existsSync(path.join(lab("script_killed"), "attempt-1/exit.json")), "nobody was left to write it");
  // Both were sent by hand; the one that is too late may begin when the other has ended.
  const exits = await until("both jobs by hand to end", () => {
    const files = ["attempt-1", "attempt-2"].map((name) => path.join(lab("by_hand"), name, "exit.json"));
    if (!files.every((file) => fs.existsSync(file))) return undefined;
    return files.map((file) => JSON.parse(fs.readFileSync(file, "utf8")) as Fields);
  });
  t.same(exits.map((exit) => exit["reason"]).sort(), ["command", "superseded"], "of two by hand one runs");
  const ran = exits.find((exit) => exit["reason"] === "command");
  t.equal(read("by_hand", `attempt-${ran?.["attempt"]}/job.log`), "by hand\n");
  t.ok(bySbatch.includes(ends["by_hand"]?.["job"]));
  for (const name of Object.keys(sent)) {
    t.equal(fs.readdirSync(lab(name)).filter((file) => /^(outcome\.json|submit-\d)$/.test(file)).length, 2, name);
    t.notMatch(slurmWords(name), /slurm_script: line/, `${name}: bash has nothing to complain of`);
  }
});

function slurmWords(name: string): string {
  const directory = path.join(lab(name), "submit-1");
  const files = fs.readdirSync(directory).filter((file) => file.endsWith(".out"));
  return files.map((file) => fs.readFileSync(path.join(directory, file), "utf8")).join("");
}

t.test("a table for eyes tells them apart too", async (t) => {
  const table = (await alice.run(["lab", "status", "--table", "--columns=name,state,mode,message"])).stdout;
  for (const row of [
    /^killed +failed +code_error +killed by SIGKILL$/m,
    /^failing +failed +code_error +exit code 3: ValueError: no such layer$/m,
    /^oom +failed +oom +it ran out of memory$/m,
    /^timeout +failed +timeout +it reached its time limit$/m,
    /^cancelled_by_root +cancelled +cancelled +cancelled by uid 0$/m,
    /^digits +succeeded$/m,
  ]) {
    t.match(table, row);
  }
});
