import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { byName, type Fields, type Person, recipe, runAll, site, statesOf, userOf } from "../support/cluster.js";
import { asUser, records, user } from "../support/sandbox.js";

// Three users at once on one registry of their group: whose is what, what each may see, and what nobody can do to another.
t.setTimeout(600_000);
const place = await site({ name: "sharing" });
t.teardown(() => place.remove());
const [alice, bob, carol] = ["lab-alice", "lab-bob", "lab-carol"].map((name) => place.person(name)) as [
  Person,
  Person,
  Person,
];
const people = [alice, bob, carol];
const group = Number(place.root("getent", "group", "lab-research").split(":")[2]);
const { registry, artifacts } = place;

/** What an ordinary program of a user can do, past all of ours; whether it could. */
const can = ({ name }: Pick<Person, "name">, ...argv: string[]): boolean => {
  const [program = "", ...words] = asUser(userOf(name), argv);
  return spawnSync(program, words, { cwd: "/" }).status === 0;
};

const writes = (name: string) =>
  recipe(name, {
    body: 'echo "lab-metric {\\"name\\":\\"score\\",\\"value\\":1}"; echo hello from $USER; mkdir -p "$LAB_OUTPUT_MODEL"; id -un >"$LAB_OUTPUT_MODEL/who"; [ "$USER" != lab-bob ] || exit 4',
    more: '[outputs.model]\ntype = "model"\n',
  });

const names = ["one", "two", "three", "four"];
const sent = new Map<Person, Fields[]>();
await Promise.all(
  people.flatMap((person) =>
    [names.slice(0, 2), names.slice(2)].map(async (some) => {
      const files = some.map((name) => person.write(`r/${name}.toml`, writes(name)));
      const runs = await person.lab(["lab", "run", "--json", ...files]);
      sent.set(person, [...(sent.get(person) ?? []), ...runs]);
    }),
  ),
);
const idsOf = (person: Person): string[] => (sent.get(person) ?? []).map((run) => run["id"]);
const runOf = (person: Person, name = "one"): Fields =>
  (sent.get(person) ?? []).find((run) => run["name"] === name) as Fields;
const held = await runAll(bob, { held: { resources: { sbatch_extra: ["--hold"] } } });

t.test("each submits, runs and settles as who she is", async (t) => {
  const waited = await Promise.all(people.map((person) => person.run(["lab", "wait", "--json", ...idsOf(person)])));
  for (const [i, { code, stdout, stderr }] of waited.entries()) {
    t.equal(stderr, "");
    t.equal(code, i === 1 ? 1 : 0);
    const state = i === 1 ? { state: "failed", mode: "code_error", exit_code: 4 } : { state: "succeeded" };
    t.match(Object.keys(byName(records(stdout))).sort(), [...names].sort());
    for (const status of records(stdout)) t.match(status, { ...state, user: people[i]?.name });
  }
  const queue = place.root("squeue", "--noheader", "--states=all", "--format=%u|%k");
  for (const person of people) {
    for (const id of idsOf(person)) {
      const owners = queue.split("\n").filter((line) => line.endsWith(` ${id}`));
      t.same(
        owners.map((line) => line.split("|")[0]),
        [person.name],
        "one job, and it is hers",
      );
    }
  }
});

/** Every file and directory below, by lstat. */
function* below(directory: string): Generator<[string, fs.Stats]> {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    yield [file, fs.lstatSync(file)];
    if (entry.isDirectory()) yield* below(file);
  }
}

t.test("every file belongs to who wrote it, and to the group to read", (t) => {
  const wrong: string[] = [];
  let count = 0;
  for (const base of [registry, artifacts]) {
    for (const [file, stat] of below(base)) {
      const parts = path.relative(base, file).split("/");
      // A claim stands in a directory of all, and says whose it is.
      const claimant = parts[0] === "claims" && stat.isFile() && JSON.parse(fs.readFileSync(file, "utf8")).user;
      const owner = people.find(({ name }) => parts.includes(name) || name === claimant) ?? alice;
      const mode = stat.mode & 0o7777;
      const shared = stat.isDirectory() && !people.some(({ name }) => parts.includes(name));
      const modes = shared
        ? [0o3770, file === path.join(registry, "REGISTRY.json") ? 0o640 : 0o3770]
        : stat.isDirectory()
          ? [0o2750]
          : [0o640, 0o750];
      count += 1;
      if (stat.uid !== owner.uid) wrong.push(`${file}: uid ${stat.uid}, not ${owner.name}`);
      if (stat.gid !== group) wrong.push(`${file}: gid ${stat.gid}`);
      if (!stat.isSymbolicLink() && !modes.includes(mode)) wrong.push(`${file}: mode ${mode.toString(8)}`);
    }
  }
  t.same(wrong, []);
  t.ok(count > 500, `${count} files and directories`);
  t.end();
});

