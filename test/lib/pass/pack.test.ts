import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { mergePacks, usualMerges } from "../../../lib/pass/merge-packs.js";
import { packLoose } from "../../../lib/pass/pack.js";
import { rebuildPacks } from "../../../lib/pass/rebuild-packs.js";
import { cleanPacks } from "../../../lib/registry/clean-packs.js";
import { envelope, marker, packFiles, runDirectory } from "../../../lib/registry/layout.js";
import type { Registry } from "../../../lib/registry/open.js";
import { filesOf } from "../../../lib/registry/pack-full.js";
import { packNames } from "../../../lib/registry/packs.js";
import { findRun } from "../../../lib/registry/refs.js";
import { roll } from "../../../lib/registry/roll.js";
import { marked } from "../../../lib/registry/runs.js";
import { onWrite } from "../../../lib/registry/write.js";
import { makeRun } from "../registry/artifact-support.js";
import { damage, nth, onlyPack, packAll, packOnly, passOf, rollOf, settledRun } from "../registry/pack-support.js";
import { modeOf, namesIn, smallRegistry, user } from "../registry/support.js";

t.setTimeout(300_000);
t.afterEach(() => onWrite(undefined));

const some = (count: number, from = 0) => Array.from({ length: count }, (_, i) => nth(from + i));
const starred = (ids: string[]) => ids.map((id) => `${id}*`).reverse();

function settled(registry: Registry, ids: string[]): void {
  for (const id of ids) settledRun(registry, id);
}

t.test("what is settled is packed, the rest stays loose", async (t) => {
  const registry = smallRegistry(t, { shared_group: "lab" });
  settled(registry, some(3));
  makeRun(registry, nth(3), { outputs: {} });
  settled(registry, [nth(4)]);
  fs.rmSync(path.join(envelope(runDirectory(registry.base, user, nth(4))), "outputs.json"));
  settled(registry, [nth(5)]);
  fs.writeFileSync(path.join(envelope(runDirectory(registry.base, user, nth(5))), "cancel.json"), "{");
  const pass = passOf(registry);
  const dry = [...packLoose({ ...pass, dry: true })];
  t.match(dry, [{ level: "day", runs: 5, dry_run: true }]);
  t.same(packNames(registry, user), []);
  const [header, ...more] = packLoose(pass);
  t.same(more, []);
  t.match(header, { type: "pack", user, level: "day", runs: 3, first: nth(0), last: nth(2) });
  t.match(pass.reported, [new RegExp(`^${nth(5)}: cannot pack the run: .*cancel.json`)]);
  t.same(marked(registry, "loose", user), [nth(3), nth(4), nth(5)]);
  t.same(rollOf(registry).ids, [nth(5), nth(4), nth(3), ...starred(some(3))]);
  const { summary, full, handles } = onlyPack(registry);
  t.same([path.dirname(summary), summary, full, handles].map(modeOf), ["2750", "640", "640", "640"]);
  t.same([...packLoose(pass)], [], "twice is the same as once");
});

t.test("all JSON of .lab/ is in the full line, as it was", async (t) => {
  const registry = smallRegistry(t);
  settled(registry, [nth(0)]);
  const lab = envelope(runDirectory(registry.base, user, nth(0)));
  fs.mkdirSync(path.join(lab, "attempt-1"));
  fs.writeFileSync(path.join(lab, "attempt-1/env.json"), '{"A":"ü\\n"}');
  fs.writeFileSync(path.join(lab, "attempt-1/job.log"), "no JSON");
  packAll(registry);
  const [entry] = roll(registry, [user]);
  if (!entry?.packed) throw new Error("not packed");
  const { pack, line } = entry.packed;
  const files = filesOf(registry, pack, entry.id, JSON.parse(line.text()));
  t.same(Object.keys(files ?? {}), ["attempt-1/env.json", "outcome.json", "outputs.json", "run.json"]);
  t.same(files?.["attempt-1/env.json"], { A: "ü\n" });
  t.match(files?.["run.json"], { type: "run", id: nth(0) });
});

