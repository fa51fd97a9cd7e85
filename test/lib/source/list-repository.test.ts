import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { inspections } from "../../../lib/source/inspections.js";
import { listRepository } from "../../../lib/source/list-repository.js";
import { needs } from "../../support/needs.js";
import { git, repository, temporary, uid, write } from "./fixture.js";

if (!needs(t, "git")) process.exit();

async function list(root: string) {
  const asked = inspections(root, process.env, uid);
  try {
    return await listRepository(root, asked);
  } finally {
    await asked.close();
  }
}

t.test("what is tracked, what is watched, what the index knows alone", async (t) => {
  const root = repository(path.join(temporary(t), "r"), { a: "1", b: "2", "out.log": "3", ".gitignore": "*.log\n" });
  git(root, "update-index", "--assume-unchanged", "b");
  write(root, { new: "", "x.log": "" });
  const { found, repositories } = await list(root);
  t.same(found, [
    { path: ".gitignore", tracked: true, watched: true },
    { path: "a", tracked: true, watched: true },
    { path: "b", tracked: true, watched: false },
    { path: "out.log", tracked: true, watched: true },
    { path: "new", tracked: false, watched: false },
  ]);
  t.equal(repositories.length, 1);
  git(root, "update-index", "--chmod=+x", "a");
  git(root, "config", "core.fileMode", "false");
  t.match((await list(root)).found.slice(0, 2), [{ executable: false }, { path: "a", executable: true }]);
});

t.test("a submodule without its repository: its files, if there are any", async (t) => {
  const dir = temporary(t);
  const library = repository(path.join(dir, "library"), { x: "1" });
  const root = repository(path.join(dir, "r"), { a: "1" });
  git(root, "submodule", "--quiet", "add", library, "sub");
  git(root, "submodule", "--quiet", "add", library, "gone");
  git(root, "submodule", "--quiet", "deinit", "--all", "-f");
  write(root, { "sub/exported": "x" });
  fs.rmdirSync(path.join(root, "gone"));
  const { found, inner } = await list(root);
  t.match(found.at(-1), { path: "sub/exported", tracked: false });
  t.match(inner, [{ path: "sub", kind: "submodule", missing: "repository" }]);
});

t.test("a submodule whose directory is a link by now is not followed", async (t) => {
  const dir = temporary(t);
  const library = repository(path.join(dir, "library"), { x: "1" });
  const root = repository(path.join(dir, "r"), { a: "1" });
  git(root, "submodule", "--quiet", "add", library, "sub");
  fs.rmSync(path.join(root, "sub"), { recursive: true });
  fs.symlinkSync(library, path.join(root, "sub"));
  const { found, inner } = await list(root);
  t.same(inner, []);
  t.notOk(found.some((file) => file.path === "sub/x"));
});

t.test("an index that names what is outside of the tree", async (t) => {
  const dir = temporary(t);
  write(dir, { diary: "private" });
  for (const [honest, forged] of [
    ["xx/diary", "../diary"],
    ["xgit/config", ".git/config"],
    ["a/xx/b", "a/../b"],
  ] as const) {
    const root = repository(path.join(dir, forged.replaceAll("/", "_")), { [honest]: "1" });
    forgeIndex(path.join(root, ".git/index"), honest, forged);
    await t.rejects(list(root), {
      code: "dataerr",
      message: new RegExp(`its index names '${forged.replaceAll(".", "\\.")}'`),
    });
  }
});

/** Renames an entry in the index file itself, as no git command would. */
function forgeIndex(file: string, from: string, to: string): void {
  const bytes = fs.readFileSync(file);
  const body = bytes.subarray(0, -20);
  body.write(to, body.indexOf(from), "latin1");
  fs.writeFileSync(file, Buffer.concat([body, crypto.createHash("sha1").update(body).digest()]));
}
