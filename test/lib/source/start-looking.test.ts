import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { snapshotTree } from "../../../lib/source/snapshot.js";
import { startLooking } from "../../../lib/source/start-looking.js";
import { needs } from "../../support/needs.js";
import { repository, snapshot, temporary, uid, write } from "./fixture.js";

if (!needs(t, "git")) process.exit();

t.test("git is at work when it returns, and a snapshot takes its answers", async (t) => {
  const root = repository(path.join(temporary(t), "r"), { a: "1" });
  write(root, { b: "2" });
  const asked = await startLooking({ root, kind: "git" }, process.env, uid);
  const { repository: opened, untracked, differing } = await asked.at("");
  t.strictSame(fs.readdirSync(opened.scratch).filter((name) => name.startsWith("out-")).length, 2);
  t.equal((await untracked()).toString(), "b\0");
  t.equal((await differing()).length, 0);
  write(root, { c: "3" });
  t.equal((await untracked()).toString(), "b\0", "what it was asked then is not asked again");
  const taken = await snapshotTree({ root, kind: "git", env: process.env, uid, asked });
  t.equal(taken.files, 2);
  t.notOk(fs.existsSync(opened.scratch), "and it is closed");
  const anew = await snapshot(root);
  t.equal(anew.files, 3);
  fs.rmSync(`${root}/c`);
  t.same(taken, await snapshot(root));
});

t.test("a directory is not looked at, and what is broken is thrown to who wants the answers", async (t) => {
  const dir = temporary(t);
  const plain = await startLooking({ root: dir, kind: "directory" }, process.env, uid);
  await plain.close();
  fs.mkdirSync(path.join(dir, ".git"));
  const broken = await startLooking({ root: dir, kind: "git" }, process.env, uid);
  await t.rejects(snapshotTree({ root: dir, kind: "git", env: process.env, uid, asked: broken }), { code: "noinput" });
});
