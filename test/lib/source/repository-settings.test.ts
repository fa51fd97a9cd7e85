import path from "node:path";
import t from "tap";
import { needs } from "../../support/needs.js";
import { git, names, repository, snapshot, temporary, unpacked, write } from "./fixture.js";

if (!needs(t, "git")) process.exit();

t.test("what a person ignores everywhere is ignored here too", async (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { a: "1" });
  write(root, { "x.swp": "", "y.bak": "", "z.own": "" });
  let n = 0;
  const shipped = async (env: Record<string, string>) => {
    const spool = path.join(dir, `${n++}.tar`);
    await snapshot(root, { spool, env: { PATH: process.env["PATH"], ...env } });
    return names(unpacked(spool));
  };
  const home = path.join(dir, "home");
  write(home, { ".config/git/ignore": "*.swp\n" });
  t.same(await shipped({ HOME: home }), ["a", "y.bak", "z.own"], "by the usual file");
  write(dir, { "xdg/git/ignore": "*.bak\n" });
  t.same(await shipped({ HOME: home, XDG_CONFIG_HOME: path.join(dir, "xdg") }), ["a", "x.swp", "z.own"]);
  write(home, {
    ".gitconfig": "[include]\n\tpath = more\n",
    more: '[core]\n\texcludesFile = "~/odd \\"name"\n',
    'odd "name': "*.own\n",
  });
  t.same(await shipped({ HOME: home }), ["a", "x.swp", "y.bak"], "by core.excludesFile, where git includes it from");
  git(root, "config", "core.excludesFile", "~/repo-wide");
  write(home, { "repo-wide": "*.bak\n*.swp\n" });
  t.same(await shipped({ HOME: home }), ["a", "z.own"], "by that of the repository");
  t.same(await shipped({}), ["a", "x.swp", "y.bak", "z.own"], "nobody's home");
});

t.test("a repository with sha256 names", async (t) => {
  const root = path.join(temporary(t), "r");
  git(path.dirname(root), "init", "-q", "--object-format=sha256", "-b", "main", "r");
  write(root, { a: "1" });
  git(root, "add", "a");
  git(root, "commit", "-q", "-m", "1");
  write(root, { a: "2" });
  const taken = await snapshot(root, { spool: `${root}.tar` });
  t.match(taken.commit, /^[0-9a-f]{64}$/);
  t.match(taken.record?.patch, /^\+2$/m);
});

t.test("a file system without x bits: the index knows them", async (t) => {
  const root = repository(path.join(temporary(t), "r"), { a: "1" });
  const plain = await snapshot(root);
  git(root, "config", "core.fileMode", "false");
  git(root, "update-index", "--chmod=+x", "a");
  t.not((await snapshot(root)).digest, plain.digest);
});
