import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import { type Fields, inState, type Person, recipe, type Small, site, statesOf } from "../support/cluster.js";
import { records, root, until } from "../support/sandbox.js";

// Computed once, across users, on a real cluster: what was computed answers, what is under way is waited for, and whoever
// waits takes over what the other never makes.
t.setTimeout(900_000);
const SLURM_CONF = process.env["SLURM_CONF"] ?? "";
const place = await site({
  name: "cache",
  env: {
    SLURM_CONF,
    LAB_SCHEDULER_ACCOUNTING_GRACE: "1s",
    LAB_SCHEDULER_SUBMIT_GRACE: "2s",
    LAB_SCHEDULER_MISSING_JOB_GRACE: "3s",
    LAB_CACHE_COURTESY: "0s",
  },
});
t.teardown(() => place.remove());
const everybody = ["lab-alice", "lab-bob", "lab-carol", "lab-dave"].map((name) => place.person(name));
const [alice, bob, carol] = everybody as [Person, Person, Person];

/** Where commands say that they have begun, a line each, and what lets them go on. */
const started = path.join(place.dir, "started");
const gates = path.join(place.dir, "gates");
for (const directory of [started, gates]) {
  fs.mkdirSync(directory);
  fs.chmodSync(directory, 0o1777);
}
const startsOf = (name: string) => fs.readdirSync(started).filter((file) => file.startsWith(`${name}.`));
const open = (name: string) => fs.writeFileSync(path.join(gates, name), "");

/** A recipe that makes one model, and waits for `open(gate)` before that. Everybody has the same text, so one key. */
function model(name: string, { gate = "", end = "", ...small }: Small & { gate?: string; end?: string } = {}): string {
  const lines = [
    `touch "${started}/${name}.$LAB_RUN_ID"`,
    ...(gate === "" ? [] : [`until [ -e "${gates}/${gate}" ]; do sleep 0.1; done`]),
    ...(end === "" ? [] : [end]),
    'echo "model of $LAB_RUN_ID" >"$LAB_OUTPUT_MODEL/weights"; : >"$LAB_OUTPUT_MODEL/DONE"',
  ];
  // What a run ships is a part of what it computes; of these only what everybody has alike.
  const more = `${small.more ?? ""}\n[source]\npaths = ["examples"]\n[outputs.model]\ntype = "model"\nmarker = "DONE"\n`;
  // Other tests want each recipe to be another one; these are to be one.
  const text = recipe(name, { ...small, body: lines.join("; "), more });
  return text.replace(/^number_of_test_recipe.*$/m, "");
}

/** The same recipe for everybody. */
function publish(name: string, text: string): string {
  for (const person of everybody) person.write(`r/${name}.toml`, text);
  return `r/${name}.toml`;
}

async function run(person: Person, file: string, ...options: string[]): Promise<Fields> {
  const [made = {}] = await person.lab(["lab", "run", "--json", ...options, file]);
  return made;
}

async function waited(person: Person, id: string, code = 0): Promise<Fields> {
  const [status = {}] = await person.lab(["lab", "wait", "--json", "--timeout=240s", id], { code });
  return status;
}

const stateOf = async (person: Person, id: string) =>
  (await person.lab(["lab", "ls", "--json", "--all", `--where=id == "${id}"`]))[0] ?? {};

