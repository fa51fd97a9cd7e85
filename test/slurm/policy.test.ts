import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { byName, type Fields, recipe, runAll, site } from "../support/cluster.js";
import { records, root, until } from "../support/sandbox.js";

// A policy over a training that runs on a real cluster: each fifth of its checkpoints is evaluated once, while it goes on,
// though the evaluator is killed, and the agent that runs it, and two are started at once. And what lab-throttle holds, it releases, and nothing else.
t.setTimeout(600_000);
const SLURM_CONF = process.env["SLURM_CONF"] ?? "";
const place = await site({ name: "policy", env: { SLURM_CONF, LAB_SCHEDULER_ACCOUNTING_GRACE: "3s" } });
t.teardown(() => place.remove());
const alice = place.person("lab-alice");
const hook = path.join(place.dir, "kill-at.cjs");
fs.copyFileSync(path.join(root, "test/support/kill-at.cjs"), hook);
fs.chmodSync(hook, 0o644);

const stream = '[outputs.checkpoint]\ntype = "checkpoint_stream"\nmarker = "_DONE"\n';
const steps = (from: number, to: number) =>
  `for i in $(seq ${from} ${to}); do d="$LAB_OUTPUT_CHECKPOINT/step_$i"; mkdir -p "$d"; : >"$d/_DONE"; done`;
const gate = (name: string) => `until [ -e "$LAB_RUN_DIR/${name}" ]; do sleep 0.1; done`;
const judged = `n=$(basename "$LAB_INPUT_CHECKPOINT"); mkdir -p "$LAB_OUTPUT_RESULT"
echo "{\\"accuracy\\": 0.\${n#step_}}" >"$LAB_OUTPUT_RESULT/result.json"`;
const result =
  '[inputs.checkpoint]\ntype = "checkpoint"\n[outputs.result]\ntype = "eval_result"\nmarker = "result.json"\n';
alice.write("p/judge.toml", recipe("judge", { body: judged, more: result }));
alice.write(
  "p/policies/every-fifth.toml",
  `name = "every-fifth"
recipe = "../judge.toml"
metric = "accuracy"
[applies_to]
type = "checkpoint"
producer_recipe = "training"
[cadence]
every_n_steps = 5
[retry]
max_attempts = 20
`,
);

/** Submits the training, whose job looks for steps every second. */
async function start(): Promise<Fields> {
  const body = `${steps(1, 12)}; ${gate("go")}; ${steps(13, 20)}; ${gate("end")}`;
  const file = alice.write("r/training.toml", recipe("training", { body, more: stream }));
  const pipe = 'lab-plan "$1" | lab-snapshot | lab-resolve | lab-create | lab-render-sbatch --json';
  const rendered = await alice.run(["sh", "-c", pipe, "-", file]);
  const script = (JSON.parse(rendered.stdout) as Fields)["submission"].script as string;
  const text = fs.readFileSync(script, "utf8");
  fs.writeFileSync(script, text.replace(/^lab_run=/m, "export LAB_BEAT_S=1\nlab_run="));
  const [sent = {}] = await alice.lab(["lab-submit", "--json"], { input: rendered.stdout });
  return sent;
}

/** One pass of the evaluator and the pipe behind it, killed before its n-th write where that is said; the runs that were sent. */
async function pass(at?: number): Promise<Fields[]> {
  const pipe = [
    "lab-evald --json p/policies | lab-snapshot | lab-resolve | lab-create | lab-cache | lab-render-sbatch",
    "lab-submit --json",
  ].join(" | ");
  const kill = { command: "lab-evald", at, roots: [place.registry] };
  const env = at === undefined ? {} : { NODE_OPTIONS: `--require "${hook}"`, LAB_TEST_KILL: JSON.stringify(kill) };
  const { stdout, stderr, code } = await alice.run(["sh", "-c", pipe], { env });
  if (code !== 0 && at === undefined) throw new Error(stderr);
  return records(stdout).filter(({ type }) => type === "run");
}
/** The agent, as one types it, in the background; its process. */
const settings = [
  ...["policies_dir=p/policies", "reconcile_interval_secs=1", "evald_interval_secs=1"].flatMap((word) => [
    "-c",
    `dispatch.${word}`,
  ]),
];
async function agent(): Promise<number> {
  const { stdout } = await alice.run([
    "sh",
    "-c",
    'lab-agent --loop "$@" >/dev/null 2>&1 & echo $!',
    "sh",
    ...settings,
  ]);
  return Number(stdout);
}

const evals = path.join(place.registry, "evals/lab-alice/every-fifth");
/** An hour goes by for all that was asked for. */
const age = () => {
  const long = new Date(Date.now() - 3_700_000);
  const names = fs.existsSync(evals) ? fs.readdirSync(evals).filter((name) => name.endsWith(".json")) : [];
  for (const name of names) fs.utimesSync(path.join(evals, name), long, long);
};

