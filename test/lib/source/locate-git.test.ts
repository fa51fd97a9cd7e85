import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { locateGit } from "../../../lib/source/locate-git.js";
import { treePath } from "../../../lib/source/tree-path.js";
import { needs } from "../../support/needs.js";
import { git, repository, temporary, uid, write } from "./fixture.js";

if (!needs(t, "git")) process.exit();

t.test("a repository, a linked work tree, a submodule", (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { a: "1" });
  t.same(locateGit(root, uid), { root, gitDir: `${root}/.git`, commonDir: `${root}/.git` });
  git(root, "worktree", "add", "-q", path.join(dir, "tree"));
  const tree = locateGit(path.join(dir, "tree"), uid);
  t.equal(tree.gitDir, `${root}/.git/worktrees/tree`);
  t.equal(tree.commonDir, `${root}/.git`);
  git(root, "submodule", "--quiet", "add", repository(path.join(dir, "lib"), { b: "2" }), "sub");
  t.equal(locateGit(`${root}/sub`, uid).gitDir, `${root}/.git/modules/sub`);
  const odd = repository(path.join(dir, "ü"), { a: "1" });
  t.equal(locateGit(treePath(odd), uid).gitDir, treePath(`${odd}/.git`));
  t.end();
});

t.test("what is none", (t) => {
  const dir = write(temporary(t), { "wrong/.git": "something else", "dangling/.git": "gitdir: ../gone\n" });
  t.throws(() => locateGit(dir, uid), { code: "noinput" });
  t.throws(() => locateGit(path.join(dir, "wrong"), uid), { code: "dataerr", message: /names none/ });
  t.throws(() => locateGit(path.join(dir, "dangling"), uid), { code: "noinput" });
  t.end();
});

t.test("somebody else's .git cannot lead into a repository that is not theirs", (t) => {
  if (uid !== 0) {
    t.pass("needs root to make another user's files");
    return t.end();
  }
  const dir = temporary(t);
  const mine = repository(path.join(dir, "mine"), { private: "1" });
  const bait = write(path.join(dir, "bait"), { ".git": `gitdir: ${mine}/.git\n` });
  const link = path.join(dir, "link");
  fs.mkdirSync(link);
  fs.symlinkSync(`${mine}/.git`, path.join(link, ".git"));
  t.equal(locateGit(bait, uid).gitDir, `${mine}/.git`, "my own may lead where it likes");
  execFileSync("chown", ["-hR", "12345", bait, link]);
  const refused = { code: "noperm", message: /which is not its owner's/ };
  t.throws(() => locateGit(bait, uid), refused);
  t.throws(() => locateGit(link, uid), refused);
  const borrower = repository(path.join(dir, "borrower"), { a: "1" });
  write(borrower, { ".git/objects/info/alternates": `${mine}/.git/objects\n/nonexistent\n` });
  t.equal(locateGit(borrower, uid).root, borrower);
  execFileSync("chown", ["-hR", "12345", borrower]);
  t.throws(() => locateGit(borrower, uid), refused, "nor borrow the caller's objects");
  execFileSync("chown", ["-R", "12345", mine]);
  t.equal(locateGit(borrower, uid).root, borrower);
  t.equal(locateGit(bait, uid).gitDir, `${mine}/.git`);
  t.end();
});
