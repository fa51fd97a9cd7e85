import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { rawPaths } from "../../../lib/source/inspect.js";
import { inspections } from "../../../lib/source/inspections.js";
import { needs } from "../../support/needs.js";
import { git, repository, temporary, uid, write } from "./fixture.js";

if (!needs(t, "git")) process.exit();

t.test("the commit, loose, packed, detached, by a branch of a linked tree, none", async (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { a: "1" });
  const commitOf = async (at: string) => {
    const asked = inspections(at, process.env, uid);
    const { commit } = await asked.at("");
    await asked.close();
    return commit;
  };
  const head = () => git(root, "rev-parse", "HEAD").trim();
  t.equal(await commitOf(root), head());
  git(root, "pack-refs", "--all");
  t.notOk(fs.existsSync(path.join(root, ".git/refs/heads/main")));
  t.equal(await commitOf(root), head(), "packed");
  git(root, "commit", "-q", "--allow-empty", "-m", "2");
  t.equal(await commitOf(root), head(), "the loose one is newer than the packed one");
  git(root, "worktree", "add", "-q", "-b", "dir/side", path.join(dir, "tree"), "HEAD~");
  t.equal(await commitOf(path.join(dir, "tree")), git(root, "rev-parse", "HEAD~").trim());
  git(root, "symbolic-ref", "refs/heads/alias", "refs/heads/main");
  git(root, "symbolic-ref", "HEAD", "refs/heads/alias");
  t.equal(await commitOf(root), head(), "a branch that is another");
  git(root, "checkout", "-q", "--detach");
  t.equal(await commitOf(root), head(), "detached");
  git(root, "checkout", "-q", "--orphan", "unborn");
  t.equal(await commitOf(root), undefined);
});

t.test("what differs from the index", async (t) => {
  const root = repository(path.join(temporary(t), "r"), { a: "1", b: "2", c: "3" });
  write(root, { b: "other" });
  fs.rmSync(path.join(root, "c"));
  const asked = inspections(root, process.env, uid);
  const { differing, index } = await asked.at("");
  t.same(rawPaths(await differing()), ["b", "c"]);
  t.match(index.identity, /^\d+ \d+ \d+ \d+$/);
  await asked.close();
  await t.rejects(inspections(path.dirname(root), process.env, uid).at(""), { code: "noinput" });
});