t.test("a chain of three: repeated in flight, by another, and after success, it is computed once", async (t) => {
  const text = (name: string, of?: string) =>
    model(name, {
      gate: "chain",
      ...(of === undefined ? {} : { more: `[inputs.data]\ntype = "artifact"\nartifact = "${of}"\n` }),
    });
  /** The three stages, each made of the one before. Recipes are no part of the key, so their names may differ. */
  const chain = async (person: Person) => {
    const runs: Fields[] = [];
    for (const [i, name] of ["first", "second", "third"].entries()) {
      const of = runs[i - 1]?.["id"];
      const file = person.write(`r/${name}.toml`, text(name, of === undefined ? undefined : `${of}:model`));
      runs.push(await run(person, file));
    }
    return runs;
  };
  const [one, two] = [await chain(alice), await chain(bob)];
  const keys = (runs: Fields[]) => runs.map(({ key }) => key.digest);
  t.same(keys(two), keys(one), "the same keys in flight");
  t.equal(new Set(keys(one)).size, 3);
  t.match(one[0], { decision: { decision: "claimed" }, job: { scheduler: "slurm" } });
  t.match(two[0], { decision: { decision: "follows", leader: one[0]?.["id"], leader_user: "lab-alice" } });
  for (const stage of two) t.notOk(stage["job"], "no second job");
  open("chain");
  for (const { id } of two) t.match(await waited(bob, id), { state: "cached" });
  for (const { id } of one) t.match(await waited(alice, id), { state: "succeeded" });
  const three = await chain(carol);
  t.same(keys(three), keys(one), "and after success");
  for (const [i, stage] of three.entries())
    t.match(stage, { state: "cached", decision: { decision: "hit", leader: one[i]?.["id"] } });
  for (const name of ["first", "second", "third"]) t.equal(startsOf(name).length, 1, `${name} was computed once`);
  await carol.lab(["lab", "status", "--json"]);
  const [alias] = await carol.lab(["lab", "alias", "--json", "--mine", "third_model"]);
  t.match(alias, { run: one[2]?.["id"], run_user: "lab-alice" }, "carol's name means what answered");
});

