import { execFileSync } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import fc from "fast-check";
import t from "tap";
import tar from "tar-stream";
import { listDirectory } from "../../../lib/source/list-directory.js";
import { treeDigest } from "../../../lib/source/tree-digest.js";
import { type Entries, treeEntries } from "../../../lib/source/tree-entries.js";
import { systemPath, type TreePath, treePath } from "../../../lib/source/tree-path.js";
import { writeTar } from "../../../lib/source/write-tar.js";
import { digestByCoreutils, temporary, unpacked, write } from "./fixture.js";

function entriesOf(root: TreePath): Entries {
  const found = listDirectory(root).map((path) => ({ path, tracked: false, watched: false }));
  return treeEntries(root, found, { ignore: [], include: ["*"] });
}

// Any bytes but NUL and slash, also those that shells, tars and terminals trip over.
const byte = fc.oneof(
  fc.integer({ min: 1, max: 255 }),
  fc.constantFrom(..."\n\r\t \\\"'*?[]-$`;&|<>%~é\u001b".split("").map((character) => character.charCodeAt(0))),
);
const name = fc
  .oneof(
    { weight: 6, arbitrary: fc.array(byte, { minLength: 1, maxLength: 12 }) },
    { weight: 1, arbitrary: fc.array(byte, { minLength: 90, maxLength: 255 }) },
  )
  .map((bytes) => Buffer.from(bytes).toString("latin1").replaceAll("/", "_"))
  .filter((text) => !/^\.{1,2}$|^\.git$/.test(text));
const file = fc.record({
  path: fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/")),
  content: fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(new Uint8Array(511), new Uint8Array(1024))),
  kind: fc.constantFrom("plain", "plain", "program", "link"),
  target: fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/../")),
});

t.test("any tree comes out of tar(1) as it went in, and coreutils find its digest", async (t) => {
  const dir = temporary(t);
  let n = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(file, { maxLength: 12 }), async (files) => {
      const root = path.join(dir, `${n++}`);
      fs.mkdirSync(root);
      for (const one of files) make(root, one);
      const entries = entriesOf(root);
      const written = await writeTar(root, entries, `${root}.tar`);
      const digest = treeDigest(entries.entries);
      t.equal(digestByCoreutils(root), digest, "what went in");
      t.equal(digestByCoreutils(unpacked(`${root}.tar`)), digest, "what came out");
      const bytes = fs.readFileSync(`${root}.tar`);
      t.equal(written.digest, `sha256:${crypto.createHash("sha256").update(bytes).digest("hex")}`);
      t.equal(written.bytes, bytes.length);
    }),
    { numRuns: 60 },
  );
});

/** Makes a file, unless the file system or an earlier one is against it. */
function make(root: string, one: { path: string; content: Uint8Array; kind: string; target: string }): void {
  const place = systemPath(`${root}/${one.path}`);
  const parent = systemPath(`${root}/${one.path}`.replace(/\/[^/]*$/, ""));
  try {
    fs.mkdirSync(parent, { recursive: true });
    if (one.kind === "link") fs.symlinkSync(systemPath(one.target), place);
    else fs.writeFileSync(place, one.content, { mode: one.kind === "program" ? 0o755 : 0o644, flag: "wx" });
  } catch (error) {
    if (
      !["EEXIST", "ENOTDIR", "ENAMETOOLONG", "ENOENT", "ELOOP", "EISDIR"].includes(
        (error as NodeJS.ErrnoException).code ?? "",
      )
    )
      throw error;
  }
}

t.test("files named to confuse sha256sum and tar", async (t) => {
  const dir = temporary(t);
  const root = write(path.join(dir, "r"), {
    "-": "stdin?",
    "-rf": "x",
    "--help": "x",
    "a\\nb": "x",
    "a\nb": "y",
    "*": "z",
  });
  const entries = entriesOf(root);
  await writeTar(root, entries, path.join(dir, "s.tar"));
  t.equal(digestByCoreutils(unpacked(path.join(dir, "s.tar"))), treeDigest(entries.entries));
});

