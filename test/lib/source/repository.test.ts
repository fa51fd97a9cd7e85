// A colleague's repository is somebody else's program: every way that git knows of running one is tried here, each with a
// control that shows that it would have worked on git used plainly.
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { openRepository } from "../../../lib/source/repository.js";
import { treePath } from "../../../lib/source/tree-path.js";
import { needs } from "../../support/needs.js";
import { git, repository, snapshot, temporary, uid, write } from "./fixture.js";

if (!needs(t, "git")) process.exit();

/** A repository whose configuration runs `<dir>/trap <name>` wherever it can, and leaves `<dir>/sprung/<name>`. */
function hostile(t: { teardown(action: () => void): void }) {
  const dir = temporary(t);
  const sprung = path.join(dir, "sprung");
  fs.mkdirSync(sprung);
  const trap = path.join(dir, "trap");
  fs.writeFileSync(trap, `#!/bin/sh\n: > "${sprung}/$1"\ncase $1 in process | fetch) exit 1 ;; *) exec cat ;; esac\n`, {
    mode: 0o755,
  });
  const root = repository(path.join(dir, "root"), {
    "a.txt": "one\n",
    "b.dat": "binary\n",
    "c.ext": "external\n",
    "p.proc": "process\n",
    ".gitattributes": "*.txt filter=evil\n*.dat diff=evil\n*.ext diff=outside\n*.proc filter=running\n",
  });
  return { dir, root, trap, sprung: () => fs.readdirSync(sprung).sort(), sprungDir: sprung };
}

/** Git as anybody uses it: what the traps would do to them. */
function plainGit(root: string, args: string[], home = root) {
  spawnSync("git", args, { cwd: root, env: { PATH: process.env["PATH"], HOME: home }, timeout: 30_000 });
}

function change(root: string) {
  write(root, { "a.txt": "two\n", "b.dat": "changed\n", "c.ext": "changed\n", "p.proc": "changed\n", new: "n" });
}

t.test("filters, diff drivers, textconv, fsmonitor, hooks, pagers", async (t) => {
  const { root, trap, sprung, sprungDir, dir } = hostile(t);
  const set = (key: string, value: string) => git(root, "config", key, value);
  set("filter.evil.clean", `${trap} clean`);
  set("filter.evil.smudge", `${trap} smudge`);
  set("filter.evil.required", "true");
  set("filter.running.process", `${trap} process`);
  set("diff.evil.textconv", `${trap} textconv`);
  set("diff.outside.command", `${trap} driver`);
  set("diff.external", `${trap} external`);
  set("core.fsmonitor", `${trap} fsmonitor`);
  set("core.hooksPath", path.join(dir, "hooks"));
  set("core.pager", `${trap} pager`);
  set("pager.diff", `${trap} pager-diff`);
  set("core.editor", `${trap} editor`);
  set("core.sshCommand", `${trap} ssh`);
  set("core.askPass", `${trap} askpass`);
  set("core.gitProxy", `${trap} proxy`);
  set("core.alternateRefsCommand", `${trap} alternates`);
  set("credential.helper", `!${trap} credential`);
  set("uploadpack.packObjectsHook", `${trap} pack`);
  set("gpg.program", `${trap} gpg`);
  set("alias.ls-files", `!${trap} alias`);
  set("alias.rev-parse", `!${trap} alias`);
  set("trailer.x.command", `${trap} trailer`);
  write(dir, { "hooks/post-index-change": `#!/bin/sh\n${trap} hook\n` });
  fs.chmodSync(path.join(dir, "hooks/post-index-change"), 0o755);
  change(root);
  const taken = await snapshot(root, { spool: path.join(dir, "s.tar"), cacheFile: path.join(dir, "cache") });
  t.same(sprung(), [], "nothing was run");
  t.equal(taken.dirty, true);
  t.match(taken.record?.patch, /-one\n\+two/);
  t.match(taken.record?.patch, /-binary\n\+changed/);
  const without = ["-c", "filter.running.process="];
  plainGit(root, [...without, "diff"]);
  plainGit(root, [...without, "diff", "--no-ext-diff", "--textconv", "--", "b.dat"]);
  plainGit(root, [...without, "add", "new"]);
  plainGit(root, ["diff"]);
  const control = fs.readdirSync(sprungDir).sort();
  for (const name of ["clean", "driver", "external", "fsmonitor", "hook", "process", "textconv"]) {
    t.ok(control.includes(name), `git used plainly runs ${name}`);
  }
});

