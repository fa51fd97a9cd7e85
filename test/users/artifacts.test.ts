import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { clusterFor, type Fields, inState, type Person, recipe, type Site, site } from "../support/cluster.js";
import { records, until } from "../support/sandbox.js";

// What one user makes feeds another's runs on a real cluster: made already, still being made, and where Slurm shows nobody
// the jobs of others; and two who want one name.
t.setTimeout(600_000);
const SLURM_CONF = process.env["SLURM_CONF"] ?? "";
const settings = { LAB_SCHEDULER_ACCOUNTING_GRACE: "3s" };
const place = await site({ name: "artifacts", env: { SLURM_CONF, ...settings } });
t.teardown(() => place.remove());
const [alice, bob] = [place.person("lab-alice"), place.person("lab-bob")];

const model = '[outputs.model]\ntype = "model"\nmarker = "DONE"\nalias = "trained"\n';
/** Waits until the test lets it go on, then writes a model of the data. */
const training = (data: string) =>
  recipe("train", {
    body: 'until [ -e "$LAB_RUN_DIR/go" ]; do sleep 0.1; done; sort "$LAB_INPUT_DATA"/* >"$LAB_OUTPUT_MODEL/w"; : >"$LAB_OUTPUT_MODEL/DONE"',
    more: `[inputs.data]\ntype = "artifact"\nartifact = "${data}"\n${model}`,
  });
const evaluation = (of: string) =>
  recipe("eval", {
    body: 'echo "sum $(($(tr "\\n" + <"$LAB_INPUT_MODEL/w")0)) of $MODEL"',
    more: `[env]\nMODEL = "{inputs.model.id}"\n[inputs.model]\ntype = "artifact"\nartifact = "${of}"\n`,
  });
const go = (run: Fields) => fs.writeFileSync(path.join(run["run_dir"], "go"), "");

async function submit(person: Person, name: string, text: string): Promise<Fields> {
  const [run = {}] = await person.lab(["lab", "run", "--json", person.write(`r/${name}.toml`, text)]);
  return run;
}

/** Data of alice's, under a name of hers. */
function data(person: Person, name: string, mode = 0o755): string {
  const directory = path.join(place.dir, `data of ${person.name}`, name);
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(path.join(directory, "numbers"), "1\n2\n3\n");
  fs.chmodSync(directory, mode);
  fs.chownSync(directory, person.uid, person.gid);
  return directory;
}

t.test("alice's training feeds bob's evaluation", async (t) => {
  const [digits] = await alice.lab(["lab", "register-external", "--json", data(alice, "digits"), "--alias", "digits"]);
  await alice.lab(["lab", "alias", "--json", "lab-digits", "digits"]);
  const train = await submit(alice, "train", training("lab-digits"));
  t.match(train, { phase: "submitted", inputs: { data: { id: digits?.["id"], path: digits?.["path"] } } });
  go(train);
  await alice.lab(["lab", "wait", "--json", train["id"]]);
  const [named] = await bob.lab(["lab", "alias", "--json", "lab-alice/trained"]);
  t.match(named, { run: train["id"], role: "model", user: "lab-alice" });
  const warned = await bob.run(["lab", "run", "-n", "-q", bob.write("r/eval.toml", evaluation("trained"))]);
  t.match(warned.stderr, /'trained' is taken for lab-alice\/trained: nobody else has that name/);
  const run = await submit(bob, "eval", evaluation("lab-alice/trained"));
  t.match(run["inputs"].model, { id: named?.["artifact"], run: train["id"], user: "lab-alice", role: "model" });
  t.match(await bob.lab(["lab", "wait", "--json", run["id"]]), [{ state: "succeeded" }]);
  const { stdout } = await bob.run(["lab", "log", "--text", run["id"]]);
  t.match(stdout, `sum 6 of ${named?.["artifact"]}\n`);
  for (const [person, thing] of [
    [alice, digits?.["id"]],
    [bob, run["id"]],
    [alice, "trained"],
  ] as const) {
    const text = (await person.run(["lab", "lineage", "--json", thing])).stdout;
    for (const id of [digits?.["id"], train["id"], named?.["artifact"], run["id"]])
      t.ok(text.includes(id), `${person.name} sees ${id} in the lineage of ${thing}`);
  }
});

