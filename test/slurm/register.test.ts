import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { byName, type Fields, inState, recipe, site } from "../support/cluster.js";
import { until } from "../support/sandbox.js";

// What jobs on a real cluster write becomes artifacts: steps while they run, also of those that fail or are killed; the rest
// when all went well; and colleagues see it.
t.setTimeout(600_000);
const SLURM_CONF = process.env["SLURM_CONF"] ?? "";
const place = await site({ name: "register", env: { SLURM_CONF, LAB_SCHEDULER_ACCOUNTING_GRACE: "3s" } });
t.teardown(() => place.remove());
const [alice, bob] = [place.person("lab-alice"), place.person("lab-bob")];

const outputs = `
[outputs.checkpoint]
type = "checkpoint_stream"
marker = "_DONE"
alias = "steps"
[outputs.model]
type = "model"
marker = "MODEL"
[outputs.score]
type = "eval_result"
marker = "score.json"
[collect]
globs = ["*.csv"]
`;
const step = (n: number | string, text = "x") =>
  `mkdir -p "$LAB_OUTPUT_CHECKPOINT/step_${n}"; echo ${text} >"$LAB_OUTPUT_CHECKPOINT/step_${n}/w"; echo ${text} >"$LAB_OUTPUT_CHECKPOINT/step_${n}/_DONE"`;
const model = `echo m >"$LAB_OUTPUT_MODEL/w"; : >"$LAB_OUTPUT_MODEL/MODEL"`;
/** Waits until the test lets it go on. */
const gate = (name: string) => `until [ -e "$LAB_RUN_DIR/${name}" ]; do sleep 0.1; done`;

/** Submits a run whose job looks for steps every so many seconds. */
async function start(name: string, body: string, beat = 1): Promise<Fields> {
  const file = alice.write(`r/${name}.toml`, recipe(name, { body, more: outputs }));
  const rendered = await alice.run([
    "sh",
    "-c",
    'lab-plan --json "$1" | lab-snapshot | lab-resolve | lab-create | lab-render-sbatch --json',
    "-",
    file,
  ]);
  const run = JSON.parse(rendered.stdout) as Fields;
  const script = run["submission"].script as string;
  const text = fs.readFileSync(script, "utf8");
  fs.writeFileSync(script, text.replace(/^lab_run=/m, `export LAB_BEAT_S=${beat}\nlab_run=`));
  const [sent = {}] = await alice.lab(["lab-submit", "--json"], { input: rendered.stdout });
  return sent;
}
const lab = (run: Fields) => path.join(run["run_dir"], ".lab");
const open = (run: Fields, name: string) => fs.writeFileSync(path.join(run["run_dir"], name), "");
const artifacts = (run: Fields, ...options: string[]) =>
  alice.lab(["lab", "artifacts", "--json", "--run", run["id"], ...options]);
const steps = async (run: Fields) => (await artifacts(run, "--role=checkpoint")).map((one) => one["step"]).reverse();
const noted = (run: Fields, attempt: number, n: number) =>
  until(`${run["name"]}: ${n} steps noted`, () => {
    const file = path.join(lab(run), `attempt-${attempt}/steps.ndjson`);
    return fs.existsSync(file) && fs.readFileSync(file, "utf8").trim().split("\n").length >= n;
  });

const [training, failing, killed, requeued] = await Promise.all([
  start(
    "training",
    `${step(9)}; ${step(10)}; ${gate("go")}; ${step(11)}; ${model}; echo '{"accuracy": 0.5}' >"$LAB_OUTPUT_SCORE/score.json"; echo 1 >"$LAB_RUN_DIR/table.csv"`,
  ),
  start("failing", `${step(1)}; ${model}; mkdir "$LAB_OUTPUT_CHECKPOINT/step_2"; exit 3`),
  start("killed", `${gate("go")}; ${step(7)}; : >"$LAB_RUN_DIR/written"; sleep 300`, 600),
  start(
    "requeued",
    `if [ "$LAB_ATTEMPT" = 1 ]; then ${step(1, "first")}; ${step(2, "first")}; sleep 300; else ${step(1, "second")}; fi`,
  ),
]);
if (!training || !failing || !killed || !requeued) throw new Error("not all were sent");

