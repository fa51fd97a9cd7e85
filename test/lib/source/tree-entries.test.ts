import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { hashContents } from "../../../lib/source/hash-contents.js";
import { insideTree } from "../../../lib/source/inside-tree.js";
import { lookAt } from "../../../lib/source/look-at.js";
import { treeEntries } from "../../../lib/source/tree-entries.js";
import { temporary, write } from "./fixture.js";

const found = (path: string) => ({ path, tracked: true, watched: true });

t.test("sorted by bytes, each once, with what they are", (t) => {
  const root = write(temporary(t), { b: "22", "a/x": "1", "a-b": "1", Z: "", link: "-> b", ".env": "x", "d/e": "x" });
  fs.chmodSync(path.join(root, "b"), 0o744);
  execFileSync("mkfifo", [path.join(root, "pipe")]);
  const listed = ["link", "b", "a/x", "a-b", "b", "Z", ".env", "pipe", "gone", "d", "b/below", "skip.me"].map(found);
  write(root, { "skip.me": "" });
  const unwatched = { path: "away", tracked: true, watched: false };
  const { entries, leftOut, gone } = treeEntries(root, [...listed, unwatched], { ignore: ["*.me"], include: [] });
  t.match(entries, [
    { path: "Z", mode: "100644", bytes: 0 },
    { path: "a-b", mode: "100644" },
    { path: "a/x", mode: "100644" },
    { path: "b", mode: "100755", bytes: 2 },
    { path: "link", mode: "120000", target: "b", bytes: 0 },
  ]);
  t.same(leftOut, [
    { path: ".env", reason: "named like a secret" },
    { path: "pipe", reason: "a named pipe" },
  ]);
  t.same(gone, ["away"]);
  t.end();
});

t.test("contents are hashed unless they are known", (t) => {
  const root = write(temporary(t), { a: "1", b: "2", link: "-> a" });
  fs.writeFileSync(path.join(root, "large"), Buffer.alloc((3 << 20) + 5, 7));
  const tree = treeEntries(root, ["a", "b", "large", "link"].map(found), { ignore: [], include: [] });
  const b = tree.entries[1];
  if (b) b.sha = "known";
  hashContents(root, tree);
  const [a, , large, link] = tree.entries.map(({ sha }) => sha);
  const sum = (name: string) => execFileSync("sha256sum", [path.join(root, name)], { encoding: "utf8" }).slice(0, 64);
  t.equal(a, sum("a"));
  t.equal(b?.sha, "known");
  t.equal(large, sum("large"));
  t.equal(link, undefined);
  for (const entry of tree.entries) entry.sha = undefined;
  fs.appendFileSync(path.join(root, "large"), "x");
  t.throws(() => hashContents(root, tree), { message: "large changed" });
  t.end();
});

t.test("inside is what no link leads to", (t) => {
  const root = write(temporary(t), { "a/b/c": "1", "real/x": "2", link: "-> real" });
  const isInside = insideTree(root);
  for (const directory of ["", "a", "a/b", "real"]) t.ok(isInside(directory), directory);
  for (const other of ["link", "link/y", "a/b/c", "a/b/c/d", "none", "none/x"]) t.notOk(isInside(other), other);
  t.equal(lookAt(root, "a/b/c")?.size, 1n);
  t.equal(lookAt(root, "a/b/c/d"), undefined);
  t.ok(lookAt(root, "link")?.isSymbolicLink());
  t.end();
});
