import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { violations } from "../../../lib/record/schema.js";
import { snapshotSchema } from "../../../lib/record/snapshot.js";
import { statCacheName } from "../../../lib/source/snapshot.js";
import { needs } from "../../support/needs.js";
import { digestByCoreutils, git, names, repository, snapshot, temporary, unpacked, write } from "./fixture.js";

if (!needs(t, "git")) process.exit();

t.test("a git tree: what is in the snapshot and what is not", async (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "my 'odd' repo"), {
    ".gitignore": "*.log\nout/\n",
    "a.txt": "one\n",
    "bin/run.sh": "#!/bin/sh\n",
    gone: "deleted\n",
    link: "-> a.txt",
    "removed/deep/file": "x",
    "tracked.log": "ignored, but tracked\n",
  });
  fs.chmodSync(path.join(root, "bin/run.sh"), 0o755);
  write(root, { "a.txt": "two\n", "new\nline": "n", 'quo"te': "q", "out/big": "no", "x.log": "no", "sp ace/ü": "yes" });
  fs.rmSync(path.join(root, "gone"));
  fs.rmSync(path.join(root, "removed"), { recursive: true });
  const spool = path.join(dir, "spool.tar");
  const taken = await snapshot(root, { spool });
  const out = unpacked(spool);
  t.same(names(out), [".gitignore", "a.txt", "bin/run.sh", "link", "new\nline", 'quo"te', "sp ace/ü", "tracked.log"]);
  t.equal(fs.readFileSync(path.join(out, "a.txt"), "utf8"), "two\n");
  t.equal(fs.readlinkSync(path.join(out, "link")), "a.txt");
  t.equal(fs.statSync(path.join(out, "bin/run.sh")).mode & 0o777, 0o755);
  t.equal(taken.digest, digestByCoreutils(out), "the digest is what coreutils make of the unpacked tar");
  t.equal(taken.files, 8);
  t.equal(taken.dirty, true);
  t.equal(taken.branch, "main");
  t.equal(taken.commit, git(root, "rev-parse", "HEAD").trim());
  t.equal(taken.tar?.digest, `sha256:${execFileSync("sha256sum", [spool], { encoding: "utf8" }).slice(0, 64)}`);
  t.equal(taken.tar?.bytes, fs.statSync(spool).size);
  t.same(violations(snapshotSchema, taken.record), []);
});

t.test("the same tree has the same digest and the same tar, whoever has it", async (t) => {
  const dir = temporary(t);
  const files = { a: "1", "b/c": "2", l: "-> a" };
  const one = await snapshot(repository(path.join(dir, "one"), files), { spool: path.join(dir, "1.tar") });
  const plain = write(path.join(dir, "two"), files);
  const two = await snapshot(plain, { kind: "directory", spool: path.join(dir, "2.tar") });
  t.equal(one.digest, two.digest);
  t.equal(one.tar?.digest, two.tar?.digest);
  t.equal(one.dirty, false);
  t.notOk("dirty" in two, "of a plain directory nobody can tell");
  fs.chmodSync(path.join(plain, "a"), 0o755);
  const three = await snapshot(plain, { kind: "directory" });
  t.not(three.digest, one.digest, "the x bit counts");
});

t.test("without a spool nothing is written", async (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { a: "1" });
  const taken = await snapshot(root);
  t.same(fs.readdirSync(dir), ["r"]);
  t.notOk(taken.tar);
  t.notOk(taken.record);
});

t.test("a tar that is not wanted is not left behind", async (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { a: "1" });
  const spool = path.join(dir, "s.tar");
  const asked: string[] = [];
  const taken = await snapshot(root, {
    spool,
    wanted: async (digest) => {
      asked.push(digest);
      return false;
    },
  });
  t.same(asked, [taken.digest]);
  t.notOk(taken.tar);
  t.notOk(fs.existsSync(spool));
});

t.test("an existing spool is nobody's to overwrite or to remove", async (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { a: "1" });
  const spool = path.join(dir, "s.tar");
  fs.writeFileSync(spool, "mine");
  await t.rejects(snapshot(root, { spool }), { code: "cantcreat" });
  t.equal(fs.readFileSync(spool, "utf8"), "mine");
});

