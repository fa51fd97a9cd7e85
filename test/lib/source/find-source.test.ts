import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { findSource } from "../../../lib/source/find-source.js";
import { needs } from "../../support/needs.js";
import { git, repository, temporary, uid, write } from "./fixture.js";

if (!needs(t, "git")) process.exit();

t.test("the repository that holds a directory, else the directory", (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { "a/b/c": "1" });
  t.same(findSource(path.join(root, "a/b"), uid), { kind: "git", root });
  t.same(findSource(root, uid), { kind: "git", root });
  fs.symlinkSync(path.join(root, "a"), path.join(dir, "link"));
  t.same(findSource(path.join(dir, "link"), uid), { kind: "git", root }, "by what a link leads to");
  git(root, "worktree", "add", "-q", path.join(dir, "tree"));
  t.same(findSource(path.join(dir, "tree"), uid), { kind: "git", root: path.join(dir, "tree") });
  write(dir, { "plain/x/y": "1", "plain/.git": "no repository", "other/.git/config": "" });
  t.same(findSource(path.join(dir, "plain/x"), uid), { kind: "directory", root: path.join(dir, "plain/x") });
  t.same(findSource(path.join(dir, "other"), uid), { kind: "directory", root: path.join(dir, "other") });
  t.throws(() => findSource(path.join(dir, "nowhere"), uid), { code: "noinput", message: /cannot open the source/ });
  t.throws(() => findSource(path.join(root, "a/b/c"), uid), { code: "noinput" });
  t.end();
});

t.test("what a stranger left in a directory for everybody is not believed", (t) => {
  const dir = temporary(t);
  repository(dir, { "a/b": "1" });
  fs.chmodSync(dir, 0o1777);
  t.same(findSource(path.join(dir, "a"), uid), { kind: "git", root: dir });
  t.same(findSource(path.join(dir, "a"), uid + 1), { kind: "directory", root: path.join(dir, "a") });
  t.end();
});
