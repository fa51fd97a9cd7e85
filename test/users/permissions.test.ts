// Every file and directory of a registry in use, and everything that a program of another member could try on it: write,
// truncate, rename, replace, delete, link, change mode and owner. Nothing may succeed; reading must.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { type Person, recipe, site, userOf } from "../support/cluster.js";
import { asUser } from "../support/sandbox.js";

t.setTimeout(600_000);
const place = await site({ name: "permissions", founder: "lab-carol" });
t.teardown(() => place.remove());
const people = ["lab-alice", "lab-bob", "lab-carol"].map((name) => place.person(name));
const [alice, bob, carol] = people as [Person, Person, Person];

/** Not what another one's run has made already. */
const makes = () =>
  recipe("makes", {
    body: 'mkdir -p "$LAB_OUTPUT_STEPS/step_1"; echo x >"$LAB_OUTPUT_STEPS/step_1/w"; echo >"$LAB_OUTPUT_STEPS/step_1/DONE"; echo m >"$LAB_OUTPUT_MODEL/m"',
    more: '[outputs.steps]\ntype = "checkpoint_stream"\nmarker = "DONE"\n[outputs.model]\ntype = "model"\nalias = "kept"\n',
  });
for (const person of people) {
  const [run] = await person.lab(["lab", "run", "-w", "--json", person.write("r/makes.toml", makes())]);
  await person.lab(["lab", "register", "--json"]);
  await person.lab(["lab", "alias", "--json", `of-${person.name}`, `${run?.["id"]}:model`]);
  const outside = person.write("data/rows.csv", "1\n2\n");
  await person.lab(["lab", "register-external", "--json", "--alias=rows", outside]);
}

interface Thing {
  path: string;
  uid: number;
  directory: boolean;
  /** A directory that all members write into: new names may be made there, and nothing else. */
  shared: boolean;
}

function* below(directory: string): Generator<Thing> {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    const { uid, mode } = fs.lstatSync(file);
    yield {
      path: file,
      uid,
      directory: entry.isDirectory(),
      shared: (entry.isDirectory() && (mode & 0o1002) !== 0) || (mode & 0o1020) === 0o1020,
    };
    if (entry.isDirectory()) yield* below(file);
  }
}

/** Runs as another: tries everything on each thing and tells what succeeded. */
const attack = `
const fs = require("node:fs");
const path = require("node:path");
const things = JSON.parse(fs.readFileSync(0, "utf8"));
const me = process.getuid();
const done = [];
const attempt = (what, where, act, undo) => {
  try { act(); done.push(what + " " + where); } catch { return; }
  try { undo?.(); } catch {}
};
const mine = fs.mkdtempSync("/tmp/permissions-");
const bait = path.join(mine, "bait");
fs.writeFileSync(bait, "{}");
for (const { path: file, uid, directory, shared } of things) {
  if (uid === me) continue;
  attempt("chmod", file, () => fs.chmodSync(file, 0o777));
  attempt("chown", file, () => fs.lchownSync(file, me, -1));
  attempt("times", file, () => fs.utimesSync(file, 1, 1));
  attempt("rename away", file, () => fs.renameSync(file, file + ".x"), () => fs.renameSync(file + ".x", file));
  if (directory) {
    const inner = path.join(file, "intruder");
    if (!shared) {
      attempt("create in", file, () => fs.writeFileSync(inner, ""), () => fs.unlinkSync(inner));
      attempt("link into", file, () => fs.symlinkSync("/etc/passwd", inner), () => fs.unlinkSync(inner));
      attempt("mkdir in", file, () => fs.mkdirSync(inner), () => fs.rmdirSync(inner));
    }
    attempt("rmdir", file, () => fs.rmdirSync(file));
    attempt("list", file, () => fs.readdirSync(file));
  } else {
    attempt("append to", file, () => fs.closeSync(fs.openSync(file, "a")));
    attempt("truncate", file, () => fs.truncateSync(file, 0));
    attempt("replace", file, () => fs.renameSync(bait, file));
    attempt("delete", file, () => fs.unlinkSync(file));
    attempt("read", file, () => fs.closeSync(fs.openSync(file, "r")));
  }
}
fs.rmSync(mine, { recursive: true });
process.stdout.write(JSON.stringify(done));
`;

function triedBy(person: Person, things: Thing[]): string[] {
  const [program = "", ...words] = asUser(userOf(person.name), [process.execPath, "-e", attack]);
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd: "/",
    input: JSON.stringify(things),
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const things = [...below(place.registry), ...below(place.artifacts)];

t.test("there is something of each, in every place that commands write into", async (t) => {
  t.ok(things.length > 600, `${things.length} files and directories`);
  for (const person of people) {
    const own = things.filter(({ uid }) => uid === userOf(person.name).uid).map((thing) => thing.path);
    for (const part of [
      "/runs/",
      "/events/",
      "/snapshots/",
      "/loose/",
      "/artifacts/",
      "/index/",
      "/aliases/",
      "outputs.json",
      "/.meta/",
    ])
      t.ok(
        own.some((file) => file.includes(part)),
        `${person.name}: ${part}`,
      );
  }
});

t.test(
  "two members who made nothing of the rest can change nothing of it, and read all that is to be read",
  async (t) => {
    for (const person of [alice, bob]) {
      const done = triedBy(person, things);
      const { uid } = userOf(person.name);
      const changed = done.filter((line) => !/^(read|list) /.test(line));
      t.strictSame(changed, [], person.name);
      const read = new Set(done.map((line) => line.replace(/^\w+ /, "")));
      const closed = things.filter((thing) => thing.uid !== uid && !read.has(thing.path)).map((thing) => thing.path);
      t.strictSame(
        closed.filter((file) => !/\/leases\/|\/services\/|\.tmp-|worker\.log$/.test(file)),
        [],
        "and nothing that she should see is closed",
      );
    }
  },
);

t.test("all that is there is as it was", async (t) => {
  for (const thing of things) {
    const stat = fs.lstatSync(thing.path, { throwIfNoEntry: false });
    if (stat?.uid !== thing.uid) t.fail(`${thing.path} is gone or another's`);
  }
  for (const person of people) t.equal((await person.run(["lab", "doctor", "--failing"])).stdout, "", person.name);
});

t.test("in a sticky directory its owner may delete: the founder, who is trusted and named", async (t) => {
  const shared = path.join(place.registry, "claims/00");
  t.equal(fs.lstatSync(shared).uid, userOf("lab-carol").uid);
  const [registry] = (await alice.lab(["lab", "doctor", "--json"])).filter(({ name }) => name === "registry");
  t.match(registry, { message: /of lab-carol, for the group lab-research/ });
  t.ok(carol);
});
