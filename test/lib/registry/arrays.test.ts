import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { elementJob } from "../../../lib/record/array.js";
import {
  type ArrayPart,
  linkPart,
  partOf,
  readArray,
  readIndex,
  readParts,
  withdrawPart,
  writeArray,
  writePartReceipt,
  writePartRefusal,
} from "../../../lib/registry/arrays.js";
import { smallRegistry } from "./support.js";

const id = "20261121-120000-00aaaa";
const at = "2026-11-21T12:00:00.000Z";
const run = (i: number) => `20261121-120000-${String(i).padStart(6, "0")}`;
// Some as an older array has them, without values.
const elements = Array.from({ length: 30 }, (_, i) => ({
  run: run(i),
  submission: i === 7 ? 12 : 1,
  ...(i < 20 ? {} : { values: { offset: 10 * i, bytes: 10 } }),
}));
const texts = { script: "#!/bin/bash\n", values: "" };
const made = (t: Parameters<typeof smallRegistry>[0]) => {
  const registry = smallRegistry(t);
  return { registry, array: writeArray(registry, { id, name: "grid", at }, elements, texts) };
};

t.test("an array is found again, each element at its place in the index", async (t) => {
  const { registry, array } = made(t);
  const { width } = array.array;
  const index = fs.readFileSync(path.join(array.dir, "index"), "utf8");
  t.equal(
    width,
    32,
    "a run's id, its submission, where its values begin, how many bytes they are, the end of the line",
  );
  t.equal(index.slice(7 * width, 8 * width), `${run(7)} 12      \n`);
  t.equal(index.slice(20 * width, 21 * width), `${run(20)} 1 200 10\n`);
  t.strictSame(readArray(registry, registry.user, id), array);
  t.strictSame(readIndex(array), elements);
  t.equal(fs.statSync(path.join(array.dir, "script.sh")).mode & 0o100, 0o100);
  t.throws(() => writeArray(registry, { id, name: "grid", at }, elements, texts), { code: "cantcreat" });
  t.equal(readArray(registry, registry.user, "20261121-120000-00bbbb"), undefined);
});

t.test("an index that is not what its array says is refused", async (t) => {
  const { array } = made(t);
  const file = path.join(array.dir, "index");
  const text = fs.readFileSync(file, "utf8");
  for (const wrong of [text.slice(0, -1), text.replace(run(3), "../../../etc"), text.replace(" 12", " xx")]) {
    fs.writeFileSync(file, wrong);
    t.throws(() => readIndex(array), { code: "dataerr" });
  }
});

t.test("parts: what is refused is sent anew, in another one", async (t) => {
  const { registry, array } = made(t);
  t.strictSame(readParts(array), []);
  const link = (last: number, indices: number[]) => linkPart(registry, array, indices, { by: "submit", last });
  const first = link(0, [0, 1, 2, 9]);
  t.equal(link(0, [2, 3]), "exists", "who read no part links none after another");
  t.match(first, { part: 1, intent: { indices: "0-2,9", array: id } });
  t.equal(
    writePartRefusal(registry, array.dir, { type: "part-refusal", v: 1, array: id, part: 1, message: "no", at }),
    "made",
  );
  const second = link(1, [0, 1]);
  const receipt = { type: "part-receipt", v: 1, array: id, part: 2, scheduler: "slurm", job: "77", at } as const;
  t.equal(writePartReceipt(registry, array.dir, receipt), "made");
  t.equal(writePartReceipt(registry, array.dir, { ...receipt, job: "78" }), "exists", "a receipt is written once");
  t.match(link(2, [5]), { part: 3 });
  withdrawPart(array.dir, 3);
  t.equal(partOf(readParts(array), 5), undefined);
  t.match(link(2, [6]), { part: 3 });
  const parts = readParts(array);
  t.strictSame(
    parts.map(({ part }) => part),
    [1, 2, 3],
  );
  t.match(partOf(parts, 1), { part: (second as ArrayPart).part, receipt: { job: "77" } });
  t.match(partOf(parts, 9), { part: 1, refusal: { message: "no" } }, "refused, and not sent since");
  t.equal(partOf(parts, 5), undefined);
  t.equal(elementJob(receipt, 1), "77_1");
  t.equal(elementJob({ job: "77", one_job: true }, 1), "77");
});

t.test("a part that speaks of another is no fact", async (t) => {
  const { registry, array } = made(t);
  linkPart(registry, array, [0], { by: "submit", last: 0 });
  fs.renameSync(path.join(array.dir, "part-1"), path.join(array.dir, "part-2"));
  t.throws(() => readParts(array), { code: "dataerr", message: /another part/ });
});