t.test("what alice still makes: bob's job waits for hers", async (t) => {
  const train = await submit(alice, "train", training("digits"));
  const job = train["job"].id;
  const run = await submit(bob, "eval", evaluation(`${train["id"].slice(-6)}:model`));
  t.match(run, { phase: "submitted", inputs: { model: { run: train["id"] } } });
  await inState(place, job, "RUNNING");
  t.match(
    place.root("scontrol", "show", "job", run["job"].id),
    new RegExp(`Dependency=afterok:${job}\\(unfulfilled\\)`),
  );
  t.match((await bob.run(["lab", "why", "--table", run["id"]])).stdout, /queued/);
  go(train);
  t.match(await bob.lab(["lab", "wait", "--json", run["id"]]), [{ state: "succeeded" }]);
  t.notOk(
    fs.existsSync(path.join(train["run_dir"], ".lab/outcome.json")),
    "nobody has looked at alice's run yet: bob needs her for nothing",
  );
  t.match((await bob.run(["lab", "log", "--text", run["id"]])).stdout, /sum 6 of art-/);
  await alice.lab(["lab", "wait", "--json", train["id"]]);
});

t.test("what alice never makes: bob's run ends, and a new one is refused", async (t) => {
  const train = await submit(alice, "train", training("digits"));
  await inState(place, train["job"].id, "RUNNING");
  const run = await submit(bob, "eval", evaluation(`${train["id"]}:model`));
  const idle = recipe("idle", { resources: { sbatch_extra: ["--hold"] }, more: model });
  const held = await submit(alice, "idle", idle);
  await alice.lab(["lab", "cancel", "--json", train["id"], held["id"]]);
  // Until her pass has written down how hers ended she may send it again: his waits for that.
  await alice.lab(["lab", "wait", "--json", train["id"], held["id"]], { code: 1 });
  t.match(await bob.lab(["lab", "wait", "--json", run["id"]], { code: 1 }), [{ state: "failed", mode: "dependency" }]);
  const refused = await bob.run(["lab", "run", "-q", bob.write("r/eval.toml", evaluation(`${held["id"]}:model`))]);
  t.equal(refused.code, 1);
  t.match(refused.stderr, new RegExp(`input 'model': the run ${held["id"]}, which was to make it, was cancelled`));
});