t.test("a file that changes after it was listed is read again", async (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { a: "1", b: "2" });
  const cacheFile = path.join(dir, "cache");
  await settled(root, cacheFile);
  const spool = path.join(dir, "s.tar");
  let changed = 0;
  const taken = await snapshot(root, {
    spool,
    cacheFile,
    wanted: () => {
      // Between hashing and writing: a new content of the same size.
      if (changed++ === 0) fs.writeFileSync(path.join(root, "a"), "3");
      return true;
    },
  });
  t.equal(changed, 2, "asked again");
  t.equal(fs.readFileSync(path.join(unpacked(spool), "a"), "utf8"), "3");
  t.equal(taken.digest, digestByCoreutils(`${spool}.unpacked`));
});

t.test("a file that keeps changing is an error that names it", async (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { b: "2" });
  // Something that takes a while to read, between the look at b and the reading of it.
  fs.writeFileSync(path.join(root, "a"), "");
  fs.truncateSync(path.join(root, "a"), 32 << 20);
  const writer = spawn("sh", ["-c", "while :; do printf x >> b; done"], { cwd: root, stdio: "ignore" });
  t.teardown(() => writer.kill());
  const spool = path.join(dir, "s.tar");
  await t.rejects(snapshot(root, { spool }), {
    code: "tempfail",
    message: `cannot snapshot '${root}': 'b' keeps changing`,
  });
  t.notOk(fs.existsSync(spool));
  await t.rejects(snapshot(root), { code: "tempfail" });
});

t.test("submodules, repositories inside, and what they leave out", async (t) => {
  const dir = temporary(t);
  const deep = repository(path.join(dir, "deep"), { "deep.txt": "d" });
  const library = repository(path.join(dir, "library"), { "lib.py": "l", ".gitignore": "*.tmp\n" });
  git(library, "submodule", "--quiet", "add", deep, "nested/deep");
  git(library, "commit", "-q", "-m", "deep");
  const root = repository(path.join(dir, "root"), { main: "m" });
  git(root, "submodule", "--quiet", "add", library, "vendor/lib");
  git(root, "submodule", "--quiet", "add", deep, "absent");
  git(root, "commit", "-q", "-m", "subs");
  git(root, "submodule", "--quiet", "update", "--init", "--recursive");
  git(root, "submodule", "--quiet", "deinit", "-f", "absent");
  repository(path.join(root, "inner"), { i: "i", ".gitignore": "*.tmp\n" });
  write(root, { "vendor/lib/x.tmp": "no", "vendor/lib/new": "yes", "inner/y.tmp": "no", "inner/untracked": "yes" });
  const spool = path.join(dir, "s.tar");
  const taken = await snapshot(root, { spool });
  t.same(names(unpacked(spool)), [
    ".gitmodules",
    "inner/.gitignore",
    "inner/i",
    "inner/untracked",
    "main",
    "vendor/lib/.gitignore",
    "vendor/lib/.gitmodules",
    "vendor/lib/lib.py",
    "vendor/lib/nested/deep/deep.txt",
    "vendor/lib/new",
  ]);
  t.equal(taken.digest, digestByCoreutils(`${spool}.unpacked`));
  t.same(taken.left_out, [{ path: "absent", reason: "a submodule that is not initialised" }]);
  t.match(taken.record?.submodules, [
    { path: "absent", kind: "submodule" },
    { path: "vendor/lib", kind: "submodule", commit: git(library, "rev-parse", "HEAD").trim() },
    { path: "vendor/lib/nested/deep", kind: "submodule", commit: git(deep, "rev-parse", "HEAD").trim() },
    { path: "inner", kind: "repository" },
  ]);
});

