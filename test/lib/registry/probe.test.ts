import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { probe } from "../../../lib/registry/probe.js";

t.test("a directory that can do what a registry needs", async (t) => {
  const dir = t.testdir();
  const found = probe(dir);
  t.equal(found.trouble, undefined);
  t.match(found, { gid: Number, mode: Number, free_bytes: Number });
  t.ok(Math.abs(found.skew_s ?? Number.NaN) < 60);
  t.strictSame(fs.readdirSync(dir), [], "nothing stays");
});

t.test("a new directory's group is the one that it would inherit", async (t) => {
  const dir = t.testdir();
  if (process.getuid?.() !== 0) return t.comment("not root: no group to give it to");
  fs.chownSync(dir, -1, 12345);
  fs.chmodSync(dir, 0o2770);
  return t.match(probe(dir), { gid: 12345 });
});

t.test("what cannot be done is said in words", async (t) => {
  const dir = t.testdir({ file: "" });
  t.match(probe(path.join(dir, "none")), { trouble: "cannot write: there is no such directory" });
  t.match(probe(path.join(dir, "file")), { trouble: "cannot write: it is no directory" });
  t.match(probe("/proc"), { trouble: /^cannot write: / });
});
