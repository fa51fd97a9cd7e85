import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import t from "tap";
import { findProjectFiles } from "../../../lib/config/project-files.js";

const uid = os.userInfo().uid;
const stranger = 54_321;

t.test("the nearest file above counts, and the local one beside it", async (t) => {
  const top = t.testdir({
    ".lab.toml": "[project]\nname = 'outer'",
    p: {
      ".lab.toml": "[project]\nname = 'inner'",
      ".lab.local.toml": "[env]\nA = '1'",
      a: { ".lab.local.toml": "not = read", b: {} },
    },
    q: {},
  });
  const { base, local, warnings } = findProjectFiles(`${top}/p/a/b`, uid);
  t.match(base, { path: `${top}/p/.lab.toml`, value: { project: { name: "inner" } } });
  t.match(local, { path: `${top}/p/.lab.local.toml`, value: { env: { A: "1" } } });
  t.strictSame(warnings, []);
  t.match(findProjectFiles(`${top}/q`, uid), { base: { path: `${top}/.lab.toml` }, local: undefined });
});

t.test("beyond the root of a file system nothing is looked for", async (t) => {
  const dir = t.testdir({ ".lab.toml": "", mount: { sub: {} }, other: { ".lab.toml": "", sub: {} } });
  const device = (directory: string) => (/mount|other/.test(directory) ? 2 : 1);
  t.equal(findProjectFiles(`${dir}/mount/sub`, uid, device).base, undefined);
  t.equal(findProjectFiles(`${dir}/other/sub`, uid, device).base?.path, `${dir}/other/.lab.toml`);
});

t.test("what is no TOML says where", async (t) => {
  const dir = t.testdir({
    a: { ".lab.toml": "x = 1\ny =" },
    b: { ".lab.toml": Buffer.from("a = 1\nb = '\xff'", "latin1") },
  });
  t.throws(() => findProjectFiles(`${dir}/a`, uid), {
    code: "config",
    message: `${dir}/a/.lab.toml:2:4: invalid value`,
  });
  t.throws(() => findProjectFiles(`${dir}/b`, uid), {
    code: "config",
    message: `${dir}/b/.lab.toml:2:1: the line is not UTF-8`,
  });
});

t.test("a stranger's file is ignored, and said to be", async (t) => {
  const dir = t.testdir({ ".lab.toml": "x =" });
  // Root's files are believed by everybody, so root's own test gives the file away.
  const asked = uid === 0 ? 0 : stranger;
  if (uid === 0) fs.chownSync(`${dir}/.lab.toml`, stranger, stranger);
  const { base, warnings } = findProjectFiles(dir, asked);
  t.equal(base, undefined);
  const owner = uid === 0 ? stranger : uid;
  t.ok(
    warnings.includes(`ignored '${dir}/.lab.toml': it belongs to uid ${owner}, who is neither you nor root`),
    warnings.join(),
  );
});

t.test("a file that everybody may write is ignored", async (t) => {
  const dir = t.testdir({ ".lab.toml": "x =", sub: { ".lab.toml": "", ".lab.local.toml": "x =" } });
  fs.chmodSync(`${dir}/.lab.toml`, 0o666);
  fs.chmodSync(`${dir}/sub/.lab.local.toml`, 0o602);
  t.match(findProjectFiles(dir, uid).warnings, [`ignored '${dir}/.lab.toml': everybody may write it (chmod o-w)`]);
  const inner = findProjectFiles(`${dir}/sub`, uid);
  t.equal(inner.base?.path, `${dir}/sub/.lab.toml`);
  t.equal(inner.local, undefined);
  t.match(inner.warnings, [/^ignored '.*sub\/\.lab\.local\.toml': everybody may write it/]);
});

t.test("a pipe or a directory of that name neither blocks nor counts", async (t) => {
  const dir = t.testdir({ a: {}, b: { ".lab.toml": {} } });
  execFileSync("mkfifo", ["-m", "600", `${dir}/a/.lab.toml`]);
  t.match(findProjectFiles(`${dir}/a`, uid).warnings[0], `ignored '${dir}/a/.lab.toml': it is no file`);
  t.match(findProjectFiles(`${dir}/b`, uid).warnings[0], `ignored '${dir}/b/.lab.toml': it is no file`);
});

t.test("a link leads to the file it names", async (t) => {
  const dir = t.testdir({ real: { "x.toml": "[env]" }, p: { ".lab.toml": t.fixture("symlink", "../real/x.toml") } });
  t.match(findProjectFiles(`${dir}/p`, uid), {
    base: { path: `${dir}/p/.lab.toml`, value: { env: {} } },
    warnings: [],
  });
});