t.test("what may not be read is said before anything is submitted", async (t) => {
  await alice.lab(["lab", "register-external", "--json", data(alice, "secret", 0o700), "--alias", "secret"]);
  const refused = await bob.run(["lab", "run", "-q", bob.write("r/train.toml", training("lab-alice/secret"))]);
  t.equal(refused.code, 1);
  t.match(refused.stderr, /input 'data': cannot read '.*': permission denied \(it is lab-alice's\)/);
});

t.test(
  "bytes that changed since they were registered are another artifact, and stop the job that was to read them",
  async (t) => {
    const directory = data(alice, "drifting");
    const first = await alice.lab(["lab", "register-external", "--json", directory, "--alias", "drifting"]);
    const train = await submit(alice, "train", training("drifting"));
    t.equal(train["inputs"].data.id, first[0]?.["id"]);
    const rendered = await alice.run([
      "sh",
      "-c",
      "lab-plan --json r/train.toml | lab-snapshot | lab-resolve | lab-create | lab-render-sbatch --json",
    ]);
    fs.appendFileSync(path.join(directory, "numbers"), "4\n");
    const [late = {}] = records(rendered.stdout) as Fields[];
    const script: string = late["submission"].script;
    fs.writeFileSync(
      script,
      fs.readFileSync(script, "utf8").replace(/^lab_run=/m, "export LAB_GATE_WAIT_S=2\nlab_run="),
    );
    await alice.lab(["lab-submit", "--json", late["id"]]);
    const [status] = await alice.lab(["lab", "wait", "--json", late["id"]], { code: 1 });
    t.match(status, { state: "failed", mode: "input_error", message: /is not what was recorded/ });
    const second = await alice.lab(["lab", "register-external", "--json", directory, "--alias", "drifting"]);
    t.not(second[0]?.["id"], first[0]?.["id"]);
    t.same(
      (await alice.lab(["lab", "alias", "--json", "--mine", "--history", "drifting"])).map(({ artifact }) => artifact),
      [second[0]?.["id"], first[0]?.["id"]],
    );
    await alice.lab(["lab", "cancel", "--json", train["id"]]);
  },
);

t.test("two who want one name: exactly one gets it, and the other is told", async (t) => {
  for (const [person, name] of [
    [alice, "a"],
    [bob, "b"],
  ] as const)
    await person.lab(["lab", "register-external", "--json", data(person, name), "--alias", `mine-${name}`]);
  for (const round of [1, 2, 3]) {
    const name = `champion-${round}`;
    const said = await Promise.all([
      alice.run(["lab", "alias", "--json", name, "mine-a"]),
      bob.run(["lab", "alias", "--json", name, "mine-b"]),
    ]);
    t.same(said.map(({ code }) => code).sort(), [0, 1]);
    const [winner, loser] = said[0]?.code === 0 ? [alice, bob] : [bob, alice];
    const refused = said.find(({ code }) => code === 1);
    t.match(refused?.stderr, `cannot take the global name '${name}': it is ${winner.name}'s since `);
    t.match(await loser.lab(["lab", "alias", "--json", name]), [{ user: winner.name, generation: 1 }]);
    const own = loser === alice ? "mine-a" : "mine-b";
    const [forced] = await loser.lab(["lab", "alias", "--json", "--force", name, own]);
    t.match(forced, { user: loser.name, generation: 2, taken_from: winner.name });
  }
});

t.test("on one machine without Slurm too: bob's job waits for alice's", async (t) => {
  const machine = await site({ name: "machine", kind: "local", extra: '[local]\nidle = "3s"\n', env: settings });
  t.teardown(() => machine.remove());
  const [ann, ben] = [machine.person("lab-alice"), machine.person("lab-bob")];
  await ann.lab(["lab", "register-external", "--json", data(ann, "local"), "--alias", "digits"]);
  const train = await submit(ann, "train", training("digits"));
  const run = await submit(ben, "eval", evaluation(`${train["id"]}:model`));
  t.match(run, { phase: "submitted", job: { scheduler: "local" } });
  await until("bob's job waits", async () => {
    const { stdout } = await ben.run(["lab", "why", "--table", run["id"]]);
    return stdout.includes("Dependency") || stdout.includes(train["job"].id);
  });
  go(train);
  t.match(await ben.lab(["lab", "wait", "--json", run["id"]]), [{ state: "succeeded" }]);
  t.match((await ben.run(["lab", "log", "--text", run["id"]])).stdout, /sum 6 of art-/);
  await ann.lab(["lab", "wait", "--json", train["id"]]);
});

t.test("where Slurm shows nobody the jobs of others, the run is blocked until its input is there", async (t) => {
  const cluster = clusterFor(t, { LAB_CLUSTER_SET: "PrivateData=jobs" });
  const other: Site = await site({ name: "private", env: { ...cluster.env, ...settings } });
  t.teardown(() => other.remove());
  const [ann, ben] = [other.person("lab-alice"), other.person("lab-bob")];
  await ann.lab(["lab", "register-external", "--json", data(ann, "private"), "--alias", "digits"]);
  const train = await submit(ann, "train", training("digits"));
  const run = await submit(ben, "eval", evaluation(`${train["id"]}:model`));
  t.match(run, { phase: "rendered", state: "blocked", message: `waits for lab-alice's run ${train["id"]} to make` });
  t.notOk("job" in run);
  t.match(await ben.lab(["lab", "ls", "--json", "--state=blocked"]), [{ id: run["id"], state: "blocked" }]);
  t.same(await ben.lab(["lab", "advance", "--json"]), [], "nothing can go on yet");
  await inState(other, train["job"].id, "RUNNING");
  go(train);
  await until("alice's job has ended", () => fs.existsSync(path.join(train["run_dir"], ".lab/attempt-1/exit.json")));
  const [sent] = await ben.lab(["lab", "advance", "--json"]);
  t.match(sent, { id: run["id"], state: "submitted" });
  t.match(await ben.lab(["lab", "wait", "--json", run["id"]]), [{ state: "succeeded" }]);
  const again = await submit(ann, "train", training("digits"));
  const [first, second] = [`${again["id"]}:model`, "r/second.toml"];
  const waits = await submit(ben, "eval", evaluation(first));
  t.match(waits, { state: "blocked" });
  await ann.lab(["lab", "cancel", "--json", again["id"]]);
  await ann.lab(["lab", "wait", "--json", again["id"]], { code: 1 });
  t.match(await ben.lab(["lab", "wait", "--json", waits["id"]], { code: 1 }), [
    { state: "failed", mode: "dependency", message: /lab-alice's run .* was to make its input 'model', was cancelled/ },
  ]);
  const refused = await ben.run(["lab", "run", "-q", ben.write(second, evaluation(first))]);
  t.equal(refused.code, 1);
});