t.test("by includes, by the configuration of a work tree, by another branch's include", async (t) => {
  const { root, trap, sprung, sprungDir, dir } = hostile(t);
  write(dir, {
    "more.config": `[filter "evil"]\n\tclean = ${trap} included\n`,
    "on-branch.config": `[core]\n\tfsmonitor = ${trap} conditional\n`,
  });
  git(root, "config", "include.path", path.join(dir, "more.config"));
  git(root, "config", "includeIf.onbranch:main.path", path.join(dir, "on-branch.config"));
  git(root, "config", "extensions.worktreeConfig", "true");
  git(root, "config", "--worktree", "filter.running.clean", `${trap} worktree`);
  change(root);
  await snapshot(root, { spool: path.join(dir, "s.tar"), cacheFile: path.join(dir, "cache") });
  t.same(sprung(), []);
  plainGit(root, ["diff"]);
  const control = fs.readdirSync(sprungDir).sort();
  t.same(control, ["conditional", "included", "worktree"]);
});

t.test("by a submodule's configuration, by .gitmodules, by a repository inside", async (t) => {
  const { root, trap, sprung, sprungDir, dir } = hostile(t);
  const library = repository(path.join(dir, "library"), { "x.txt": "x\n", ".gitattributes": "*.txt filter=evil\n" });
  git(root, "submodule", "--quiet", "add", library, "sub");
  git(root, "commit", "-q", "-m", "sub", "--", ".gitmodules", "sub");
  git(root, "config", "submodule.sub.update", `!${trap} update`);
  repository(path.join(root, "inner"), { "y.txt": "y\n", ".gitattributes": "*.txt filter=evil\n" });
  git(path.join(root, "inner"), "config", "core.fsmonitor", `${trap} inner-fsmonitor`);
  git(path.join(root, "inner"), "config", "filter.evil.clean", `${trap} inner-clean`);
  git(path.join(root, "sub"), "config", "core.fsmonitor", `${trap} sub-fsmonitor`);
  git(path.join(root, "sub"), "config", "filter.evil.clean", `${trap} sub-clean`);
  write(root, { "sub/x.txt": "changed\n", "inner/y.txt": "changed\n" });
  const taken = await snapshot(root, { spool: path.join(dir, "s.tar"), cacheFile: path.join(dir, "cache") });
  t.same(sprung(), []);
  t.match(taken.record?.patch, /^--- a\/sub\/x\.txt\n\+\+\+ b\/sub\/x\.txt$/m);
  t.match(taken.record?.patch, /^--- a\/inner\/y\.txt$/m);
  plainGit(root, ["diff"]);
  t.ok(fs.readdirSync(sprungDir).includes("sub-fsmonitor"), "git used plainly asks the submodule");
});

t.test("by objects that are to be fetched", async (t) => {
  const { root, trap, sprung, sprungDir, dir } = hostile(t);
  git(root, "config", "core.repositoryFormatVersion", "1");
  git(root, "config", "extensions.partialClone", "origin");
  git(root, "config", "remote.origin.promisor", "true");
  git(root, "config", "remote.origin.url", `ext::${trap} fetch`);
  git(root, "config", "protocol.ext.allow", "always");
  const blob = git(root, "rev-parse", "HEAD:a.txt").trim();
  fs.rmSync(path.join(root, ".git/objects", blob.slice(0, 2), blob.slice(2)));
  write(root, { "a.txt": "two\n" });
  const taken = await snapshot(root, { spool: path.join(dir, "s.tar"), cacheFile: path.join(dir, "cache") });
  t.same(sprung(), []);
  t.ok(taken.tar, "the tar needs no object");
  t.notOk("dirty" in taken, "without the object nobody can tell");
  t.match(taken.record?.patch_notes, ["git cannot tell what changed"]);
  plainGit(root, ["diff", "HEAD"]);
  t.ok(fs.readdirSync(sprungDir).includes("fetch"), "git used plainly fetches");
});

