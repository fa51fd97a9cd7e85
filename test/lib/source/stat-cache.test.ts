import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { readStatCache, type StatCacheInput, writeStatCache } from "../../../lib/source/stat-cache.js";
import { statTable, statWidth } from "../../../lib/source/stat-table.js";
import { temporary, uid } from "./fixture.js";

const old = { mtimeNs: 1_000n, ctimeNs: 2_000n, size: 3n, ino: 2n ** 63n + 5n, mode: 0o100644n };
const young = { ...old, ctimeNs: 9_000n };
const sha = "ab".repeat(32);

function input(second = old): StatCacheInput {
  const stats = statTable(new BigInt64Array(3 * statWidth));
  stats.set(0, old);
  stats.set(1, second);
  stats.set(2, { ...old, mode: 0o120777n });
  return {
    key: "k",
    summary: { digest: "d" },
    outputs: new Map([
      ["untracked ", Buffer.from("x\0")],
      ["differing ", Buffer.alloc(0)],
    ]),
    stats,
    entries: [
      { path: "a", mode: "100644", sha },
      { path: "b\n\u00ff", mode: "100755", sha: "cd".repeat(32) },
      { path: "l", mode: "120000", target: "to\u00fe" },
    ],
  };
}

t.test("what was written is read", (t) => {
  const file = path.join(temporary(t), "deep/er/cache");
  writeStatCache(file, input(), 5_000n);
  const cache = readStatCache(file, uid);
  t.match(cache, { key: "k", summary: { digest: "d" }, names: ["a", "b\n\u00ff", "l"] });
  t.equal(cache?.content(0), sha);
  t.equal(cache?.content(2), "to\u00fe");
  t.ok(cache?.stats.same(0, old));
  for (const other of [{ mtimeNs: 0n }, { ctimeNs: 0n }, { size: 0n }, { ino: 0n }, { mode: 0n }]) {
    t.notOk(cache?.stats.same(0, { ...old, ...other }), Object.keys(other).join());
  }
  t.same(cache?.outputs.get("untracked "), Buffer.from("x\0"));
  t.equal(fs.statSync(file).mode & 0o777, 0o600);
  t.same(fs.readdirSync(path.dirname(file)), ["cache"]);
  t.end();
});

t.test("a file that is too young is known by its name only, and there is no summary", (t) => {
  const file = path.join(temporary(t), "cache");
  writeStatCache(file, input(young), 9_000n);
  const cache = readStatCache(file, uid);
  t.notOk(cache?.stats.same(1, young));
  t.ok(cache?.stats.same(0, old), "the others are");
  t.notOk(cache?.summary);
  t.end();
});

t.test("a cache that is torn, altered, another's, a link or no file is none", (t) => {
  const file = path.join(temporary(t), "cache");
  writeStatCache(file, input(), 5_000n);
  const good = fs.readFileSync(file);
  t.ok(readStatCache(file, uid));
  t.notOk(readStatCache(file, uid + 1));
  for (let at = 0; at < good.length; at += 7) {
    const bad = Buffer.from(good);
    bad[at] = (bad[at] ?? 0) ^ 1;
    fs.writeFileSync(file, bad);
    const read = readStatCache(file, uid);
    // In the header a flipped bit may leave something that is well-formed, but never other contents.
    t.ok(read === undefined || (read.content(0) === sha && read.stats.same(0, old)), `a bit at ${at}`);
  }
  for (const length of [0, 10, good.length - 1]) {
    fs.writeFileSync(file, good.subarray(0, length));
    t.notOk(readStatCache(file, uid), `cut to ${length}`);
  }
  fs.writeFileSync(file, good);
  fs.chmodSync(file, 0o620);
  t.notOk(readStatCache(file, uid), "others may write it");
  fs.rmSync(file);
  fs.writeFileSync(`${file}.real`, good, { mode: 0o600 });
  fs.symlinkSync(`${file}.real`, file);
  t.notOk(readStatCache(file, uid), "a link");
  t.notOk(readStatCache(path.dirname(file), uid), "a directory");
  t.notOk(readStatCache(`${file}.none`, uid));
  t.end();
});

t.test("a cache that cannot be written is no fault", (t) => {
  const dir = temporary(t);
  fs.writeFileSync(path.join(dir, "file"), "");
  writeStatCache(path.join(dir, "file/cache"), input(), 5_000n);
  fs.mkdirSync(path.join(dir, "taken"));
  writeStatCache(path.join(dir, "taken"), input(), 5_000n);
  t.same(fs.readdirSync(dir).sort(), ["file", "taken"]);
  t.end();
});