t.test(
  "each fifth checkpoint once, while the training runs, whoever is killed and however many look at once",
  async (t) => {
    const training = await start();
    const dir = String(training["run_dir"]);
    const noted = (n: number) =>
      until(`${n} steps noted`, () => {
        const file = path.join(dir, ".lab/attempt-1/steps.ndjson");
        return fs.existsSync(file) && fs.readFileSync(file, "utf8").trim().split("\n").length >= n;
      });
    await noted(12);
    await alice.lab(["lab-register", "--json", training["id"]]);
    const sent: Fields[] = [];
    for (const at of [1, 3, 5, 7, 9, 12]) {
      sent.push(...(await pass(at)));
      age();
    }
    sent.push(...(await pass()));
    t.same(
      sent.map(({ name }) => name),
      ["judge", "judge"],
      "steps 5 and 10",
    );
    const first = await agent();
    fs.writeFileSync(path.join(dir, "go"), "");
    const asked = () => fs.readdirSync(evals).filter((name) => name.endsWith(".json")).length;
    const before = asked();
    await until("the agent is in the middle of it", () => asked() > before);
    process.kill(first, "SIGKILL");
    const both = [await agent(), await agent()];
    await until("all is evaluated", async () => {
      const [summary] = await alice.lab(["lab-policies", "--json", "p/policies"]);
      return summary?.["evaluated"] === 4;
    });
    for (const pid of both) process.kill(pid, "SIGTERM");
    await until("the agents are gone", () => both.every((pid) => !fs.existsSync(`/proc/${pid}`)));
    const judges = await alice.lab(["lab-ls", "--json", "--name", "judge"]);
    t.equal(judges.length, 4, "exactly its evaluations");
    place.root("sdiag", "--reset");
    t.match(await alice.run(["lab-agent", ...settings]), { code: 0 });
    const calls = Number(/lab-alice\s*\(\s*\d+\)\s+count:(\d+)/.exec(place.root("sdiag"))?.[1]);
    t.ok(calls >= 1 && calls <= 10, `${calls} calls of the scheduler in a pass while something runs`);
    t.match(await alice.lab(["lab-status", "--json", "--name=training"]), [{ state: "running" }], "it still runs");
    t.same(await pass(), []);
    const [summary] = await alice.lab(["lab-policies", "--json", "p/policies"]);
    t.match(summary, { applies: 4, evaluated: 4, pending: 0, due: 0, exhausted: 0, values: [0.5, 0.1, 0.15, 0.2] });
    t.equal(summary?.["trend"].length, 4);
    fs.writeFileSync(path.join(dir, "end"), "");
    await alice.lab(["lab-wait", "--json", training["id"]]);
    t.same(await pass(), [], "and nothing more at its end");
    const wrong = records((await alice.run(["lab-fsck", "--json"])).stdout).filter(({ repairable }) => !repairable);
    t.same(wrong, []);
  },
);

t.test("what is too much at once is held and released; what a person holds stays", async (t) => {
  const later = { body: "true", resources: { sbatch_extra: ["--begin=now+3hours"] } };
  const runs = byName(Object.values(await runAll(alice, { nap1: later, nap2: later, nap3: later, nap4: later })));
  const ids = ["nap1", "nap2", "nap3", "nap4"].map((name) => String(runs[name]?.["job"].id));
  const held = () => {
    const rows = place
      .root("squeue", "--noheader", "--format=%i %r", `--jobs=${ids.join(",")}`)
      .trim()
      .split("\n");
    const byJob = new Map(rows.map((row) => row.trim().split(" ") as [string, string]));
    return ids.flatMap((id, i) => (byJob.get(id) === "JobHeldUser" ? [`nap${i + 1}`] : []));
  };
  const throttle = async (...options: string[]) =>
    (await alice.lab(["lab-throttle", "--json", ...options])).map(({ name, state }) => `${name} ${state}`).sort();
  await alice.run(["scontrol", "hold", ids[0] ?? ""]);
  t.same(await throttle("--name=nap?", "--max=1"), ["nap3 held", "nap4 held"]);
  t.same(held(), ["nap1", "nap3", "nap4"]);
  t.same(await throttle("--name=nap?", "--max=1"), [], "twice is once");
  t.same(await throttle("--name=nap?", "--max=2"), ["nap3 released"]);
  t.same(held(), ["nap1", "nap4"]);
  t.same(await throttle("--name=nap?", "--max=1", "--order=newest"), ["nap2 held", "nap3 held", "nap4 released"]);
  // Killed between the word and the deed, the deed is done by the next.
  await alice.run(["scontrol", "release", ids[1] ?? ""]);
  t.same(await throttle("--name=nap?", "--max=1", "--order=newest"), ["nap2 held"]);
  t.same(await throttle("--release"), ["nap2 released", "nap3 released"]);
  t.same(held(), ["nap1"], "hers stays");
  await alice.lab(["lab-cancel", "--json", ...Object.values(runs).map(({ id }) => id as string)]);
  t.same(fs.readdirSync(path.join(place.registry, "holds/lab-alice")), []);
});
