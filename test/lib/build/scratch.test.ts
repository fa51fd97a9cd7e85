import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { possible } from "../../support/needs.js";
import { root } from "../../support/sandbox.js";

interface Scratch {
  env: Record<string, string>;
  temporary(quick?: boolean): string;
  remove(): void;
}
const { scratch } = (await import(path.join(root, "lib/build/scratch.mjs"))) as { scratch(): Scratch };
const isRoot = process.getuid?.() === 0;

/** Makes what is made in a temporary directory of this test's own. */
function within(parent: string): Scratch {
  const usual = process.env["TMPDIR"];
  process.env["TMPDIR"] = parent;
  try {
    return scratch();
  } finally {
    if (usual === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = usual;
  }
}

t.test("everything is in one directory, and goes with it", async (t) => {
  const parent = t.testdir();
  const place = within(parent);
  const [name = "", ...more] = fs.readdirSync(parent);
  t.match(name, /^labkit-test-\w{6}$/);
  t.strictSame(more, []);
  const dist = place.env["LAB_TEST_DIST"] ?? "";
  t.equal(dist, path.join(fs.realpathSync(parent), name, "dist"));
  t.equal(fs.statSync(path.join(dist, "bin/lab-ls")).mode & 0o777, 0o755, "everybody can run the commands");
  t.equal(fs.statSync(path.join(dist, "commands.json")).mode & 0o777, 0o644, "and nobody else change them");
  const [one, two] = [place.temporary(), place.temporary()];
  t.not(one, two);
  t.equal(fs.statSync(one).mode & 0o7777, 0o1777);
  fs.mkdirSync(path.join(one, "closed/in it"), { recursive: true });
  fs.chmodSync(path.join(one, "closed"), 0);
  place.remove();
  t.strictSame(fs.readdirSync(parent), []);
  place.remove();
});

t.test("what asks for it is in memory, where there is room and nobody says where, and goes too", async (t) => {
  const said = within(t.testdir());
  const near = path.dirname(said.temporary(true));
  said.remove();
  t.equal(near, path.dirname(said.env["LAB_TEST_DIST"] ?? ""));
  const usual = process.env["TMPDIR"];
  delete process.env["TMPDIR"];
  const place = scratch();
  if (usual !== undefined) process.env["TMPDIR"] = usual;
  t.teardown(() => place.remove());
  const [quick, other] = [place.temporary(true), place.temporary()];
  t.equal(path.dirname(other), path.dirname(place.env["LAB_TEST_DIST"] ?? ""));
  t.ok(quick.startsWith("/dev/shm/labkit-test-") || path.dirname(quick) === path.dirname(other), quick);
  t.equal(fs.statSync(quick).mode & 0o7777, 0o1777);
  place.remove();
  t.notOk(fs.existsSync(quick) || fs.existsSync(other));
});

t.test("also where a file system is mounted in it", async (t) => {
  const place = within(t.testdir());
  const mount = path.join(place.temporary(), "a disk");
  fs.mkdirSync(mount);
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", mount]);
  t.teardown(() => spawnSync("umount", ["-l", mount]));
  const mounted = possible(t, isRoot && status === 0, "a mounted file system (mounting needs root)");
  place.remove();
  if (mounted) t.notOk(fs.existsSync(mount));
});

t.test("what was left goes after a day, if it is ours", async (t) => {
  const parent = t.testdir({ "labkit-test-old": {}, "labkit-test-young": {}, "labkit-test-file": "", other: {} });
  const old = new Date(Date.now() - 25 * 3_600_000);
  const kept = ["labkit-test-file", "labkit-test-link", "labkit-test-young", "other"];
  fs.symlinkSync("other", path.join(parent, "labkit-test-link"));
  if (isRoot) {
    fs.mkdirSync(path.join(parent, "labkit-test-theirs"));
    fs.chownSync(path.join(parent, "labkit-test-theirs"), 12345, 12345);
    kept.push("labkit-test-theirs");
  }
  for (const name of fs.readdirSync(parent)) {
    if (!name.endsWith("young")) fs.lutimesSync(path.join(parent, name), old, old);
  }
  within(parent).remove();
  t.strictSame(fs.readdirSync(parent).sort(), kept.sort());
});
