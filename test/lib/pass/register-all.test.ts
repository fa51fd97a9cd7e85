import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { registerAll } from "../../../lib/pass/register-all.js";
import { currentAlias } from "../../../lib/registry/aliases.js";
import { artifactsOf, isSealed } from "../../../lib/registry/outputs.js";
import { marked } from "../../../lib/registry/runs.js";
import { smallRegistry, user } from "../registry/support.js";
import { finishedRun, registerPass } from "./finished-run.js";

type T = Parameters<typeof smallRegistry>[0];

function setUp(t: T) {
  const registry = smallRegistry(t);
  const signs = new Map<string, string>();
  const all = async () => {
    const { pass, reported } = registerPass(registry);
    const ids: string[] = [];
    for await (const { run } of registerAll(pass, marked(registry, "active", user), signs, () => false))
      ids.push(run.run.id);
    return { ids, reported };
  };
  return { registry, signs, all };
}

t.test("one bad run is reported, and is none of the others' business", async (t) => {
  const { registry, all } = setUp(t);
  const make = (type: string) => {
    const run = finishedRun(registry, { out: { type } });
    run.write("out", { w: "1" });
    run.attempt(1, { outputs: [{ role: "out", path: run.output("out"), complete: true }] });
    run.end();
    return run;
  };
  const bad = make("model");
  const broken = make("dataset");
  const good = make("result");
  const meta = path.join(bad.output("out"), "../.meta");
  fs.rmSync(meta, { recursive: true });
  fs.writeFileSync(meta, "no directory");
  fs.writeFileSync(path.join(broken.dir, ".lab/run.json"), "{");
  const first = await all();
  t.same(first.ids, [good.run.id]);
  t.match(first.reported.sort(), [/cannot read '.*run\.json'/, /cannot use '.*\.meta': not a directory/]);
  t.ok(isSealed(good.dir));
  t.same(marked(registry, "active", user).sort(), [bad.run.id, broken.run.id].sort(), "they are tried again");
  fs.rmSync(meta);
  t.same((await all()).ids, [bad.run.id], "and settled once they are repaired");
  t.match(artifactsOf(bad.open()), [{ role: "out" }]);
});

t.test("a run of which there is no news is not opened", async (t) => {
  const { registry, signs, all } = setUp(t);
  const run = finishedRun(registry, { ck: { type: "checkpoint_stream", marker: "ok" } });
  run.write("ck", { "1/ok": "", "2/ok": "" });
  run.attempt(1);
  run.noteStep(1, "ck", "1");
  t.same((await all()).ids, [run.run.id]);
  const file = path.join(run.dir, ".lab/run.json");
  const text = fs.readFileSync(file);
  fs.writeFileSync(file, "{");
  t.same(await all(), { ids: [], reported: [] }, "or this would have been seen");
  run.noteStep(1, "ck", "2");
  t.match((await all()).reported, [/run\.json/]);
  fs.writeFileSync(file, text);
  t.same((await all()).ids, [run.run.id]);
  signs.clear();
  t.same((await all()).ids, [], "what is forgotten is looked at again, and nothing comes of it");
  run.end("failed");
  t.same((await all()).ids, [run.run.id]);
  t.same((await all()).ids, []);
});

t.test("what cannot be seen yet is looked for again", async (t) => {
  const { registry, all } = setUp(t);
  const run = finishedRun(registry, { ck: { type: "checkpoint_stream", marker: "ok" } });
  run.write("ck", { "1/ok": "" });
  run.attempt(1);
  run.noteStep(1, "ck", "1");
  const hidden = `${run.output("ck")}.elsewhere`;
  fs.renameSync(run.output("ck"), hidden);
  t.same((await all()).ids, []);
  fs.renameSync(hidden, run.output("ck"));
  t.same((await all()).ids, [run.run.id]);
});

t.test("a name that two give means the one that ended last, whatever their ids", async (t) => {
  const { registry, all } = setUp(t);
  const make = (ended_at: string) => {
    const run = finishedRun(registry, { out: { alias: "best" } });
    run.attempt(1, { outputs: [{ role: "out", path: run.output("out"), complete: true }] });
    run.end("succeeded", { ended_at });
    return run;
  };
  const late = make("2026-11-20T12:00:02.000Z");
  const early = make("2026-11-20T12:00:01.000Z");
  t.same((await all()).ids, [early.run.id, late.run.id]);
  t.match(currentAlias(registry, user, "best"), { run: late.run.id, generation: 2 });
});
