import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { violations } from "../../../lib/record/schema.js";
import { snapshotSchema } from "../../../lib/record/snapshot.js";
import type { SnapshotOptions } from "../../../lib/source/snapshot.js";
import { needs } from "../../support/needs.js";
import { git, repository, snapshot, temporary, uid, write } from "./fixture.js";

if (!needs(t, "git")) process.exit();

let n = 0;
async function recordOf(dir: string, root: string, options: Partial<SnapshotOptions> = {}) {
  n += 1;
  const { record } = await snapshot(root, { spool: path.join(dir, `${n}.tar`), ...options });
  if (!record) throw new Error("no record");
  return record;
}

t.test("a clean tree, and a directory that git knows nothing of", async (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { a: "1" });
  const clean = await recordOf(dir, root);
  t.match(clean, {
    type: "snapshot",
    v: 1,
    kind: "git",
    root,
    branch: "main",
    dirty: false,
    files: 1,
    bytes: 1,
    left_out: [],
  });
  for (const key of ["patch", "patch_notes", "untracked", "remotes", "submodules", "links_out"])
    t.notOk(key in clean, key);
  const plain = await recordOf(dir, write(path.join(dir, "p"), { a: "1" }), { kind: "directory" });
  t.equal(plain.id, clean.id);
  for (const key of ["commit", "branch", "dirty", "patch", "untracked"]) t.notOk(key in plain, key);
  t.same([...violations(snapshotSchema, clean), ...violations(snapshotSchema, plain)], []);
});

t.test("the patch leads from the commit to what is shipped", async (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), {
    a: "one\n",
    "b b": "two\n",
    gone: "x\n",
    mode: "m\n",
    bin: "\u0000\u0001",
  });
  write(root, { a: "uno\n", "b b": "due\n", bin: "\u0000\u0002", new: "n", staged: "s\n" });
  fs.rmSync(path.join(root, "gone"));
  fs.chmodSync(path.join(root, "mode"), 0o755);
  git(root, "add", "staged");
  const record = await recordOf(dir, root);
  t.match(record, { dirty: true, untracked: ["new"], untracked_count: 1 });
  git(dir, "clone", "-q", root, "copy");
  const copy = path.join(dir, "copy");
  fs.writeFileSync(path.join(dir, "patch"), record.patch ?? "");
  git(copy, "apply", path.join(dir, "patch"));
  fs.rmSync(path.join(root, "new"));
  t.equal((await snapshot(copy)).digest, (await snapshot(root)).digest);
});

t.test("secrets are not in the patch either, not even those that are gone", async (t) => {
  const dir = temporary(t);
  const files = { ".env": "TOKEN=old\n", "x[1].pem": "old\n", a: "1\n", "old.key": "gone\n" };
  const root = repository(path.join(dir, "r"), files);
  write(root, { ".env": "TOKEN=new\n", "x[1].pem": "new\n", a: "2\n" });
  fs.rmSync(path.join(root, "old.key"));
  const record = await recordOf(dir, root);
  t.match(record.patch, /\+2/);
  t.notMatch(record.patch, /TOKEN|pem|gone/);
  t.same(record.patch_notes, [
    "without .env: named like a secret",
    "without old.key: named like a secret",
    "without x[1].pem: named like a secret",
  ]);
  t.match((await recordOf(dir, root, { include: [".env"] })).patch, /TOKEN=new/);
});

t.test("a patch is cut at a line when it is long, and large files are not in it", async (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { a: "", huge: "", z: "" });
  write(root, { a: `${"a line of some length\n".repeat(60_000)}`, z: "z" });
  fs.truncateSync(path.join(root, "huge"), 17 << 20);
  const { patch = "", patch_notes } = await recordOf(dir, root);
  t.ok(Buffer.byteLength(patch) <= 2 ** 20 && Buffer.byteLength(patch) > 2 ** 20 - 100);
  t.ok(patch.endsWith("\n"));
  t.same(patch_notes, ["without huge: larger than 16 MiB", "cut here"]);
});

t.test("the schema", (t) => {
  t.match(violations(snapshotSchema, { type: "snapshot", v: 1 }), ["id is missing"]);
  t.end();
});

t.test("someone who may not read a file is told which", async (t) => {
  if (uid !== 0) return t.pass("needs root to take a right away and use another's");
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { a: "1", "d/b": "2" });
  fs.chmodSync(path.join(root, "d/b"), 0);
  fs.chmodSync(dir, 0o755);
  const built = path.join(dir, "take.mjs");
  const { buildSync } = await import("esbuild");
  buildSync({
    stdin: {
      contents: `import { snapshotTree } from "./lib/source/snapshot.ts";
        snapshotTree({ kind: process.argv[3], root: process.argv[2], uid: process.getuid(), env: process.env })
          .catch((error) => console.log(error.code, error.message));`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: built,
  });
  const as = (kind: string) => {
    const args = ["--reuid=12345", "--regid=12345", "--clear-groups", process.execPath, built, root, kind];
    return execFileSync("setpriv", args, { encoding: "utf8" });
  };
  t.equal(as("git"), "noperm cannot read 'd/b': permission denied\n");
  t.equal(as("directory"), "noperm cannot read 'd/b': permission denied\n");
  fs.chmodSync(path.join(root, "d"), 0);
  t.match(as("directory"), /^noperm cannot list '.*\/r\/d': permission denied/);
  fs.chmodSync(path.join(root, "d"), 0o755);
  write(root, { "u/x": "" });
  fs.chmodSync(path.join(root, "u"), 0);
  t.match(as("git"), /^noperm cannot read '.*\/r\/u\/': permission denied/);
});