t.test("by the caller's own environment and configuration", async (t) => {
  const { root, trap, sprung, sprungDir, dir } = hostile(t);
  const home = path.join(dir, "home");
  write(home, {
    ".gitconfig": `[filter "evil"]\n\tclean = ${trap} global\n[core]\n\tfsmonitor = ${trap} global-fsmonitor\n`,
  });
  change(root);
  const env = {
    PATH: process.env["PATH"],
    HOME: home,
    GIT_EXTERNAL_DIFF: `${trap} environment`,
    GIT_DIR: "/nonexistent",
    GIT_INDEX_FILE: "/nonexistent",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "core.fsmonitor",
    GIT_CONFIG_VALUE_0: `${trap} variable`,
    GIT_CONFIG_PARAMETERS: `'core.fsmonitor'='${trap} parameters'`,
  };
  const taken = await snapshot(root, { spool: path.join(dir, "s.tar"), env });
  t.same(sprung(), []);
  t.equal(taken.dirty, true);
  plainGit(root, ["diff"], home);
  t.ok(fs.readdirSync(sprungDir).includes("global"));
});

t.test("core.worktree does not lead elsewhere", async (t) => {
  const { root, dir } = hostile(t);
  write(dir, { "private/diary": "secret" });
  git(root, "config", "core.worktree", path.join(dir, "private"));
  const taken = await snapshot(root, { spool: path.join(dir, "s.tar") });
  t.equal(taken.files, 5);
  t.notOk(execFileSync("tar", ["-tf", path.join(dir, "s.tar")], { encoding: "utf8" }).includes("diary"));
});

t.test("tracked files behind what is a link by now are not read", async (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { "d/diary": "mine", ".gitignore": "/d\n" });
  write(dir, { "private/diary": "theirs" });
  fs.rmSync(path.join(root, "d"), { recursive: true });
  fs.symlinkSync("../private", path.join(root, "d"));
  await snapshot(root, { spool: path.join(dir, "s.tar") });
  t.equal(execFileSync("tar", ["-tf", path.join(dir, "s.tar")], { encoding: "utf8" }), ".gitignore\n");
});

t.test("nothing is written below .git, nor left in the temporary directory", async (t) => {
  const { root, dir } = hostile(t);
  change(root);
  // An index that git would refresh, and a split one whose shared part it would touch.
  git(root, "update-index", "--split-index");
  const look = () =>
    execFileSync("find", [".git", "-printf", "%p %y %s %m %T@ %C@ %l\n"], { cwd: root, encoding: "utf8" });
  const before = look();
  const views = path.join(dir, "views");
  fs.mkdirSync(views);
  const usual = process.env["TMPDIR"];
  process.env["TMPDIR"] = views;
  await snapshot(root, { spool: path.join(dir, "s.tar"), cacheFile: path.join(dir, "cache") });
  await snapshot(root, { cacheFile: path.join(dir, "cache") });
  if (usual === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = usual;
  t.equal(look(), before);
  t.same(fs.readdirSync(views), []);
});

t.test("another user's repository, read-only", async (t) => {
  if (uid !== 0) return t.pass("needs root to make another user's repository");
  const dir = temporary(t);
  fs.chmodSync(dir, 0o755);
  const root = repository(path.join(dir, "theirs"), { a: "1" });
  write(root, { a: "2" });
  execFileSync("chown", ["-R", "12345:12345", root]);
  const plain = spawnSync("git", ["status"], { cwd: root, encoding: "utf8", env: { PATH: process.env["PATH"] } });
  t.match(plain.stderr, /dubious ownership/, "git used plainly refuses it");
  const taken = await snapshot(root, { spool: path.join(dir, "s.tar") });
  t.equal(taken.dirty, true);
  t.match(taken.record?.patch, /\+2/);
  execFileSync("chmod", ["-R", "a-w", root]);
  t.equal((await snapshot(root)).digest, taken.digest);
});

t.test("the branch and the work tree are git's own", async (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { a: "1" });
  const opened = await openRepository(treePath(root), process.env, uid);
  t.equal(opened.branch, "main");
  const { out } = await opened.git(["rev-parse", "--show-toplevel"]);
  t.equal(out.toString(), `${root}\n`);
  await t.rejects(opened.git(["rev-parse", "--verify", "nothing"]), {
    code: "dataerr",
    message: /Needed a single revision/,
  });
  await opened.close();
  t.notOk(fs.existsSync(opened.scratch));
});
