import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { packFiles } from "../../../lib/registry/layout.js";
import { packNames } from "../../../lib/registry/packs.js";
import { marked } from "../../../lib/registry/runs.js";
import { packAll, packSome } from "../../../lib/verb/packing.js";
import { nth, rollOf, settledRun } from "../registry/pack-support.js";
import { all, fakeContext } from "./fake-context.js";

t.setTimeout(300_000);

t.test("some are packed when many are loose, and their markers go later", async (t) => {
  const context = fakeContext(t);
  const { given: registry } = context;
  const loose = () => marked(registry, "loose", registry.user).length;
  for (let n = 0; n < 499; n += 1) settledRun(registry, nth(n));
  await packSome(context);
  t.same(packNames(registry, registry.user), [], "not many");
  settledRun(registry, nth(499));
  await packSome({ ...context, dryRun: true });
  t.same(packNames(registry, registry.user), [], "dry");
  await packSome(context);
  const [pack, ...more] = packNames(registry, registry.user);
  t.same(more, []);
  // As many as two seconds were enough for, on a machine that may be busy.
  const { ids, told } = rollOf(registry);
  const packed = ids.filter((id) => id.endsWith("*")).length;
  t.ok(packed > 0 && packed <= 300, `${packed} packed`);
  t.equal(loose(), 500);
  t.same([ids.length, told], [500, []]);
  const { summary } = packFiles(registry.base, registry.user, pack?.name ?? "");
  const before = new Date(Date.now() - 200_000);
  fs.utimesSync(summary, before, before);
  await packSome(context);
  t.equal(loose(), 500 - packed);
  t.equal(packNames(registry, registry.user).length, 1, "nor are there many left");
  t.same(context.reported, []);
});

t.test("a place that cannot be written to stops no command", async (t) => {
  const context = fakeContext(t);
  const { given: registry } = context;
  for (let n = 0; n < 2; n += 1) settledRun(registry, nth(n));
  const packs = path.join(registry.base, "packs");
  fs.rmSync(packs, { recursive: true });
  await packSome(context);
  await t.rejects(all(packAll({ rebuild: false }, context)), { code: "config" });
  fs.mkdirSync(packs);
  t.match(await all(packAll({ rebuild: true }, context)), [{ type: "pack", runs: 2 }]);
  t.same(await all(packAll({ rebuild: true }, context)), []);
});