t.test("only some, the oldest first, and only when there are many", async (t) => {
  const registry = smallRegistry(t);
  settled(registry, some(6));
  t.same(packAll(registry, { least: 7 }), []);
  t.match(packAll(registry, { least: 6, most: 4 }), [{ runs: 4, first: nth(0), last: nth(3) }]);
  t.same(marked(registry, "loose", user), some(2, 4));
});

t.test("a pack is of one month", async (t) => {
  const registry = smallRegistry(t);
  const far = nth(60 * 24 * 31 + 5);
  settled(registry, [...some(2), far]);
  t.match(packAll(registry), [{ runs: 2 }, { runs: 1, first: far }]);
});

t.test("markers go when the pack has been there for a while", async (t) => {
  const registry = smallRegistry(t);
  settled(registry, some(3));
  const later = { seen_ms: 60_000 };
  t.equal(packAll(registry, later).length, 1);
  t.same(packAll(registry, later), [], "what is in a pack is not packed again");
  t.same(marked(registry, "loose", user), some(3));
  t.same(rollOf(registry).ids, starred(some(3)));
  packAll(registry, { ...later, now: Date.now() + 100_000, dry: true });
  t.same(marked(registry, "loose", user), some(3));
  packAll(registry, { ...later, now: Date.now() + 100_000 });
  t.same(marked(registry, "loose", user), []);
});

t.test("interrupted anywhere, nothing is missed, and the next pass goes on", async (t) => {
  let writes = 0;
  onWrite(() => (writes += 1));
  const whole = smallRegistry(t);
  settled(whole, some(3));
  writes = 0;
  packAll(whole);
  const count = writes;
  t.ok(count >= 6);
  for (let stop = 1; stop <= count; stop += 1) {
    const registry = smallRegistry(t);
    onWrite(undefined);
    settled(registry, some(3));
    writes = 0;
    onWrite(() => {
      if (++writes === stop) throw new Error("killed");
    });
    t.throws(() => packAll(registry), { message: "killed" });
    onWrite(undefined);
    const found = rollOf(registry);
    t.same(
      found.ids.map((id) => id.replace("*", "")),
      some(3).reverse(),
      `write ${stop}`,
    );
    t.same(found.told, []);
    for (const id of some(3)) t.equal(findRun(registry, id.slice(-6), "/").run.id, id);
    packAll(registry);
    t.same(rollOf(registry), { ids: starred(some(3)), told: [] });
    t.same(marked(registry, "loose", user), []);
  }
});

t.test("small packs of a month become one, which replaces them, and they go after a day", async (t) => {
  const registry = smallRegistry(t);
  const ids = some(18);
  settled(registry, ids);
  for (const id of ids) packOnly(registry, [id, ...(id === ids[3] ? [ids[9] ?? ""] : [])].sort());
  for (const id of ids) fs.unlinkSync(marker(registry.base, "loose", user, id));
  const pass = passOf(registry);
  t.match([...mergePacks({ ...pass, dry: true }, usualMerges)], [{ level: "month", dry_run: true }]);
  t.equal(packNames(registry, user).length, 18);
  const [made, ...more] = mergePacks(pass, usualMerges);
  t.same(more, []);
  t.match(made, { level: "month", runs: 18, first: ids[0], last: ids[17] });
  t.equal(made?.replaces?.length, 18);
  t.same(rollOf(registry), { ids: starred(ids), told: [] });
  t.same([...mergePacks(pass, usualMerges)], []);
  t.same([...mergePacks(pass, "all")], []);
  const [entry] = roll(registry, [user]);
  const line = entry?.packed && JSON.parse(entry.packed.line.text());
  t.match(entry?.packed && filesOf(registry, entry.packed.pack, entry.id, line), { "run.json": { id: ids[17] } });
  t.same(cleanPacks(registry, Date.now()), []);
  t.equal(cleanPacks(registry, Date.now() + 90_000_000, true).length, 18);
  t.equal(cleanPacks(registry, Date.now() + 90_000_000).length, 18);
  t.equal(namesIn(path.join(registry.base, "packs", user)).length, 3);
  t.same(rollOf(registry), { ids: starred(ids), told: [] });
});