t.test("steps are registered while the job runs, and colleagues find them", async (t) => {
  await noted(training, 1, 2);
  t.match(await alice.lab(["lab", "status", "--json", "--name=training"]), [{ state: "running" }]);
  t.same(await steps(training), [9, 10]);
  const [theirs] = await bob.lab([
    "lab",
    "artifacts",
    "--json",
    "--user=lab-alice",
    "--kind=checkpoint",
    "--run",
    training["id"],
    "--latest",
  ]);
  t.match(theirs, { user: "lab-alice", step: 10, run: training["id"], digest: /^sha256:/, files: 2 });
  t.equal(fs.readFileSync(path.join(theirs?.["path"], "w"), "utf8"), "x\n", "and can read them");
  const { code, stderr } = await bob.run(["lab", "register", training["id"]]);
  t.equal(code, 77);
  t.match(stderr, /the run is lab-alice's, not yours/);
  t.same(
    await alice.lab(["lab", "register", "--json"]).then((all) => all.filter(({ run }) => run === training["id"])),
    [],
  );
});

t.test("when it has succeeded, all is registered before the wait is over", async (t) => {
  open(training, "go");
  await alice.lab(["lab", "wait", training["id"]]);
  t.same(await steps(training), [9, 10, 11]);
  t.match(await artifacts(training, "--role=score"), [{ kind: "eval_result", result: { accuracy: 0.5 } }]);
  const seal = JSON.parse(fs.readFileSync(path.join(lab(training), "outputs.json"), "utf8"));
  t.match(seal, { state: "succeeded", collected: [{ path: path.join(training["run_dir"], "table.csv") }] });
  t.equal(seal.artifacts.length, 5);
  t.notOk(seal.missing);
  t.notOk(fs.existsSync(path.join(place.registry, "active/lab-alice", training["id"])));
  t.same(
    (await bob.lab(["lab", "artifacts", "--json", "--alias=lab-alice/steps"])).map((one) => one["step"]),
    [11, 10, 9],
    "the recipe's name means the stream",
  );
  for (const { path: made, role, step: n } of seal.artifacts) {
    const meta = path.join(n === undefined ? path.dirname(made) : path.dirname(path.dirname(made)), ".meta");
    const copy = fs
      .readdirSync(meta)
      .find((name) => name.includes(training["id"]) && name.endsWith(`${n === undefined ? "" : `.${n}`}.a1.json`));
    t.ok(copy, `${role} ${n ?? ""}: its record is beside it`);
    t.equal(fs.statSync(path.join(meta, copy ?? "")).uid, alice.uid);
  }
  const events = await alice.lab(["lab", "events", "--json", training["id"]]);
  t.equal(events.filter(({ event }) => event === "artifact_registered").length, 5);
  t.equal(events.at(-1)?.["event"], "run_registered");
});

t.test("of a run that fails, complete steps and nothing else", async (t) => {
  await alice.lab(["lab", "wait", failing["id"]], { code: 1 });
  t.same(
    (await artifacts(failing)).map(({ role, step: n }) => [role, n]),
    [["checkpoint", 1]],
  );
  const seal = JSON.parse(fs.readFileSync(path.join(lab(failing), "outputs.json"), "utf8"));
  t.same(
    seal.missing.map(({ role, step: n, reason }: Fields) => [role, n, reason]),
    [
      ["checkpoint", 2, "it has no '_DONE'"],
      ["model", undefined, "the run failed (code_error)"],
      ["score", undefined, "the run failed (code_error)"],
    ],
  );
});

t.test("a job that is killed before it can note a step has written it all the same", async (t) => {
  const job = killed["job"].id as string;
  await inState(place, job, "RUNNING");
  await until("it has begun", () => fs.existsSync(path.join(lab(killed), "attempt-1/job.log")));
  open(killed, "go");
  await until("the step is written", () => fs.existsSync(path.join(killed["run_dir"], "written")));
  place.root("scancel", "--batch", "--full", "--signal=KILL", job);
  await alice.lab(["lab", "wait", killed["id"]], { code: 1 });
  t.match(await artifacts(killed), [{ role: "checkpoint", step: 7, attempt: 1, marker: "_DONE" }]);
});

t.test("what a later attempt wrote anew is current, what it did not touch stays the earlier one's", async (t) => {
  await noted(requeued, 1, 2);
  await alice.run(["lab", "register", requeued["id"]]);
  place.root("scontrol", "update", `jobid=${requeued["job"].id}`, "requeue=1");
  place.root("scontrol", "requeue", requeued["job"].id);
  await alice.lab(["lab", "wait", requeued["id"]]);
  const shown = (all: Fields[]) => all.map(({ step: n, attempt, overwritten }) => [n, attempt, overwritten]);
  t.same(shown(await artifacts(requeued, "--role=checkpoint")), [
    [2, 1, undefined],
    [1, 2, undefined],
  ]);
  t.same(shown(await artifacts(requeued, "--role=checkpoint", "--history")), [
    [2, 1, undefined],
    [1, 2, undefined],
    [1, 1, true],
  ]);
});

t.test("twice is the same as once, and nothing is left to do", async (t) => {
  t.same(await alice.lab(["lab", "register", "--json"]), []);
  t.same(await alice.lab(["lab", "register", "--json", "--rehash", training["id"]]), []);
  t.same(fs.readdirSync(path.join(place.registry, "active/lab-alice")), []);
  t.same(Object.keys(byName(await alice.lab(["lab", "ls", "--json", "--state=succeeded"]))).sort(), [
    "requeued",
    "training",
  ]);
});
