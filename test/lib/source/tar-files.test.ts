import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { tarFiles } from "../../../lib/source/tar-files.js";

t.test("each file with its mode and content, each link with its target", async (t) => {
  const dir = t.testdir({ a: "one", d: { b: "one", c: "two", empty: "", "name with é": "three" }, run: "#!/bin/sh\n" });
  fs.chmodSync(path.join(dir, "run"), 0o755);
  fs.symlinkSync("d/b", path.join(dir, "link"));
  const file = path.join(t.testdirName, "..", `${path.basename(dir)}.tar`);
  t.teardown(() => fs.rmSync(file, { force: true }));
  execFileSync("tar", ["cf", file, "-C", dir, "a", "d/b", "d/c", "d/empty", "d/name with é", "run", "link"]);
  const found = await tarFiles(file);
  t.strictSame([...found.keys()], ["a", "d/b", "d/c", "d/empty", "d/name with é", "run", "link"]);
  t.equal(found.get("a"), found.get("d/b"), "the same content");
  t.not(found.get("a"), found.get("d/c"));
  t.equal(found.get("link"), "-> d/b");
  t.match(found.get("run"), /^x /);
  t.match(found.get("a"), /^- /);
});

t.test("what is no tar, or not there, is a fault; a FIFO stops nothing", async (t) => {
  const dir = t.testdir({ "cut.tar": "x".repeat(700) });
  await t.rejects(tarFiles(path.join(dir, "none.tar")), { code: "noinput" });
  await t.rejects(tarFiles(path.join(dir, "cut.tar")), { code: "dataerr", message: /cannot read '.*cut\.tar'/ });
  execFileSync("mkfifo", [path.join(dir, "fifo")]);
  await t.rejects(tarFiles(path.join(dir, "fifo")), { code: "dataerr", message: /is no regular file$/ });
  fs.symlinkSync("cut.tar", path.join(dir, "link"));
  await t.rejects(tarFiles(path.join(dir, "link")), { code: "dataerr" });
});