t.test("what an interrupted pack left goes after a day", async (t) => {
  const registry = smallRegistry(t);
  settled(registry, some(2));
  packAll(registry);
  const { summary, full } = onlyPack(registry);
  fs.copyFileSync(full, packFiles(registry.base, user, `${nth(1)}..${nth(3)}`).full);
  fs.writeFileSync(path.join(path.dirname(summary), ".tmp-x"), "");
  fs.writeFileSync(path.join(path.dirname(summary), "notes.txt"), "");
  const directory = path.dirname(summary);
  cleanPacks(registry, Date.now());
  t.equal(fs.readdirSync(directory).length, 6);
  cleanPacks(registry, Date.now() + 90_000_000);
  t.equal(fs.readdirSync(directory).length, 4);
  t.same(rollOf(registry).ids, starred(some(2)));
});

t.test("a merge makes the lines that are damaged anew from their runs", async (t) => {
  const registry = smallRegistry(t);
  settled(registry, some(4));
  packOnly(registry, some(2));
  packOnly(registry, some(2, 2));
  const [pack] = packNames(registry, user);
  damage(packFiles(registry.base, user, pack?.name ?? "").full, (text) => Buffer.alloc(text.length));
  packAll(registry);
  t.match([...mergePacks(passOf(registry), "all")], [{ runs: 4 }]);
  t.match(rebuildPacks(registry), { removed: [{ name: pack?.name }], indexed: [], marked: [] }, "the old one alone");
});

t.test("deleting every pack loses nothing", async (t) => {
  const registry = smallRegistry(t);
  const ids = some(5);
  settled(registry, ids);
  packAll(registry);
  makeRun(registry, nth(6), { outputs: {} });
  fs.mkdirSync(runDirectory(registry.base, user, nth(7)));
  fs.rmSync(path.join(registry.base, "packs", user), { recursive: true });
  t.same(rollOf(registry).ids, [nth(6)], "but lists miss them");
  t.equal(findRun(registry, ids[2] ?? "", "/").run.id, ids[2], "not who names one whole");
  t.same(rebuildPacks(registry, true).marked, ids);
  t.same(marked(registry, "loose", user), [nth(6)]);
  t.same(rebuildPacks(registry).marked, ids);
  t.same(rollOf(registry).ids, [nth(6), ...[...ids].reverse()]);
  t.match(packAll(registry), [{ runs: 5 }]);
  t.same(rebuildPacks(registry), { removed: [], indexed: [], marked: [] });
});

t.test("what is damaged is found out, to the byte, and made anew", async (t) => {
  const registry = smallRegistry(t);
  const ids = some(5);
  settled(registry, ids);
  const flip = (text: Buffer) => {
    text[text.length - 20] = (text[text.length - 20] ?? 0) ^ 1;
    return text;
  };
  for (const file of ["summary", "full"] as const) {
    packAll(registry);
    damage(onlyPack(registry)[file], flip);
    const { removed, marked: again } = rebuildPacks(registry);
    t.match(removed, [{ error: /has been changed/ }], file);
    t.same(again, ids);
    t.same(packNames(registry, user), []);
    t.same(rollOf(registry).ids, [...ids].reverse());
  }
  packAll(registry);
  const { handles, full } = onlyPack(registry);
  damage(handles, flip);
  t.equal(rebuildPacks(registry).indexed.length, 1);
  t.same(rebuildPacks(registry), { removed: [], indexed: [], marked: [] });
  fs.unlinkSync(full);
  t.match(rebuildPacks(registry), { removed: [{ error: /is missing/ }], marked: ids });
});
