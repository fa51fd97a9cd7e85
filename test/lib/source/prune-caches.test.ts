import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { pruneCaches } from "../../../lib/source/prune-caches.js";
import { statCacheName } from "../../../lib/source/snapshot.js";
import { temporary } from "./fixture.js";

const nameOf = (n: number) => statCacheName({ kind: "git", root: `/${n}` });

function make(file: string, age_s: number, bytes = 10): void {
  fs.writeFileSync(file, Buffer.alloc(bytes));
  const then = new Date(Date.now() - age_s * 1000);
  fs.utimesSync(file, then, then);
}

t.test("the last ones stay, so many and so large", async (t) => {
  const dir = temporary(t);
  const ages = [10, 30, 20, 40];
  for (const [n, age] of ages.entries()) make(path.join(dir, nameOf(n)), age);
  make(path.join(dir, "memory.json"), 1e6);
  make(path.join(dir, `${nameOf(0)}x`), 1e6);
  const left = () => ages.flatMap((age, n) => (fs.existsSync(path.join(dir, nameOf(n))) ? [age] : [])).sort();
  pruneCaches(dir);
  t.strictSame(left(), [10, 20, 30, 40]);
  pruneCaches(dir, { files: 3, bytes: 1000 });
  t.strictSame(left(), [10, 20, 30]);
  pruneCaches(dir, { files: 3, bytes: 25 });
  t.strictSame(left(), [10, 20]);
  t.equal(fs.readdirSync(dir).length, 4, "and nothing but caches is touched");
});

t.test("what a killed writer left goes after a day", async (t) => {
  const dir = temporary(t);
  const [old, young] = [`${nameOf(1)}.0123456789ab`, `${nameOf(1)}.ba9876543210`];
  make(path.join(dir, old), 90_000);
  make(path.join(dir, young), 80_000);
  pruneCaches(dir, { files: 0, bytes: 0 });
  t.strictSame(fs.readdirSync(dir), [young]);
});

t.test("a directory that is not there is no fault", async (t) => {
  pruneCaches(path.join(temporary(t), "none"));
  t.pass();
});
