// What lab-doctor says to members of a lab: whether all is well, and who has put what where it does not belong.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { type Fields, type Person, site, userOf } from "../support/cluster.js";
import { asUser, user } from "../support/sandbox.js";

t.setTimeout(600_000);
const place = await site({ name: "doctor", founder: "lab-carol" });
t.teardown(() => place.remove());
const [alice, bob, carol] = ["lab-alice", "lab-bob", "lab-carol"].map((name) => place.person(name)) as [
  Person,
  Person,
  Person,
];

const failing = async (person: Person, code: number): Promise<Fields[]> =>
  person.lab(["lab", "doctor", "--failing", "--json"], { code });

function as(person: Person, ...argv: string[]): void {
  const [program = "", ...words] = asUser(userOf(person.name), argv);
  const { status, stderr } = spawnSync(program, words, { cwd: "/", encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}

t.test("a new registry on the cluster is well, for its founder and for who joins", async (t) => {
  for (const person of [carol, alice]) {
    const all = await person.lab(["lab", "doctor", "--json"]);
    t.strictSame(
      all.filter(({ ok }) => !ok),
      [],
    );
    for (const name of ["registry", "group", "shared directories", "slurm", "accounting", "queue"])
      t.ok(
        all.some((check) => check["name"] === name),
        name,
      );
  }
});

t.test("a directory in another's name is reported, with whose it is and who can remove it", async (t) => {
  const squatted = path.join(place.registry, "derived/lab-alice");
  if (fs.existsSync(squatted)) fs.rmdirSync(squatted);
  as(bob, "mkdir", squatted);
  t.match(await failing(alice, 1), [
    {
      name: "squatted",
      severity: "error",
      path: squatted,
      message: "stands in the place of lab-alice, and belongs to lab-bob",
      hint: `lab-bob or lab-carol removes it: rm -r ${squatted}`,
    },
  ]);
  t.match(await failing(carol, 0), [{ name: "squatted", severity: "warning" }], "to others it is a warning");
  as(carol, "rmdir", squatted);
  t.strictSame(await failing(alice, 0), [], "its founder can mend it");
});

t.test("a shared directory of the wrong mode, owner or kind", async (t) => {
  const shared = path.join(place.registry, "claims/3f");
  fs.chmodSync(shared, 0o2770);
  t.match(await failing(alice, 1), [
    { message: "has the mode 2770, not 3770", hint: `lab-carol: chmod 3770 ${shared}` },
  ]);
  fs.chmodSync(shared, 0o3770);
  fs.chownSync(shared, userOf("lab-bob").uid, fs.statSync(place.registry).gid);
  fs.chmodSync(shared, 0o3770);
  t.match(await failing(alice, 1), [{ message: /belongs to lab-bob, who may delete/ }]);
  fs.rmdirSync(shared);
  t.match(await failing(alice, 1), [
    { message: "is missing", hint: "lab-carol completes the registry: lab init --yes" },
  ]);
  t.equal((await carol.run(["lab", "init", "--yes"])).code, 0);
  t.strictSame(await failing(alice, 0), []);
});

t.test("who is not in the group hears what to ask for", async (t) => {
  const stranger = user("nobody");
  if (!stranger) throw new Error("there is no user nobody here");
  const { code, stdout, stderr } = await place.run(["lab", "doctor", "--failing", "--json"], { user: stranger });
  t.notSame(code, 0);
  t.match(stdout + stderr, /lab-research|cannot/);
});

t.test("the controller is down", async (t) => {
  const { code, stdout } = await alice.run([
    "lab",
    "doctor",
    "--failing",
    "--json",
    "-c",
    'scheduler.scontrol="/bin/false"',
  ]);
  t.equal(code, 1);
  t.match(JSON.parse(stdout.trim().split("\n")[0] ?? ""), { name: /scheduler|slurm/, ok: false, severity: "error" });
});

t.test("a machine without Slurm: what it has for jobs, by its configuration and by itself", async (t) => {
  const machine = await site({ name: "doctor's machine", kind: "local", extra: '[local]\ngpus = 4\nmem = "8GiB"\n' });
  t.teardown(() => machine.remove());
  const all = await machine.person("lab-bob").lab(["lab", "doctor", "--json"]);
  const scheduler = all.find(({ name }) => name === "scheduler");
  t.match(scheduler, { ok: true, message: /^this machine runs the jobs: \d+ cpus, 4 gpus, 8\.0 GiB of memory$/ });
});
