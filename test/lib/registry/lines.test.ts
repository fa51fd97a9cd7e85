import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { eachLine } from "../../../lib/registry/lines.js";

const uid = process.getuid?.() ?? 0;

function linesOf(file: string): [string | undefined, number][] {
  const found: [string | undefined, number][] = [];
  eachLine(file, uid, (line, number) => found.push([line, number]));
  return found;
}

t.test("whole lines, whatever the pieces are that they are read in", async (t) => {
  const file = path.join(t.testdir(), "x");
  const lines = Array.from({ length: 3000 }, (_, i) => `${i} ${"é".repeat(i % 700)}`);
  fs.writeFileSync(file, `${lines.join("\n")}\n`);
  t.same(
    linesOf(file),
    lines.map((line, i) => [line, i + 1]),
  );
});

t.test("a line that has no end yet is left out; one that is too long is told of", async (t) => {
  const file = path.join(t.testdir(), "x");
  fs.writeFileSync(file, `a\n\n${"x".repeat(3 << 20)}\nb\nhalf`);
  t.same(linesOf(file), [
    ["a", 1],
    ["", 2],
    [undefined, 3],
    ["b", 4],
  ]);
  fs.writeFileSync(file, "");
  t.same(linesOf(file), []);
});

t.test("only a regular file of its owner's is read", async (t) => {
  const dir = t.testdir({ x: "a\n" });
  fs.symlinkSync("x", path.join(dir, "link"));
  t.throws(() => linesOf(path.join(dir, "link")), { code: "dataerr" });
  t.throws(() => linesOf(dir), { code: "dataerr" });
  t.throws(() => eachLine(path.join(dir, "x"), uid + 1, () => {}), { code: "dataerr", message: /belongs to uid/ });
});
