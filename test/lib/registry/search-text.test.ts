// Parts of, and words in, files that are larger than memory should be.
import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import { type Hit, searchText } from "../../../lib/registry/search-text.js";
import { partBefore, partFrom, pieces } from "../../../lib/registry/text-part.js";

type T = Pick<Test, "testdir" | "teardown">;

function file(t: T, text: string | Buffer): number {
  const name = path.join(t.testdir({}), "log");
  fs.writeFileSync(name, text);
  const fd = fs.openSync(name, "r");
  t.teardown(() => fs.closeSync(fd));
  return fd;
}

const endless = { hits: 1e9, bytes: 1e12, ms: 1e9 };

/** All hits, asked for so many at a time. */
async function search(fd: number, words: string, limits = endless): Promise<Hit[]> {
  const hits: Hit[] = [];
  for (let [from, line] = [0, 1]; ; ) {
    const found = await searchText(fd, words, from, line, limits);
    hits.push(...found.hits);
    if (found.next === undefined) return hits;
    [from, line] = [found.next, found.next_line ?? 0];
  }
}

t.test("parts from a place on, and before one, are whole lines and whole characters", async (t) => {
  const fd = file(t, "one\ntwo\n\nvier €\nlast");
  const size = fs.fstatSync(fd).size;
  t.strictSame(await partFrom(fd, 0, 100), { text: "one\ntwo\n\nvier €\nlast", from: 0, to: size });
  t.strictSame(await partFrom(fd, 4, 100, 2), { text: "two\n\n", from: 4, to: 9 });
  t.strictSame(await partFrom(fd, 9, 7), { text: "vier ", from: 9, to: 14 }, "the character comes with the next part");
  t.strictSame(await partFrom(fd, size + 9, 7), { text: "", from: size + 9, to: size + 9 });
  t.strictSame(await partBefore(fd, size, 100, 2), { text: "vier €\nlast", from: 9, to: size });
  t.strictSame(await partBefore(fd, 9, 100, 2), { text: "two\n\n", from: 4, to: 9 });
  t.strictSame(await partBefore(fd, size, 100, 50), { text: "one\ntwo\n\nvier €\nlast", from: 0, to: size });
  t.strictSame(
    await partBefore(fd, size, 8, 50),
    { text: "last", from: size - 4, to: size },
    "bounded, and then whole lines",
  );
  t.strictSame(
    await partBefore(fd, 18, 3, 50),
    { text: "\n", from: 17, to: 18 },
    "which begins in the middle of a character",
  );
});

t.test("what became shorter ends earlier", async (t) => {
  const fd = fs.openSync(path.join(t.testdir({ log: "0123456789" }), "log"), "r");
  const got: string[] = [];
  for await (const piece of pieces(fd, 2, 100, 4)) got.push(piece.toString());
  t.strictSame(got, ["2345", "6789"]);
  t.throws(() => fs.fstatSync(fd), { code: "EBADF" }, "and the file is closed");
});

t.test("lines that hold words, with their numbers and places", async (t) => {
  const fd = file(t, "Loss 1\nno\nthe loss is LOSS\n\nÉcole\n\u3a43x\nloss");
  t.strictSame(await search(fd, "loss"), [
    { at: 0, line: 1, text: "Loss 1" },
    { at: 10, line: 3, text: "the loss is LOSS" },
    { at: 40, line: 7, text: "loss" },
  ]);
  t.strictSame(
    (await search(fd, "LOSS")).map(({ line }) => line),
    [3],
    "a large letter is meant",
  );
  t.strictSame((await search(fd, "école")).length, 0, "only letters of ASCII");
  t.strictSame(
    (await search(fd, "École")).map(({ at }) => at),
    [28],
  );
  t.strictSame(await search(fd, "nothing"), []);
  const bytes = file(t, Buffer.from("e3a9\u{a9}", "latin1"));
  t.strictSame(await search(bytes, "é"), []);
});

t.test("wherever chunks end, and however few are asked for at a time, the hits are the same", async (t) => {
  const lines = Array.from(
    { length: 60_000 },
    (_, i) => `line ${i} ${"x".repeat(i % 97)}${i % 1000 === 7 ? " needle" : ""}`,
  );
  lines.splice(30_000, 0, `${"y".repeat(3 << 20)}needle`);
  const fd = file(t, lines.join("\n"));
  const wanted = lines.flatMap((line, i) => (line.includes("needle") ? [i + 1] : []));
  t.strictSame(
    (await search(fd, "needle")).map(({ line }) => line),
    wanted,
  );
  for (const limits of [
    { ...endless, hits: 1 },
    { ...endless, bytes: 1 },
    { ...endless, ms: 0, hits: 3 },
  ]) {
    const hits = await search(fd, "needle", limits);
    t.strictSame(
      hits.map(({ line }) => line),
      wanted,
    );
    t.ok(hits.every(({ text }) => text.includes("needle") && text.length < 500));
  }
});