t.test("she sees what the others do", async (t) => {
  const all = await alice.lab(["lab", "ls", "--json", "--all"]);
  t.same(all.map(({ id }) => id).sort(), [...people.flatMap(idsOf), held["held"]?.["id"]].sort());
  t.equal((await alice.lab(["lab", "ls", "--json"])).length, 4, "hers, unless she asks for more");
  t.equal((await carol.lab(["lab", "ls", "--json", "--user=lab-bob", "--state=failed"])).length, 4);
  const theirs = runOf(bob)["id"];
  const [shown] = await alice.lab(["lab", "show", "--json", theirs]);
  t.match(shown, {
    id: theirs,
    user: "lab-bob",
    state: "failed",
    metrics: { score: 1 },
    attempts: [{ exit: { code: 4 } }],
  });
  t.match((await alice.run(["lab", "log", "--text", theirs])).stdout, /hello from lab-bob\n/);
  t.match(await alice.lab(["lab", "metrics", "--json", theirs]), [{ name: "score", value: 1 }]);
  t.match(await alice.lab(["lab", "why", "--json", theirs.slice(-6)]), [
    { mode: "code_error", message: "exit code 4" },
  ]);
  t.match(
    await alice.lab(["lab", "wait", "--json", runOf(carol)["id"]]),
    [{ state: "succeeded" }],
    "she may wait for it",
  );
  t.equal(
    (await alice.lab(["lab", "events", "--json", "--all"])).filter(({ event }) => event === "run_failed").length,
    4,
  );
  const made = shown?.["outputs"].model.path;
  t.ok(can(alice, "cat", path.join(made, "who")), "and what it made");
  t.match(await alice.lab(["lab", "status", "--json", "--all", "--name=held"]), [
    { state: "submitted", user: "lab-bob" },
  ]);
});

