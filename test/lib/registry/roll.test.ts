import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { marker } from "../../../lib/registry/layout.js";
import { mark } from "../../../lib/registry/write.js";
import { damage, nth, onlyPack, packAll, packOnly, rollOf, settledRun } from "./pack-support.js";
import { smallRegistry, user } from "./support.js";

const some = (count: number, from = 0) => Array.from({ length: count }, (_, i) => nth(from + i));
const newest = (ids: string[], star = "*") => ids.map((id) => `${id}${star}`).reverse();

t.test("loose and packed runs together, the newest first and each once", async (t) => {
  const registry = smallRegistry(t);
  const ids = some(9);
  for (const id of ids) settledRun(registry, id);
  t.same(rollOf(registry).ids, newest(ids, ""));
  packOnly(registry, ids.slice(0, 5));
  t.same(rollOf(registry).ids, [...newest(ids.slice(5), ""), ...newest(ids.slice(0, 5))], "still loose, but packed");
  packOnly(registry, [ids[2] ?? "", ids[6] ?? "", ids[8] ?? ""]);
  const wanted = ids.map((id, i) => (i < 5 || i === 6 || i === 8 ? `${id}*` : id)).reverse();
  t.same(rollOf(registry).ids, wanted, "packs that overlap");
  packOnly(registry, ids);
  packOnly(registry, ids);
  t.same(rollOf(registry).ids, newest(ids), "several times in packs");
  for (const id of ids) fs.unlinkSync(marker(registry.base, "loose", user, id));
  t.same(rollOf(registry), { ids: newest(ids), told: [] });
});