t.test("the leader succeeds, and its owner never looks at it again", async (t) => {
  const file = publish("holiday", model("holiday", { gate: "holiday", end: "echo lab-metric weights=3" }));
  const leader = await run(alice, file);
  const follower = await run(bob, file);
  t.match(follower, { state: "following" });
  t.match((await bob.run(["lab", "why", follower["id"]])).stdout, new RegExp(leader["id"]));
  open("holiday");
  t.match(await waited(bob, follower["id"]), { state: "cached", cached_from: leader["id"] });
  t.notOk(fs.existsSync(path.join(leader["run_dir"], ".lab/outcome.json")));
  const shown = await bob.run(["lab", "metrics", "--json", follower["id"]]);
  t.match(records(shown.stdout), [{ run: leader["id"], name: "weights", value: 3 }], "what the leader logged is shown");
  t.match(shown.stderr, `${follower["id"]} was answered by lab-alice's run ${leader["id"]}, whose metrics these are`);
  fs.chmodSync(leader["run_dir"], 0o700);
  const hidden = await bob.run(["lab", "log", "-f", follower["id"]]);
  fs.chmodSync(leader["run_dir"], 0o2750);
  t.equal(hidden.code, 77);
  t.match(hidden.stderr, /was answered by lab-alice's run .* may not read \(ask lab-alice/);
});

t.test("the leader's code fails: whoever follows fails with it, and computes nothing", async (t) => {
  const file = publish("broken", model("broken", { gate: "broken", end: "exit 3" }));
  const leader = await run(alice, file);
  const follower = await run(bob, file);
  open("broken");
  const end = await waited(bob, follower["id"], 1);
  t.match(end, {
    state: "failed",
    mode: "code_error",
    message: new RegExp(`lab-alice's run ${leader["id"]}.*exit code 3`),
  });
  t.equal(startsOf("broken").length, 1);
  const again = await run(carol, file);
  t.match(again, { decision: { decision: "claimed" } }, "who asks anew may try again");
  t.match(await waited(carol, again["id"], 1), { state: "failed", mode: "code_error" });
});

t.test("the leader is cancelled: one of those who wait takes over, and what waits for it goes with it", async (t) => {
  const file = publish("cancelled", model("cancelled", { gate: "cancelled" }));
  const leader = await run(alice, file);
  const [mine, hers] = [await run(bob, file), await run(carol, file)];
  const of = `[inputs.data]\ntype = "artifact"\nartifact = "${mine["id"]}:model"\n`;
  const after = bob.write("r/after.toml", model("after", { more: of }));
  const dependent = await run(bob, after);
  await inState(place, leader["job"].id, "RUNNING");
  await alice.lab(["lab", "cancel", "--json", leader["id"]]);
  open("cancelled");
  const ends = await Promise.all([waited(bob, mine["id"]), waited(carol, hers["id"])]);
  t.same(ends.map(({ state }) => state).sort(), ["cached", "succeeded"], "exactly one of the two computed it");
  t.match(await waited(bob, dependent["id"]), { state: "succeeded" });
  t.match(await waited(alice, leader["id"], 1), { state: "cancelled" });
  t.equal(startsOf("cancelled").length, 2, "the cancelled one, and one more");
});

t.test("the leader's job is gone while its owner is away: what is seen of it decides", async (t) => {
  const file = publish("away", model("away", { gate: "away" }));
  const leader = await run(alice, file);
  const follower = await run(bob, file);
  await inState(place, leader["job"].id, "RUNNING");
  place.root("scancel", leader["job"].id);
  open("away");
  t.match(await waited(bob, follower["id"]), { state: "succeeded" });
  t.notOk(fs.existsSync(path.join(leader["run_dir"], ".lab/outcome.json")), "alice has not looked");
  t.match(await waited(alice, leader["id"], 1), { state: "cancelled" });
});

t.test("who has more time takes over what ran out of it, and who has not fails with it", async (t) => {
  const file = publish("slow", model("slow", { gate: "slow", resources: { time: "00:01:00" } }));
  const leader = await run(alice, file);
  const same = await run(bob, file);
  const longer = await run(carol, file, "--set", 'resources.time="00:05:00"');
  t.match(longer, { state: "following" }, "time is no part of the key");
  await inState(place, leader["job"].id, "RUNNING");
  place.root("scontrol", "update", `JobId=${leader["job"].id}`, "EndTime=now+1");
  await until(
    "the time to be over",
    () => !["RUNNING", "COMPLETING"].includes(statesOf(place).get(leader["job"].id) ?? ""),
  );
  t.match(await waited(bob, same["id"], 1), { state: "failed", mode: "timeout" });
  open("slow");
  t.match(await waited(carol, longer["id"]), { state: "succeeded" });
});

t.test("whom one does not trust, and what one asks for anew", async (t) => {
  const file = publish("asked", model("asked"));
  const first = await run(alice, file);
  await waited(alice, first["id"]);
  const [mine] = await bob.lab(["lab", "run", "--json", "-w", file], { env: { LAB_CACHE_TRUST: "mine" } });
  t.match(mine, { state: "succeeded" }, "who trusts nobody computes it herself");
  const [again] = await bob.lab(["lab", "run", "--json", "-w", file], { env: { LAB_CACHE_TRUST: "mine" } });
  t.match(again, { state: "cached", cached_from: mine?.["id"] }, "once");
  t.match(await run(bob, file), { decision: { decision: "hit", leader: first["id"] } });
  const none = await run(bob, file, "--no-cache");
  t.match(none, { decision: { decision: "unclaimed" }, epoch: none["id"] });
  const anew = await run(carol, file, "--recompute");
  t.match(anew, { epoch: "2", decision: { decision: "claimed", epoch: "2", generation: 1 } });
  await waited(carol, anew["id"]);
  t.match(await run(alice, file), { decision: { decision: "hit", epoch: "2", leader: anew["id"] } });
  fs.rmSync(anew["outputs"].model.path, { recursive: true });
  const gone = await run(alice, file);
  t.match(gone, { decision: { decision: "claimed", epoch: "2", generation: 2 } }, "what is gone is made again");
  await waited(alice, gone["id"]);
});

t.test("whoever is stopped in the middle of claiming, and goes on when it was given up", async (t) => {
  const hook = path.join(started, "stop-at.cjs");
  fs.copyFileSync(path.join(root, "test/support/stop-at.cjs"), hook);
  /** Stops a part of alice's pipe right before its n-th link(2), lets bob compute, and lets alice go on. */
  const stopped = async (t: Test, part: "lab-cache" | "lab-submit", n: number) => {
    const name = `stop-${part.slice(4)}-${n}`;
    const file = publish(name, model(name));
    const halt = path.join(started, `stopped-${name}`);
    const words = [
      "lab-plan",
      "lab-snapshot",
      "lab-resolve",
      "lab-create",
      "lab-cache",
      "lab-render-sbatch",
      "lab-submit",
    ];
    const pipe = words.map((word) => `${word} --json${word === "lab-plan" ? ` ${file}` : ""}`);
    const env = { LAB_CACHE_LEASE: "1s" };
    const stop = {
      NODE_OPTIONS: `--require "${hook}"`,
      LAB_TEST_STOP: JSON.stringify({ command: part, at: n, file: halt }),
    };
    const going = alice.run(["sh", "-c", pipe.join(" | ")], { env: { ...env, ...stop } });
    await until(`${name} to stop`, () => fs.existsSync(halt) && isStopped(fs.readFileSync(halt, "utf8")));
    const other = await run(bob, file);
    const slept = await bob.run(["sleep", "1.5"]);
    t.equal(slept.code, 0);
    const [end = {}] = await bob.lab(["lab", "wait", "--json", "--timeout=200s", other["id"]], { env });
    t.match(end["state"], /^(succeeded|cached)$/, `${name}: bob has it`);
    process.kill(Number(fs.readFileSync(halt, "utf8")), "SIGCONT");
    const { stdout, stderr } = await going;
    const [mine = {}] = records(stdout) as Fields[];
    t.ok(mine["id"], stderr);
    t.match((await waited(alice, mine["id"]))["state"], /^(succeeded|cached)$/, `${name}: and so has alice`);
    t.equal(startsOf(name).length, 1, `${name}: one command ran`);
  };
  for (const n of [1, 2]) await stopped(t, "lab-cache", n);
  for (const n of [1, 2]) await stopped(t, "lab-submit", n);
});

const isStopped = (pid: string) => pid !== "" && /^State:\s+T/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"));

t.test("sixty-four processes at once on one key: one job", async (t) => {
  const rounds = Number(process.env["LAB_TEST_ROUNDS"] ?? 1);
  for (let round = 1; round <= rounds; round += 1) {
    const name = `crowd-${round}-${process.pid}`;
    const file = publish(name, model(name));
    const created = await Promise.all(
      everybody.map(async (person) => {
        const files = Array.from({ length: 16 }, () => file).join(" ");
        const text = `lab-plan --json ${files} | lab-snapshot | lab-resolve | lab-create --json`;
        const { stdout } = await person.run(["sh", "-c", text]);
        return stdout
          .trim()
          .split("\n")
          .map((line) => ({ person, line }));
      }),
    );
    const all = created.flat();
    t.equal(all.length, 64);
    t.equal(new Set(all.map(({ line }) => JSON.parse(line).key.digest)).size, 1);
    const pipe = "lab-cache --json | lab-render-sbatch --json | lab-submit --json";
    const ends = await Promise.all(
      all.map(async ({ person, line }) => (await person.run(["sh", "-c", pipe], { input: `${line}\n` })).stdout),
    );
    const sent = ends.flatMap((text) => records(text) as Fields[]);
    t.equal(sent.length, 64);
    t.equal(sent.filter(({ job }) => job).length, 1, `round ${round}: one job`);
    for (const [i, person] of everybody.entries()) {
      const ids = created[i]?.map(({ line }) => JSON.parse(line).id as string) ?? [];
      const states = await person.lab(["lab", "wait", "--json", "--timeout=300s", ...ids]);
      t.equal(states.filter(({ state }) => state === "succeeded" || state === "cached").length, ids.length);
    }
    t.equal(startsOf(name).length, 1, `round ${round}: one command`);
  }
});

t.test("nobody else's word is taken for a claim", async (t) => {
  const file = publish("forged", model("forged", { gate: "forged" }));
  const leader = await run(alice, file);
  const { key, epoch } = leader["decision"];
  const hex = key.slice(7);
  const claim = path.join(place.registry, "claims", hex.slice(0, 2), `${hex}.e${epoch}`);
  for (const end of ["json", "go.json"])
    t.equal((await bob.run(["cp", `${claim}.1.${end}`, `${claim}.2.${end}`])).code, 0);
  open("forged");
  t.match(await waited(alice, leader["id"]), { state: "succeeded" }, "bob's copy of her claim stops nothing");
  t.match(await run(carol, file), { decision: { decision: "hit", leader: leader["id"] } });
  t.match(await stateOf(carol, leader["id"]), { state: "succeeded" });
});