t.test("before the first commit, an added file, a linked work tree, a detached head", async (t) => {
  const dir = temporary(t);
  const empty = path.join(dir, "empty");
  fs.mkdirSync(empty);
  git(empty, "init", "-q", "-b", "trunk");
  const nothing = await snapshot(empty, { spool: path.join(dir, "0.tar") });
  t.equal(nothing.files, 0);
  t.equal(nothing.digest, digestByCoreutils(unpacked(path.join(dir, "0.tar"))));
  t.equal(nothing.branch, "trunk");
  t.notOk("commit" in nothing);
  write(empty, { "later.txt": "x" });
  git(empty, "add", "-N", "later.txt");
  t.equal((await snapshot(empty)).files, 1, "intent to add");
  const root = repository(path.join(dir, "r"), { a: "1" });
  git(root, "worktree", "add", "-q", "-b", "side", path.join(dir, "tree"));
  write(path.join(dir, "tree"), { b: "2" });
  const tree = await snapshot(path.join(dir, "tree"));
  t.equal(tree.files, 2);
  t.equal(tree.branch, "side");
  git(root, "checkout", "-q", "--detach");
  const detached = await snapshot(root);
  t.notOk("branch" in detached);
  t.equal(detached.commit, git(root, "rev-parse", "HEAD").trim());
});

t.test("files of conflict, sparse checkout, assume-unchanged, split index", async (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { a: "1", "in/x": "x", "out/y": "y" });
  git(root, "checkout", "-q", "-b", "other");
  write(root, { a: "2" });
  git(root, "commit", "-q", "-am", "2");
  git(root, "checkout", "-q", "main");
  write(root, { a: "3" });
  git(root, "commit", "-q", "-am", "3");
  t.throws(() => git(root, "merge", "-q", "other"));
  t.equal((await snapshot(root)).files, 3, "a path in conflict counts once");
  git(root, "reset", "-q", "--hard");
  git(root, "sparse-checkout", "set", "in");
  t.equal((await snapshot(root)).files, 2);
  git(root, "sparse-checkout", "disable");
  git(root, "update-index", "--assume-unchanged", "a");
  write(root, { a: "changed behind git's back" });
  git(root, "update-index", "--split-index");
  const spool = path.join(dir, "s.tar");
  await snapshot(root, { spool });
  t.equal(fs.readFileSync(path.join(unpacked(spool), "a"), "utf8"), "changed behind git's back");
});

t.test("a name that is no text", async (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { plain: "p" });
  fs.writeFileSync(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])]), "latin1");
  fs.mkdirSync(Buffer.concat([Buffer.from(`${root}/d`), Buffer.from([0xff, 0x0a])]));
  fs.writeFileSync(Buffer.concat([Buffer.from(`${root}/d`), Buffer.from([0xff, 0x0a]), Buffer.from("/x")]), "x");
  git(root, "add", "-A");
  git(root, "mv", "plain", "moved");
  const spool = path.join(dir, "s.tar");
  const taken = await snapshot(root, { spool });
  t.equal(taken.files, 3);
  t.equal(taken.digest, digestByCoreutils(unpacked(spool)));
});

t.test("a repository in a directory whose name is no text", async (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { plain: "p" });
  const inner = repository(path.join(dir, "inner"), { i: "i" });
  fs.renameSync(inner, Buffer.concat([Buffer.from(`${root}/n`), Buffer.from([0xfe])]));
  const spool = path.join(dir, "s.tar");
  const taken = await snapshot(root, { spool });
  t.equal(taken.files, 2);
  t.equal(taken.digest, digestByCoreutils(unpacked(spool)));
  t.match(taken.record?.submodules, [{ path: '"n\\376"', kind: "repository" }]);
});

t.test("what is named like a secret, special files, links that lead out", async (t) => {
  const dir = temporary(t);
  const root = write(path.join(dir, "plain"), {
    ".env": "TOKEN=1",
    "keys/server.pem": "x",
    "keys/id_ed25519": "x",
    "keys/id_ed25519.pub": "x",
    "credentials.py": "x",
    ".env.example": "x",
    up: "-> ../elsewhere",
    abs: "-> /etc/passwd",
    inside: "-> keys/../credentials.py",
  });
  execFileSync("mkfifo", [path.join(root, "pipe")]);
  const options = { kind: "directory", spool: path.join(dir, "s.tar") } as const;
  const taken = await snapshot(root, options);
  t.same(taken.left_out, [
    { path: ".env", reason: "named like a secret" },
    { path: "keys/id_ed25519", reason: "named like a secret" },
    { path: "keys/server.pem", reason: "named like a secret" },
    { path: "pipe", reason: "a named pipe" },
  ]);
  t.same(taken.links_out, [
    { path: "abs", target: "/etc/passwd" },
    { path: "up", target: "../elsewhere" },
  ]);
  t.same(taken.record?.left_out, taken.left_out);
  const asked = await snapshot(root, { kind: "directory", include: ["*.pem", ".env"] });
  t.equal(asked.files, taken.files + 2);
  t.same(
    asked.left_out.map((file) => file.path),
    ["keys/id_ed25519", "pipe"],
  );
  const idle = await snapshot(root, { kind: "directory", include: ["*.nothing"] });
  t.match(idle.warnings, [{ message: "[source] include '*.nothing' matches no file" }]);
});