t.test("what is another's she cannot end, give up, send or pass over", async (t) => {
  const theirs = held["held"]?.["id"];
  const before = statesOf(place);
  for (const argv of [["cancel"], ["forget"], ["forget", "--force"], ["reconcile"], ["submit"], ["register"]]) {
    const { code, stdout, stderr } = await alice.run(["lab", ...argv, "--json", theirs]);
    t.equal(code, 77, argv.join(" "));
    t.match(records(stdout), [{ type: "failure", code: "noperm" }], argv.join(" "));
    t.match(stderr, /the run is lab-bob's, not yours/, argv.join(" "));
  }
  const given = (await alice.run(["lab", "ls", "--json", "--user=lab-bob", "--name=held"])).stdout;
  for (const argv of [["cancel"], ["forget", "--force"], ["reconcile"]]) {
    const { code, stdout } = await alice.run(["lab", ...argv, "--json", "-"], { input: given });
    t.equal(code, 1, `${argv.join(" ")}: a record is refused as a record`);
    t.match(records(stdout), [{ id: theirs, error: { code: "noperm" } }], argv.join(" "));
  }
  const both = await alice.run(["lab", "cancel", "--json", theirs, runOf(alice)["id"]]);
  t.equal(both.code, 1, "where others are named too it is one that could not be done");
  t.match(records(both.stdout), [{ id: theirs, error: { code: "noperm" } }, { state: "succeeded" }]);
  const record = JSON.stringify({ ...held["held"], phase: "rendered" });
  t.match((await alice.run(["lab-submit", "--json"], { input: `${record}\n` })).stderr, /the run is lab-bob's/);
  t.same(statesOf(place).get(held["held"]?.["job"].id), before.get(held["held"]?.["job"].id));
  const lab = path.join(held["held"]?.["run_dir"], ".lab");
  t.same(
    fs.readdirSync(lab).sort(),
    ["decision-1.json", "recipe.toml", "run.json", "submit-1"],
    "and nothing was written",
  );
});

t.test("nor can any other program of hers", (t) => {
  const theirs = runOf(bob)["run_dir"];
  const made = runOf(bob)["outputs"].model.path;
  const lab = path.join(theirs, ".lab");
  const marker = path.join(registry, "loose/lab-bob", runOf(bob)["id"]);
  for (const argv of [
    ["touch", path.join(theirs, "x")],
    ["touch", path.join(lab, "cancel.json")],
    ["sh", "-c", 'echo {} >"$0"', path.join(lab, "outcome.json")],
    ["rm", "-f", path.join(lab, "outcome.json")],
    ["mv", theirs, `${theirs}.x`],
    ["mv", path.dirname(theirs), path.join(registry, "runs/gone")],
    ["rm", "-rf", path.dirname(theirs)],
    ["rmdir", path.join(registry, "arrays/lab-bob")],
    ["rm", "-f", marker],
    ["touch", path.join(registry, "active/lab-bob/20261121-000000-aaaaaa")],
    ["touch", path.join(made, "who")],
    ["mv", made, `${made}.x`],
    ["touch", path.join(registry, "x")],
    ["mkdir", path.join(registry, "new-area")],
    ["chmod", "777", path.join(registry, "runs")],
    ["ln", path.join(lab, "run.json"), path.join(carol.home, "linked")],
  ]) {
    t.notOk(can(carol, ...argv), argv.join(" "));
  }
  t.ok(can(carol, "cat", path.join(lab, "run.json")), "though she may read it");
  t.ok(can(bob, "touch", path.join(theirs, "x")), "and its owner may write");
  t.end();
});

t.test("who is not in the group sees nothing, and is told so", async (t) => {
  const outsider = user("nobody");
  if (outsider === undefined) throw new Error("no user nobody");
  const home = path.join(place.dir, "nobody");
  const project = path.join(home, "project");
  fs.mkdirSync(project, { recursive: true });
  for (const directory of [home, project]) fs.chownSync(directory, outsider.uid, outsider.gid);
  fs.writeFileSync(path.join(project, "x.toml"), recipe("x"));
  const how = { user: outsider, cwd: project, env: { HOME: home, XDG_CACHE_HOME: home } };
  for (const argv of [
    ["ls", "--all"],
    ["status"],
    ["show", runOf(alice)["id"]],
    ["run", "x.toml"],
    ["cancel", "@last"],
  ]) {
    const { code, stderr, stdout } = await place.run(["lab", ...argv], how);
    t.equal(code, 77, argv.join(" "));
    t.match(
      stderr,
      /lab-\w+: cannot .*REGISTRY\.json': permission denied \(.*members of the group 'lab-research'/,
      argv.join(" "),
    );
    t.notMatch(stdout, /lab-(alice|bob)"/, "nothing of theirs");
  }
});

t.test("an open lab: everybody of the machine reads, nobody writes what is another's", async (t) => {
  const open = await site({ name: "open lab", group: undefined });
  t.teardown(() => open.remove());
  const [ann, ben] = [open.person("lab-alice"), open.person("lab-bob")];
  const file = ben.write("r/x.toml", writes("x"));
  const script = 'umask 077; lab run -w --json "$1"';
  const mine = await ben.run(["sh", "-c", script, "-", file]);
  t.equal(mine.code, 1, "bob's fail");
  const [status] = records(mine.stdout) as Fields[];
  t.match(await ann.lab(["lab", "ls", "--json", "--all"]), [{ id: status?.["id"], user: "lab-bob", exit_code: 4 }]);
  t.match(
    (await ann.run(["lab", "log", "--text", status?.["id"]])).stdout,
    /attempt 1: command, exit code 4\n[\s\S]*hello from lab-bob\n/,
  );
  t.match(await ann.lab(["lab", "show", "--json", status?.["id"]]), [{ attempts: [{ exit: { code: 4 } }] }]);
  const wrong: string[] = [];
  for (const base of [open.registry, open.artifacts]) {
    for (const [name, stat] of below(base)) {
      const ours = /lab-(alice|bob)/.test(path.relative(base, name));
      const mode = (stat.mode & 0o7777).toString(8);
      const empty = stat.size === 0 ? ["640"] : []; // a marker: its name is all that there is to read
      const right = stat.isDirectory() ? (ours ? ["755"] : ["1777"]) : ["644", "754", "755", ...empty];
      if (!right.includes(mode)) wrong.push(`${name}: ${mode}`);
    }
  }
  t.same(wrong, []);
  t.notOk(can(ann, "touch", path.join(status?.["run_dir"], "x")));
  t.notOk(can(ann, "rm", "-rf", path.dirname(status?.["run_dir"])));
});