t.test("from and before, by whole ids and by times", async (t) => {
  const registry = smallRegistry(t);
  const ids = some(12);
  for (const id of ids.slice(0, 10)) settledRun(registry, id);
  packAll(registry);
  for (const id of ids.slice(10)) settledRun(registry, id);
  const of = (rules: object) => rollOf(registry, rules).ids.map((id) => ids.indexOf(id.replace("*", "")));
  t.same(of({}), [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  for (let i = 0; i < 12; i += 1) {
    t.same(
      of({ from: ids[i] }),
      Array.from({ length: 12 - i }, (_, k) => 11 - k),
      `from ${i}`,
    );
    t.same(
      of({ before: ids[i] }),
      Array.from({ length: i }, (_, k) => i - 1 - k),
      `before ${i}`,
    );
    t.same(of({ from: ids[i]?.slice(0, 15), before: ids[i + 2] }), i > 9 ? of({ from: ids[i] }) : [i + 1, i]);
  }
  t.same(of({ from: "2027" }), []);
  t.same(of({ before: "2025" }), []);
});

t.test("lines of any length, in chunks of any size", async (t) => {
  const registry = smallRegistry(t);
  const ids = some(40);
  for (const [i, id] of ids.entries())
    settledRun(registry, id, { tags: ["é".repeat(i % 7 === 0 ? 90_000 : (i * 977) % 9000)] });
  packAll(registry);
  t.same(rollOf(registry).ids, newest(ids));
  for (const id of ids) t.same(rollOf(registry, { from: id, before: `${id}~` }).ids, [`${id}*`]);
});

t.test("what of a pack is not wanted is not given", async (t) => {
  const registry = smallRegistry(t);
  for (const [i, id] of some(6).entries()) settledRun(registry, id, {}, i % 2 ? "failed" : "succeeded");
  packAll(registry);
  const failed = rollOf(registry, { passes: (head) => head.includes('"state":"failed"') }).ids;
  t.same(failed, [`${nth(5)}*`, `${nth(3)}*`, `${nth(1)}*`]);
  t.same(rollOf(registry, { pack: ({ ended_last }) => ended_last > "2030" }).ids, []);
});

t.test("a pack that is damaged is told of, and its runs are found all the same", async (t) => {
  const ids = some(30);
  const third = nth(20);
  const damages: [what: string, file: "summary" | "full" | "handles", change: (text: Buffer) => Buffer][] = [
    ["cut short", "summary", (text) => text.subarray(0, text.length - 100)],
    ["empty", "summary", () => Buffer.alloc(0)],
    ["longer", "summary", (text) => Buffer.concat([text, Buffer.from("{}\n")])],
    ["no header", "summary", (text) => text.subarray(text.indexOf(10) + 1)],
    [
      "another's header",
      "summary",
      (text) => replaced(text, `"user":"${user}"`, `"user":"${"x".repeat(user.length)}"`),
    ],
    ["of a newer version", "summary", (text) => replaced(text, '"v":1', '"v":2')],
    ["a line is none", "summary", (text) => replaced(text, `"id":"${third}"`, `"ix":"${third}"`)],
    ["zeros at its end", "summary", (text) => Buffer.concat([text.subarray(0, -4000), Buffer.alloc(4000)])],
  ];
  for (const [what, file, change] of damages) {
    const registry = smallRegistry(t);
    for (const id of ids) settledRun(registry, id);
    packAll(registry);
    damage(onlyPack(registry)[file], change);
    const { ids: found, told } = rollOf(registry);
    t.same(
      found.map((id) => id.replace("*", "")),
      newest(ids, ""),
      what,
    );
    t.equal(told.length, 1, what);
  }
});

t.test("a line that is lost in another is missed", async (t) => {
  const registry = smallRegistry(t);
  for (const id of some(3)) settledRun(registry, id);
  packAll(registry);
  damage(onlyPack(registry).summary, (text) =>
    replaced(text, `}\n{"type":"summary","v":1,"id":"${nth(1)}`, `} {"type":"summary","v":1,"id":"${nth(1)}`),
  );
  t.match(rollOf(registry).told, [/is damaged: 2 of its 3 lines$/]);
  damage(onlyPack(registry).summary, (text) => replaced(text, `"id":"${nth(2)}"`, `"id":"${nth(0)}"`));
  t.match(rollOf(registry).told, [/is damaged before/]);
});

function replaced(text: Buffer, from: string, to: string): Buffer {
  if (!text.includes(from)) throw new Error(`no ${from}`);
  return Buffer.from(text.toString("latin1").replace(from, to), "latin1");
}

t.test("a pack that another one replaces is not read", async (t) => {
  const registry = smallRegistry(t);
  const ids = some(6);
  for (const id of ids) settledRun(registry, id);
  const old = packOnly(registry, ids.slice(0, 3));
  const merged = packOnly(registry, ids, [old.id]);
  for (const id of ids) fs.unlinkSync(marker(registry.base, "loose", user, id));
  damage(path.join(registry.base, "packs", user, `${old.id}.summary.ndjson`), () => Buffer.from("?"));
  t.same(rollOf(registry), { ids: newest(ids), told: [] });
  damage(path.join(registry.base, "packs", user, `${merged.id}.summary.ndjson`), () => Buffer.from("?"));
  const { ids: found, told } = rollOf(registry);
  t.same(found, newest(ids, ""));
  t.equal(told.length, 2);
});

t.test("nothing but packs counts in packs/", async (t) => {
  const registry = smallRegistry(t);
  settledRun(registry, nth(1));
  packAll(registry);
  const directory = path.join(registry.base, "packs", user);
  for (const name of [
    "notes.txt",
    ".tmp-x",
    "..summary.ndjson",
    `${nth(1)}.summary.ndjson`,
    `${nth(1)}..x.summary.ndjson`,
  ])
    fs.writeFileSync(path.join(directory, name), "");
  t.same(rollOf(registry), { ids: [`${nth(1)}*`], told: [] });
  fs.symlinkSync(onlyPack(registry).summary, path.join(directory, `${nth(0)}..${nth(2)}.summary.ndjson`));
  t.match(rollOf(registry), { ids: [`${nth(1)}*`], told: [/link|symbolic/] });
  mark(marker(registry.base, "loose", user, nth(3)));
  t.same(rollOf(registry).ids, [nth(3), `${nth(1)}*`], "a marker alone is an entry, whatever it is worth");
});
