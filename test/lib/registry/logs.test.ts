import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { linesFrom, tailOffset } from "../../../lib/registry/logs.js";

const chunk = 1 << 16;

/** The lines, and where to go on. */
function read(file: string, offset = 0, whole = true): { lines: string[]; next: number } {
  const lines: string[] = [];
  const all = linesFrom(file, offset, whole);
  for (;;) {
    const { done, value } = all.next();
    if (done) return { lines, next: value };
    lines.push(value as string);
  }
}

t.test("lines come once, the last without its end only where the file is complete", async (t) => {
  const file = path.join(t.testdir({ log: "a\n\nb\nc" }), "log");
  t.same(read(file), { lines: ["a", "", "b", "c"], next: 6 });
  t.same(read(file, 0, false), { lines: ["a", "", "b"], next: 5 });
  t.same(read(file, 5, false), { lines: [], next: 5 });
  t.same(read(path.join(t.testdirName, "none")), { lines: [], next: 0 });
});

t.test("a line of more than 64 kB is cut between characters, wherever the cut falls", async (t) => {
  const file = path.join(t.testdir({}), "log");
  for (const character of ["a", "é", "€", "😀"]) {
    for (let before = 0; before < 5; before += 1) {
      const line = "x".repeat(before) + character.repeat(Math.ceil((2.5 * chunk) / Buffer.byteLength(character)));
      fs.writeFileSync(file, `${line}\nnext\n`);
      const { lines, next } = read(file, 0, false);
      t.equal(lines.slice(0, -1).join(""), line, `${character} after ${before} bytes`);
      t.equal(lines.at(-1), "next");
      t.ok(lines.length > 3 && lines.every((part) => Buffer.byteLength(part) <= chunk));
      t.equal(next, Buffer.byteLength(`${line}\nnext\n`));
    }
  }
});

t.test("bytes that are no text lose none of the line after them", async (t) => {
  const file = path.join(t.testdir({}), "log");
  for (const byte of [0x80, 0xbf, 0xc3, 0xe2, 0xf0, 0xff, 0x00]) {
    fs.writeFileSync(file, Buffer.concat([Buffer.alloc(2 * chunk + 7, byte), Buffer.from("\nnext\n")]));
    t.equal(read(file).lines.at(-1), "next");
  }
});

t.test("the last lines are found from the end", async (t) => {
  const file = path.join(t.testdir({}), "log");
  const lines = Array.from({ length: 30_000 }, (_, i) => `line ${i}`);
  fs.writeFileSync(file, `${lines.join("\n")}\n`);
  t.same(read(file, tailOffset(file, 3)).lines, lines.slice(-3));
  t.equal(tailOffset(file, 30_001), 0);
});