t.test("the headers are the same for everybody, and readable by others", async (t) => {
  const dir = temporary(t);
  const long = `${"d".repeat(120)}/${"f".repeat(200)}`;
  const root = write(path.join(dir, "r"), { a: "1", [long]: "2", link: `-> ${"t".repeat(150)}`, ü: "3" });
  fs.chmodSync(path.join(root, "a"), 0o700);
  await writeTar(root, entriesOf(root), path.join(dir, "s.tar"));
  const headers: tar.Header[] = [];
  const extract = tar.extract();
  extract.on("entry", (header, stream, next) => {
    headers.push(header);
    stream.on("end", next).resume();
  });
  await finished(Readable.from(fs.readFileSync(path.join(dir, "s.tar"))).pipe(extract));
  const common = { uid: 0, gid: 0, uname: "root", gname: "root", mtime: new Date(315_532_800_000) };
  t.match(headers, [
    { ...common, name: "a", mode: 0o755, type: "file", size: 1 },
    { ...common, name: long, mode: 0o644, type: "file", size: 1 },
    { ...common, name: "link", mode: 0o777, type: "symlink", linkname: "t".repeat(150) },
    { ...common, name: "ü", mode: 0o644, type: "file", size: 1 },
  ]);
  t.equal(fs.statSync(path.join(dir, "s.tar")).size % 10240, 0, "whole records");
});

t.test("files larger than a piece, and just as large as the room in it", async (t) => {
  const dir = temporary(t);
  const root = path.join(dir, "r");
  fs.mkdirSync(root);
  for (const [index, size] of [0, 1, 512, (2 << 20) - 512, 2 << 20, (2 << 20) + 1, (5 << 20) + 7].entries()) {
    fs.writeFileSync(path.join(root, `f${index}`), crypto.randomBytes(size));
  }
  const entries = entriesOf(root);
  const written = await writeTar(root, entries, path.join(dir, "s.tar"));
  t.equal(digestByCoreutils(unpacked(path.join(dir, "s.tar"))), treeDigest(entries.entries));
  t.equal(
    execFileSync("sha256sum", [path.join(dir, "s.tar")], { encoding: "utf8" }).slice(0, 64),
    written.digest.slice(7),
  );
});

t.test("what is not as it was listed ends it, without a tar", async (t) => {
  const dir = temporary(t);
  const changes: Record<string, (file: string) => void> = {
    content: (file) => fs.writeFileSync(file, "2"),
    shorter: (file) => fs.truncateSync(file),
    gone: (file) => fs.rmSync(file),
    "a link": (file) => {
      fs.rmSync(file);
      fs.symlinkSync("/etc/passwd", file);
    },
    "a pipe": (file) => {
      fs.rmSync(file);
      execFileSync("mkfifo", [file]);
    },
    "a directory": (file) => {
      fs.rmSync(file);
      fs.mkdirSync(file);
    },
  };
  for (const [what, change] of Object.entries(changes)) {
    const root = write(path.join(dir, what), { a: "1", b: "1" });
    const entries = entriesOf(root);
    change(path.join(root, "b"));
    await t.rejects(writeTar(root, entries, path.join(dir, "s.tar")), { message: "b changed" }, what);
    t.notOk(fs.existsSync(path.join(dir, "s.tar")));
  }
  const root = write(path.join(dir, "other content"), { a: "1" });
  const entries = entriesOf(root);
  for (const entry of entries.entries) entry.sha = "0".repeat(64);
  await t.rejects(
    writeTar(root, entries, path.join(dir, "s.tar")),
    { message: "a changed" },
    "not what the cache said",
  );
});

t.test("a disk that is full, a place that is none", async (t) => {
  const dir = temporary(t);
  const root = write(path.join(dir, "r"), { a: "1" });
  fs.truncateSync(path.join(root, "a"), 40 << 20);
  await t.rejects(writeTar(root, entriesOf(root), path.join(dir, "no/s.tar")), {
    code: "noinput",
    message: /cannot create/,
  });
  await t.rejects(writeTar(root, entriesOf(root), "/dev/full"), { code: "cantcreat" });
});

t.test("names are bytes", (t) => {
  t.equal(treePath("é"), "\u00c3\u00a9");
  t.end();
});