t.test("a secret that git ignores is shipped when it is named", async (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { ".gitignore": ".env\n", a: "1" });
  write(root, { ".env": "TOKEN=1" });
  t.equal((await snapshot(root)).files, 2);
  t.equal((await snapshot(root, { include: [".env"] })).files, 3);
  await t.rejects(snapshot(root, { include: ["../x"] }), { code: "dataerr" });
});

t.test("ignore, and paths for the key", async (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { "src/a.py": "1", "docs/n.ipynb": "2", "data.csv": "3" });
  const all = await snapshot(root, { paths: ["src", "./data.csv"] });
  t.equal(all.files, 3, "all is shipped");
  const less = await snapshot(root, { ignore: ["*.ipynb"], paths: ["src", "data.csv"] });
  t.equal(less.files, 2);
  t.equal(less.dirty, false, "what is not shipped cannot be dirty");
  t.not(less.digest, all.digest);
  t.equal(less.paths_digest, all.paths_digest);
  t.equal(less.paths_digest, less.digest, "the same format over what is selected");
  write(root, { "docs/n.ipynb": "changed" });
  const later = await snapshot(root, { paths: ["src", "data.csv"] });
  t.equal(later.paths_digest, all.paths_digest);
  t.not(later.digest, all.digest);
  await t.rejects(snapshot(root, { paths: ["scr"] }), { code: "dataerr", message: /'scr'/ });
});

t.test("the budget names the largest files", async (t) => {
  const dir = temporary(t);
  const root = write(path.join(dir, "r"), { "big.bin": "x".repeat(3000), "mid.bin": "x".repeat(2000), small: "x" });
  const kind = "directory" as const;
  await t.rejects(snapshot(root, { kind, budget: { error_bytes: 5000 } }), {
    code: "dataerr",
    message: /more than 4\.9 KiB.*big\.bin \(2\.9 KiB\), mid\.bin \(2\.0 KiB\)/,
  });
  const warned = await snapshot(root, { kind, budget: { warn_bytes: 5000 } });
  t.match(warned.warnings, [{ message: /is large: 4\.9 KiB in 3 files, the largest: big\.bin/ }]);
  t.same((await snapshot(root, { kind })).warnings, []);
});

t.test("errors say what is wrong", async (t) => {
  const dir = temporary(t);
  await t.rejects(snapshot(dir), { code: "noinput", message: /cannot open the repository/ });
  const root = repository(path.join(dir, "r"), { a: "1" });
  const env = { PATH: "/nonexistent" };
  await t.rejects(snapshot(root, { env }), { code: "unavailable", message: "cannot run git" });
  fs.writeFileSync(path.join(root, ".git/index"), "rubbish rubbish rubbish rubbish rubbish");
  await t.rejects(snapshot(root), { code: "dataerr", message: /cannot read the git repository .*index/ });
});

t.test("the cache has a name of its own for each tree and selection", (t) => {
  const one = statCacheName({ kind: "git", root: "/a" });
  t.match(one, /^[0-9a-f]{32}\.stat$/);
  t.equal(statCacheName({ kind: "git", root: "/a", spool: "/x" }), one);
  t.not(statCacheName({ kind: "git", root: "/a", ignore: ["x"] }), one);
  t.end();
});

/** Takes snapshots until the cache trusts what it saw. */
async function settled(root: string, cacheFile: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    await snapshot(root, { cacheFile });
    if (fs.readFileSync(cacheFile, "latin1").split("\n", 1)[0]?.includes('"summary"')) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("the cache never settled");
}
