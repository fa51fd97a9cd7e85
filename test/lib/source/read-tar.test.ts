import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { readTar } from "../../../lib/source/read-tar.js";
import { snapshot, temporary, write } from "./fixture.js";

t.test("what was written is read again: the digest of the tar, and of the tree in it", async (t) => {
  const dir = temporary(t);
  const files = {
    a: "1",
    empty: "",
    "b/large": "x".repeat(3 << 20),
    [`${"deep/".repeat(30)}${"n".repeat(200)}`]: "long",
    "ü\nß": "bytes",
    link: "-> a",
    far: `-> ${"t".repeat(150)}`,
  };
  const tree = write(path.join(dir, "tree"), files);
  fs.chmodSync(path.join(tree, "a"), 0o755);
  const spool = path.join(dir, "x.tar");
  const taken = await snapshot(tree, { kind: "directory", spool });
  t.match(readTar(spool), { digest: taken.tar?.digest, tree: taken.digest, files: taken.files });
});

t.test("whatever byte is changed or missing: it is another tar, or none", async (t) => {
  const dir = temporary(t);
  const spool = path.join(dir, "x.tar");
  const taken = await snapshot(write(path.join(dir, "tree"), { a: "1", link: "-> a" }), { kind: "directory", spool });
  const bytes = fs.readFileSync(spool);
  for (const at of [0, 124, 156, 512, 1024, 1024 + 157, bytes.length - 1]) {
    const other = Buffer.from(bytes);
    other[at] = (other[at] ?? 0) ^ 1;
    fs.writeFileSync(spool, other);
    try {
      t.not(readTar(spool).digest, taken.tar?.digest, `byte ${at}`);
    } catch (error) {
      t.match(error, { code: "dataerr" }, `byte ${at}`);
    }
  }
  for (const length of [0, 100, 512, 700, 1024]) {
    fs.writeFileSync(spool, bytes.subarray(0, length));
    t.throws(() => readTar(spool), { code: "dataerr" }, `${length} bytes`);
  }
  t.throws(() => readTar(dir), { code: "dataerr" });
});
