import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { inspections } from "../../../lib/source/inspections.js";
import type { SnapshotOptions } from "../../../lib/source/snapshot.js";
import { readStatCache, writeStatCache } from "../../../lib/source/stat-cache.js";
import { treeDigest } from "../../../lib/source/tree-digest.js";
import { unchangedSnapshot } from "../../../lib/source/unchanged-snapshot.js";
import { needs } from "../../support/needs.js";
import { git, repository, settled, snapshot, temporary, uid, write } from "./fixture.js";

if (!needs(t, "git")) process.exit();

type Change = (root: string) => void;

// Each is done to a tree of its own, whose snapshot has been taken; none may go unseen.
const changes: Record<string, Change> = {
  "another content of the same size": (root) => write(root, { "tracked.txt": "eno" }),
  "another content with the old mtime": (root) => {
    const { atime, mtime } = fs.statSync(`${root}/tracked.txt`);
    write(root, { "tracked.txt": "eno" });
    fs.utimesSync(`${root}/tracked.txt`, atime, mtime);
  },
  "an untracked file, changed": (root) => write(root, { "untracked.txt": "wen" }),
  "a modified file, changed again": (root) => write(root, { "modified.txt": "third" }),
  "a file that git was told not to look at": (root) => write(root, { "assumed.txt": "eno" }),
  "a new file": (root) => write(root, { "d/new": "" }),
  "a file gone": (root) => fs.rmSync(`${root}/d/x`),
  "an untracked file gone": (root) => fs.rmSync(`${root}/untracked.txt`),
  "a deleted file back": (root) => write(root, { "deleted.txt": "back" }),
  "a file behind sparse-checkout back": (root) => write(root, { "sparse/s": "s" }),
  "a program": (root) => fs.chmodSync(`${root}/tracked.txt`, 0o755),
  "a link led elsewhere": (root) => {
    fs.rmSync(`${root}/link`);
    fs.symlinkSync("d/x", `${root}/link`);
  },
  "a directory replaced by a link to it": (root) => {
    fs.renameSync(`${root}/u`, `${root}/.git/u`);
    fs.symlinkSync(".git/u", `${root}/u`);
  },
  "other rules of what is ignored": (root) => write(root, { ".git/info/exclude": "untracked.txt\n" }),
  "what was ignored no more": (root) => write(root, { ".gitignore": "" }),
  "another index": (root) => git(root, "add", "untracked.txt"),
  "another commit": (root) => git(root, "commit", "-q", "--allow-empty", "-m", "second"),
  "a file in the repository inside": (root) => write(root, { "inner/i": "j" }),
  "a commit in the repository inside": (root) => git(`${root}/inner`, "commit", "-q", "--allow-empty", "-m", "2"),
  "the repository inside gone": (root) => fs.rmSync(`${root}/inner`, { recursive: true }),
  "another repository inside": (root) => repository(`${root}/inner2`, { i: "i" }),
  "the secret that was asked for": (root) => write(root, { ".env": "NEW=1" }),
  "a secret that was asked for and not there": (root) => write(root, { "absent.pem": "x" }),
};

function make(root: string): string {
  repository(root, {
    ".gitignore": ".env\n*.ignored\nabsent.pem\n",
    "tracked.txt": "one",
    "modified.txt": "first",
    "assumed.txt": "one",
    "deleted.txt": "x",
    "sparse/s": "s",
    "d/x": "x",
    link: "-> tracked.txt",
  });
  git(root, "update-index", "--assume-unchanged", "assumed.txt");
  git(root, "update-index", "--skip-worktree", "sparse/s");
  fs.rmSync(`${root}/sparse`, { recursive: true });
  fs.rmSync(`${root}/deleted.txt`);
  write(root, { "modified.txt": "other", "untracked.txt": "new", "u/v": "v", ".env": "OLD=1", "x.ignored": "" });
  repository(`${root}/inner`, { i: "i" });
  return root;
}

// Made first and all at once, since nothing that is younger than some seconds is trusted: they grow old together.
const dir = temporary(t);
const cases = [...Object.entries(changes), ["nothing", () => {}], ["another branch", switchBranch]] as [
  string,
  Change,
][];
const trees = cases.map(([what, change], n) => ({ what, change, options: optionsFor(make(path.join(dir, `${n}`))) }));
const calm = optionsFor(make(path.join(dir, "calm")));
const shipped = optionsFor(make(path.join(dir, "wanted")));
const foreign = repository(path.join(dir, "foreign"), { a: "1" });
const believed = repository(path.join(dir, "believed"), { a: "1", b: "2" });

t.test("every change is seen, and only changes", async (t) => {
  t.jobs = 3;
  for (const { what, change, options } of trees)
    t.test(what, { buffered: true }, async (t) => {
      await settled(options.root);
      const first = await snapshot(options.root, options);
      t.match(await unchanged(options), { digest: first.digest, dirty: true, files: 10 }, "before");
      await change(options.root);
      const now = await unchanged(options);
      if (what === "nothing") t.same(now, first);
      else if (what === "another branch") t.same(now, { ...first, branch: "side" });
      else t.equal(now, undefined);
      const taken = await snapshot(options.root, options);
      const { cacheFile: _, ...plain } = options;
      const anew = await snapshot(options.root, plain);
      t.same(taken, anew, "the same with the cache as without");
    });
});

