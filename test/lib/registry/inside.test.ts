// What a run's owner, or whoever may write there, can put in the way of those who look.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { isFault } from "../../../lib/record/fault.js";
import { openInside, partsOf, type Root, withDirectory } from "../../../lib/registry/inside.js";
import { listInside } from "../../../lib/registry/inside-list.js";
import { isRoot, place, uid } from "./support.js";

type T = Parameters<typeof place>[0];

/** A directory like that of a run, and a secret beside it. */
function run(t: T): { root: Root; dir: string; secret: string } {
  const base = place(t);
  const dir = path.join(base, "runs/me/one");
  fs.mkdirSync(path.join(dir, "sub"), { recursive: true });
  fs.writeFileSync(path.join(dir, "sub/file"), "mine");
  const secret = path.join(base, "outside");
  fs.mkdirSync(secret);
  fs.writeFileSync(path.join(secret, "file"), "secret");
  return { root: { base, parts: ["runs", "me", "one"], owner: uid }, dir, secret };
}

function read(root: Root, file: string): string {
  const { fd } = openInside(root, file);
  try {
    return fs.readFileSync(fd, "utf8");
  } finally {
    fs.closeSync(fd);
  }
}

/** The code that reading is refused with. */
function refusal(root: Root, file: string): string {
  try {
    return `read: ${read(root, file)}`;
  } catch (error) {
    if (!isFault(error)) throw error;
    return error.code;
  }
}

const descriptors = () => fs.readdirSync("/proc/self/fd").length;

t.test("what is in the run is read; links, and what is no file of the owner's, are not", async (t) => {
  const { root, dir, secret } = run(t);
  fs.symlinkSync(path.join(secret, "file"), path.join(dir, "link"));
  fs.symlinkSync(secret, path.join(dir, "way"));
  fs.symlinkSync("sub", path.join(dir, "inner"));
  spawnSync("mkfifo", [path.join(dir, "pipe")]);
  fs.writeFileSync(path.join(dir, "a\n\"'%2e"), "odd");
  if (isRoot) spawnSync("mknod", [path.join(dir, "null"), "c", "1", "3"]);
  if (isRoot) {
    fs.writeFileSync(path.join(dir, "planted"), "another's");
    fs.chownSync(path.join(dir, "planted"), 12_345, 12_345);
  }
  const before = descriptors();
  t.equal(read(root, "sub/file"), "mine");
  t.equal(read(root, "a\n\"'%2e"), "odd");
  const refused: [string, string][] = [
    ["link", "noperm"],
    ["way/file", "noinput"],
    ["inner/file", "noinput"],
    ["pipe", "dataerr"],
    ["sub", "dataerr"],
    ["sub/none", "noinput"],
    ["sub/file/more", "noinput"],
    ["x".repeat(300), "noinput"],
    ...(isRoot ? ([["planted", "noperm"], ["null", "dataerr"]] as [string, string][]) : []), // biome-ignore format: a line each
  ];
  for (const [file, code] of refused) t.equal(refusal(root, file), code, file.slice(0, 20));
  for (const file of [
    "",
    ".",
    "..",
    "/etc/passwd",
    "../../../outside/file",
    "sub/../sub/file",
    "sub//file",
    "sub\0/file",
  ])
    t.equal(refusal(root, file), "usage", JSON.stringify(file));
  t.throws(() => withDirectory(root, "way", () => 0), { code: "noinput" });
  t.equal(descriptors(), before, "and nothing is left open");
});

t.test("a directory of the way from the base may be no link either", async (t) => {
  const { root, secret } = run(t);
  fs.symlinkSync(secret, path.join(root.base, "runs/me/two"));
  t.equal(refusal({ ...root, parts: ["runs", "me", "two"] }, "file"), "noinput");
  t.equal(refusal({ ...root, base: path.join(root.base, "none") }, "file"), "noinput");
});

t.test("a list tells of everything, and follows nothing", async (t) => {
  const { root, dir, secret } = run(t);
  fs.symlinkSync(secret, path.join(dir, "way"));
  spawnSync("mkfifo", [path.join(dir, "pipe")]);
  fs.writeFileSync(Buffer.concat([Buffer.from(`${dir}/bad-`), Buffer.from([0xff])]), "x");
  const { entries } = listInside(root, "");
  t.match(entries, [
    { name: "sub", kind: "directory" },
    { name: "bad-\ufffd", kind: "file", bytes: 1, problem: "its name is no UTF-8" },
    { name: "pipe", kind: "other", problem: "it is a pipe" },
    { name: "way", kind: "link", link_to: secret },
  ]);
  t.equal(listInside(root, "", 2).more, true);
  t.throws(() => listInside(root, "way"), { code: "noinput" });
});

// Swaps a directory of the run for a link to another and back, as fast as it can.
const attack = `
const fs = require("node:fs");
const [dir, secret] = process.argv.slice(1);
fs.symlinkSync(secret, dir + "/aside");
process.stdout.write("ready\\n");
for (;;) {
  fs.renameSync(dir + "/sub", dir + "/kept");
  fs.renameSync(dir + "/aside", dir + "/sub");
  fs.renameSync(dir + "/sub", dir + "/aside");
  fs.renameSync(dir + "/kept", dir + "/sub");
}`;

t.test("a directory that is swapped for a link at the wrong moment leads nowhere", async (t) => {
  const { root, dir, secret } = run(t);
  const attacker = spawn(process.execPath, ["-e", attack, dir, secret], { stdio: ["ignore", "pipe", "inherit"] });
  t.teardown(() => attacker.kill("SIGKILL"));
  await once(attacker.stdout, "data");
  const before = descriptors();
  const seen = new Map<string, number>();
  // Until both happened often enough: the attack was on, and what is the run's own was read all the same.
  const enough = () => (seen.get("read: mine") ?? 0) >= 3000 && (seen.get("noinput") ?? 0) >= 300;
  for (let tries = 0; tries < 2_000_000 && !enough(); tries += 1) {
    const what = refusal(root, "sub/file");
    seen.set(what, (seen.get(what) ?? 0) + 1);
  }
  t.comment(Object.fromEntries(seen));
  t.ok(enough());
  t.strictSame([...seen.keys()].sort(), ["noinput", "read: mine"]);
  t.equal(descriptors(), before);
});

t.test("parts of paths", async (t) => {
  t.strictSame(partsOf("a/b c/d"), ["a", "b c", "d"]);
  t.strictSame(partsOf("...").length, 1, "which is a name");
});
