import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import t from "tap";
import part from "../../../lib/job/runtime/fingerprint.sh";
import { contentFingerprint, statFingerprint } from "../../../lib/record/fingerprint.js";

/** The same fingerprint as a compute node computes it. */
function onTheNode(kind: "stat" | "sha256", input: string, binaries = ""): string {
  const { stdout, stderr, status } = spawnSync("bash", ["-c", `${part}\nlab_fingerprint "$@"`, "bash", kind, input], {
    encoding: "utf8",
    env: { PATH: `${binaries}${process.env["PATH"]}`, LC_ALL: "C", TZ: "America/St_Johns" },
  });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

const name = fc
  .oneof(
    fc.constantFrom(
      "-",
      "--help",
      "a b",
      "é",
      "日本",
      "back\\slash",
      "new\nline",
      "'",
      '"',
      "*",
      "$(id)",
      "@",
      "]",
      "%s",
      ".hidden",
      "a\t",
      " ",
    ),
    fc.stringMatching(/^[a-z]{1,3}$/),
  )
  .map((text) => Buffer.from(text));
const bytes = fc.oneof(name, fc.constant(Buffer.from([0x61, 0xff, 0xfe])));
const entry = fc.record({
  at: fc.array(bytes, { minLength: 1, maxLength: 3 }),
  what: fc.constantFrom("file", "program", "link", "directory", "dangling"),
  text: fc.string({ maxLength: 5 }),
  mtime: fc.integer({ min: 0, max: 2_000_000_000 }),
});

function plant(root: string, entries: (typeof entry extends fc.Arbitrary<infer T> ? T : never)[]): void {
  const below = (at: Buffer[]) =>
    Buffer.from(at.reduce((all, one) => Buffer.concat([all, Buffer.from("/"), one]), Buffer.from(root)));
  for (const { at, what, text, mtime } of entries) {
    const place = below(at);
    try {
      fs.mkdirSync(below(at.slice(0, -1)), { recursive: true });
      if (what === "directory") fs.mkdirSync(place);
      else if (what === "link") fs.symlinkSync(text || ".", place);
      else if (what === "dangling") fs.symlinkSync("no/such/é", place);
      else fs.writeFileSync(place, text, { mode: what === "program" ? 0o755 : 0o644, flag: "wx" });
      if (what === "file" || what === "program") fs.utimesSync(place, mtime, mtime + 0.75);
    } catch {
      // A name that is taken by something else already: the tree is what it is.
    }
  }
}

t.test("Node and coreutils agree on any tree", async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
        const root = fs.mkdtempSync(path.join(os.tmpdir(), "labkit fingerprint é-"));
        try {
          plant(root, entries);
          return (
            onTheNode("stat", root) === statFingerprint(root).digest &&
            onTheNode("sha256", root) === contentFingerprint(root).digest
          );
        } finally {
          fs.rmSync(root, { recursive: true });
        }
      }),
      { numRuns: 40 },
    ),
  );
});

t.test("coreutils that know no sha256sum -z come to the same", async (t) => {
  const dir = t.testdir({
    bin: {},
    tree: { "back\\slash": "1", "new\nline": "2", "-": "3", "both\\\nof them": "4", plain: "5" },
  });
  const real = spawnSync("bash", ["-c", "type -P sha256sum"], { encoding: "utf8" }).stdout.trim();
  fs.writeFileSync(path.join(dir, "bin/sha256sum"), `#!/bin/sh\n[ "$1" != -z ] || exit 1\nexec ${real} "$@"\n`, {
    mode: 0o755,
  });
  const tree = path.join(dir, "tree");
  t.equal(onTheNode("sha256", tree, `${path.join(dir, "bin")}:`), contentFingerprint(tree).digest);
});

t.test("files: by size and time, or by bytes; a link that is named is followed", async (t) => {
  const dir = t.testdir({ file: "content", tree: { a: "1", sub: { b: "22" } } });
  const file = path.join(dir, "file");
  fs.symlinkSync("file", path.join(dir, "to-file"));
  fs.symlinkSync("tree", path.join(dir, "to-tree"));
  for (const input of ["file", "to-file", "tree", "to-tree"].map((one) => path.join(dir, one))) {
    t.equal(onTheNode("stat", input), statFingerprint(input).digest);
    t.equal(onTheNode("sha256", input), contentFingerprint(input).digest);
  }
  t.match(statFingerprint(file), { kind: "file", files: 1, bytes: 7 });
  t.match(contentFingerprint(path.join(dir, "to-tree")), { kind: "directory", files: 2, bytes: 3 });
  const sum = spawnSync("sha256sum", [file], { encoding: "utf8" }).stdout.slice(0, 64);
  t.equal(contentFingerprint(file).digest, `sha256:${sum}`, "of a file it is what sha256sum says");
});

t.test("what changes is seen: size, time, name, target, and by content the executable bit", async (t) => {
  const dir = t.testdir({ a: "1", b: t.fixture("symlink", "a") });
  const [stat, content] = [statFingerprint(dir).digest, contentFingerprint(dir).digest];
  fs.chmodSync(path.join(dir, "a"), 0o755);
  t.equal(statFingerprint(dir).digest, stat);
  t.not(contentFingerprint(dir).digest, content);
  fs.utimesSync(path.join(dir, "a"), 1, 1);
  t.not(statFingerprint(dir).digest, stat);
  const touched = statFingerprint(dir).digest;
  fs.rmSync(path.join(dir, "b"));
  fs.symlinkSync("c", path.join(dir, "b"));
  t.not(statFingerprint(dir).digest, touched);
});

t.test("what cannot be read is a fault of the system's", async (t) => {
  const dir = t.testdir({});
  t.throws(() => statFingerprint(path.join(dir, "nothing")), { code: "noinput" });
  t.throws(() => contentFingerprint(path.join(dir, "nothing")), { code: "noinput" });
  t.throws(() => onTheNode("stat", path.join(dir, "nothing")));
});