t.test("what git ignores may change as it likes", async (t) => {
  await settled(calm.root);
  const first = await snapshot(calm.root, calm);
  write(calm.root, { "x.ignored": "more", "y.ignored": "other" });
  t.same(await unchanged(calm), first);
});

t.test("an unchanged file is not read again, but what the cache says is checked before it is shipped", async (t) => {
  const root = believed;
  await settled(root);
  const options = { cacheFile: `${root}.cache`, spool: `${root}.tar`, wanted: () => false };
  const { digest } = await snapshot(root, options);
  const cache = readStatCache(options.cacheFile, uid);
  t.ok(cache?.summary);
  if (!cache) return;
  const entries = cache.names.map((name, place) => ({
    path: name,
    mode: "100644" as const,
    sha: name === "a" ? "0".repeat(64) : cache.content(place),
  }));
  const lie = () => {
    const trustedBefore = BigInt(Date.now()) * 1_000_000n;
    writeStatCache(options.cacheFile, { ...cache, key: "another selection's", entries }, trustedBefore);
  };
  lie();
  const wrong = await snapshot(root, options);
  t.equal(wrong.digest, treeDigest(entries), "it was believed, not read");
  lie();
  const right = await snapshot(root, { ...options, wanted: () => true });
  t.equal(right.digest, digest);
  t.equal(right.tar?.path, options.spool);
});

t.test("who is to forget reads the cache and does not write it", async (t) => {
  const root = repository(path.join(dir, "forgotten"), { a: "1" });
  const cacheFile = path.join(dir, "of forgotten");
  const first = await snapshot(root, { cacheFile, forget: true });
  t.notOk(fs.existsSync(cacheFile));
  t.same(await snapshot(root, { cacheFile }), first);
  await settled(root);
  await snapshot(root, { cacheFile });
  const cache = readStatCache(cacheFile, uid);
  if (!cache) throw new Error("no cache");
  const entries = [{ path: "a", mode: "100644" as const, sha: "0".repeat(64) }];
  writeStatCache(cacheFile, { ...cache, key: "another selection's", entries }, BigInt(Date.now()) * 1_000_000n);
  const before = fs.statSync(cacheFile, { bigint: true });
  write(root, { b: "2" });
  const { digest } = await snapshot(root, { cacheFile, forget: true });
  const b = { path: "b", mode: "100644" as const, sha: createHash("sha256").update("2").digest("hex") };
  t.equal(digest, treeDigest([...entries, b]), "what the cache knows is believed, the rest is read");
  const after = fs.statSync(cacheFile, { bigint: true });
  t.strictSame([after.ino, after.mtimeNs], [before.ino, before.mtimeNs]);
});

t.test("an unchanged tree whose tar is wanted", async (t) => {
  const { root } = shipped;
  await settled(root);
  const first = await snapshot(root, shipped);
  t.ok(await unchanged(shipped));
  const asked: string[] = [];
  const spool = `${root}.tar`;
  const not = await snapshot(root, { ...shipped, spool, wanted: (digest) => asked.push(digest) === 0 });
  t.same(asked, [first.digest]);
  t.same(not, first);
  const { tar, record, ...facts } = await snapshot(root, { ...shipped, spool });
  t.same(facts, first);
  t.equal(record?.id, first.digest);
  t.equal(tar?.digest, record?.tar_digest);
});

t.test("a cache of a version that keeps something else is of no use, and no harm", async (t) => {
  const root = foreign;
  await settled(root);
  const options = { cacheFile: `${root}.cache` };
  const first = await snapshot(root, options);
  const cache = readStatCache(options.cacheFile, uid);
  if (!cache) throw new Error("no cache");
  const entries = cache.names.map((name, place) => ({
    path: name,
    mode: "100644" as const,
    sha: cache.content(place),
  }));
  for (const summary of [null, 7, {}, { facts: first }]) {
    writeStatCache(options.cacheFile, { ...cache, entries, summary }, BigInt(Date.now()) * 1_000_000n);
    t.same(await snapshot(root, options), first);
  }
});

function switchBranch(root: string): void {
  git(root, "symbolic-ref", "HEAD", "refs/heads/side");
  git(root, "update-ref", "refs/heads/side", git(root, "rev-parse", "main").trim());
}

function optionsFor(root: string): SnapshotOptions & { cacheFile: string } {
  return { kind: "git", root, uid, env: process.env, include: [".env", "absent.pem"], cacheFile: `${root}.cache` };
}

/** What the quick way makes of it, if it dares. */
async function unchanged(options: SnapshotOptions & { cacheFile: string }) {
  const asked = inspections(options.root, process.env, uid);
  try {
    const cache = readStatCache(options.cacheFile, uid);
    return cache && (await unchangedSnapshot(options, cache, asked));
  } finally {
    await asked.close();
  }
}
