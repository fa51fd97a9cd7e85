import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { envelope, marker, runDirectory } from "../../../lib/registry/layout.js";
import { ownDirectory } from "../../../lib/registry/open.js";
import { createRun, deactivate, dropUnborn, marked, openRun, usersWith } from "../../../lib/registry/runs.js";
import { onWrite } from "../../../lib/registry/write.js";
import { sampleRun } from "../record/sample.js";
import { answer, atOnce, child, isRoot, modeOf, people, possible, smallRegistry, user } from "./support.js";

const id = "20261120-201455-k7q3mz";
const recipe = "name = 'train'\n";
const run = (more: object = {}) => sampleRun({ id, user, created_at: "2026-11-20T20:15:00Z", ...more });

t.setTimeout(300_000);
t.afterEach(() => onWrite(undefined));

t.test("a run is made once, and found as it was made", async (t) => {
  const registry = smallRegistry(t);
  t.equal(openRun(registry, user, id), undefined);
  t.equal(await createRun(registry, run(), recipe), "made");
  const dir = runDirectory(registry.base, user, id);
  t.equal(fs.readFileSync(path.join(envelope(dir), "recipe.toml"), "utf8"), recipe);
  t.match(openRun(registry, user, id), { dir, owner: registry.uid, run: { ...run(), run_dir: dir }, problems: [] });
  t.same(marked(registry, "active", user), [id]);
  t.same(marked(registry, "loose", user), [id]);
  t.equal(await createRun(registry, run({ created_at: "2026-11-20T20:16:00Z" }), recipe), "exists", "by the same plan");
  t.equal(openRun(registry, user, id)?.run.created_at, "2026-11-20T20:15:00Z");
  t.same(usersWith(registry, "runs"), [user]);
  deactivate(registry, user, id);
  deactivate(registry, user, id);
  t.same(marked(registry, "active", user), []);
  t.same(marked(registry, "loose", user), [id]);
});

t.test("its files are as readable as the registry is", async (t) => {
  for (const [more, modes] of [
    [{}, ["755", "755", "644", "644"]],
    [{ shared_group: "lab" }, ["2750", "2750", "640", "640"]],
  ] as const) {
    const registry = smallRegistry(t, more);
    await createRun(registry, run(), recipe);
    const lab = envelope(runDirectory(registry.base, user, id));
    t.same([path.dirname(lab), lab, path.join(lab, "run.json"), path.join(lab, "recipe.toml")].map(modeOf), modes);
  }
});

t.test("markers first, run.json last", async (t) => {
  const registry = smallRegistry(t);
  const order: string[] = [];
  onWrite((step, file) => order.push(`${step} ${path.relative(registry.base, file)}`));
  await createRun(registry, run(), recipe);
  const wanted = [
    `marker active/${user}/${id}`,
    `marker loose/${user}/${id}`,
    `mkdir runs/${user}/${id}`,
    `mkdir runs/${user}/${id}/.lab`,
    `link runs/${user}/${id}/.lab/recipe.toml`,
    `link runs/${user}/${id}/.lab/run.json`,
  ];
  t.same(order.filter((step) => wanted.includes(step)).slice(0, wanted.length), wanted);
});

t.test(
  "killed before any of its writes, the run does not exist; a second call makes it whole, a pass removes its markers",
  async (t) => {
    for (let killAt = 1; ; killAt += 1) {
      const registry = smallRegistry(t);
      const killed = child("create", [registry.base, id], { killAt });
      // The name of run.json is the last of them.
      if (killed.signal === null) {
        t.ok(openRun(registry, user, id));
        t.ok(killAt > 8, "only after run.json was linked is there a run");
        t.same([marked(registry, "active", user), marked(registry, "loose", user)], [[id], [id]], "and it is listed");
        break;
      }
      if (killAt % 2) {
        t.match(answer("create", [registry.base, id]), { value: "made" });
        t.match(openRun(registry, user, id), { problems: [], run: { id } });
        t.same([marked(registry, "active", user), marked(registry, "loose", user)], [[id], [id]]);
      } else {
        dropUnborn(registry, id, 0);
        dropUnborn(registry, id, 0);
        t.same([marked(registry, "active", user), marked(registry, "loose", user)], [[], []]);
        t.equal(openRun(registry, user, id), undefined);
      }
    }
  },
);

t.test("a pass that removes the markers of an old plan while it is being made, hides no run", async (t) => {
  const registry = smallRegistry(t);
  for (const area of ["active", "loose"] as const) {
    ownDirectory(registry, area);
    fs.writeFileSync(marker(registry.base, area, user, id), "");
  }
  onWrite((step, file) => {
    if (step === "link" && file.endsWith("run.json")) dropUnborn(registry, id, 0);
  });
  await createRun(registry, run(), recipe);
  t.same([marked(registry, "active", user), marked(registry, "loose", user)], [[id], [id]]);
});

t.test("one that comes too late to remove the markers of a run that is there now, hides none", async (t) => {
  const registry = smallRegistry(t);
  await createRun(registry, run(), recipe);
  dropUnborn(registry, id, 0);
  t.same([marked(registry, "active", user), marked(registry, "loose", user)], [[id], [id]]);
});

t.test("markers are left as long as somebody may be making their run", async (t) => {
  const registry = smallRegistry(t);
  for (const area of ["active", "loose"] as const) {
    ownDirectory(registry, area);
    fs.writeFileSync(marker(registry.base, area, user, id), "");
  }
  const hour = 3_600_000;
  dropUnborn(registry, id, hour);
  t.same(marked(registry, "active", user), [id], "however old the plan is");
  const early = new Date(Date.now() - hour);
  fs.utimesSync(marker(registry.base, "active", user, id), early, early);
  dropUnborn(registry, id, hour);
  t.same(marked(registry, "active", user), [id], "both must be old");
  fs.utimesSync(marker(registry.base, "loose", user, id), early, early);
  dropUnborn(registry, id, hour);
  t.same([marked(registry, "active", user), marked(registry, "loose", user)], [[], []]);
});

t.test("runs of one recipe that are made one after the other share its file", async (t) => {
  const registry = smallRegistry(t);
  const ids = ["20261120-201455-aaaaaa", "20261120-201455-aaaaab", "20261120-201455-aaaaac"];
  const texts = [recipe, recipe, "another"];
  for (const [i, one] of ids.entries()) await createRun(registry, run({ id: one }), texts[i] ?? "");
  const files = ids.map((one) => path.join(runDirectory(registry.base, user, one), ".lab/recipe.toml"));
  t.same(
    files.map((file) => [fs.readFileSync(file, "utf8"), fs.statSync(file).nlink]),
    texts.map((text) => [text, text === recipe ? 2 : 1]),
  );
  fs.rmSync(files[0] ?? "");
  t.equal(fs.readFileSync(files[1] ?? "", "utf8"), recipe, "and what becomes of one is nothing to the other");
});

t.test("two that draw one id: one run, and the other is told", async (t) => {
  const registry = smallRegistry(t);
  await createRun(registry, run(), recipe);
  const another = { code: "cantcreat", message: /is another run$/ };
  await t.rejects(createRun(registry, run({ planned_at: "2026-11-20T20:14:56.000Z" }), recipe), another);
  await t.rejects(
    createRun(registry, run({ recipe: { text: "x", digest: `sha256:${"1".repeat(64)}` } }), recipe),
    another,
  );
  await t.rejects(createRun(registry, run(), "another recipe"), another);
  t.match(openRun(registry, user, id), { run: run() });
  for (let round = 0; round < 3; round += 1) {
    const race = smallRegistry(t);
    const plans = Array.from({ length: 6 }, (_, i) => ({ planned_at: `2026-11-20T20:14:5${i}.000Z` }));
    const answers = await atOnce(plans.map((plan) => ["create", [race.base, id, plan]]));
    t.equal(answers.filter((answer) => "value" in answer && answer.value === "made").length, 1);
    t.equal(answers.filter((answer) => "code" in answer && answer.code === "cantcreat").length, 5);
    const winner = answers.findIndex((answer) => "value" in answer);
    t.equal(openRun(race, user, id)?.run.planned_at, plans[winner]?.planned_at);
    const twins = await atOnce(Array.from({ length: 4 }, () => ["create", [race.base, "20261120-201455-aaaaaa"]]));
    t.same(
      twins.map((twin) => "value" in twin && twin.value).sort(),
      ["exists", "exists", "exists", "made"],
      "the same plan many times",
    );
  }
});

t.test("only what can be an id, and one's own, is made", async (t) => {
  const registry = smallRegistry(t);
  for (const bad of ["../../etc", "", "x", `${id}\n`, `${id}/..`])
    await t.rejects(createRun(registry, run({ id: bad }), recipe), { code: "dataerr" }, bad);
  await t.rejects(createRun(registry, run({ user: "somebody" }), recipe), { code: "noperm" });
  t.same(fs.readdirSync(path.join(registry.base, "active", user)), []);
  t.throws(() => openRun(registry, user, "../../etc"), { code: "dataerr" });
  t.throws(() => openRun(registry, "../x", id), { code: "dataerr" });
});

t.test("what is in the areas but is none of ours is passed over", async (t) => {
  const registry = smallRegistry(t);
  await createRun(registry, run(), recipe);
  const loose = path.join(registry.base, "loose");
  fs.writeFileSync(path.join(loose, "notes.txt"), "");
  fs.symlinkSync(user, path.join(loose, "alias"));
  fs.mkdirSync(path.join(loose, ".hidden"));
  fs.writeFileSync(path.join(loose, user, "not-an-id"), "");
  t.same(usersWith(registry, "loose"), [user]);
  t.same(
    usersWith(registry, "loose").flatMap((name) => marked(registry, "loose", name)),
    [id],
  );
  t.same(marked(registry, "loose", "nobody-here"), []);
});

t.test("another's directory under my name is not mine", async (t) => {
  if (!possible(t, isRoot, "another's directory under my name (chown needs root)")) return;
  const registry = smallRegistry(t);
  await createRun(registry, run(), recipe);
  for (const area of ["runs", "loose", "active"]) fs.chownSync(path.join(registry.base, area, user), 12_345, -1);
  t.same(marked(registry, "loose", user), []);
  t.throws(() => openRun(registry, user, id), { code: "noperm", message: /it belongs to uid 12345/ });
  await t.rejects(createRun(registry, run(), recipe), { code: "noperm" });
});

t.test("another's runs can be read, not written; what she closes hides hers alone", async (t) => {
  const lab = people(t);
  if (!lab) return;
  const registry = smallRegistry(t);
  const hers = "20261120-201455-aaaaaa";
  t.match(answer("create", [registry.base, hers], { as: lab.alice }), { value: "made" });
  t.match(answer("create", [registry.base, id], { as: lab.carol }), { value: "made" });
  t.match(answer("openRun", [registry.base, lab.alice, hers], { as: lab.bob }), { value: hers });
  t.match(answer("marked", [registry.base, lab.alice], { as: lab.bob }), { value: [hers] });
  const inHers = path.join(envelope(runDirectory(registry.base, lab.alice, hers)), "outcome.json");
  t.match(answer("writeOnce", [inHers, "{}"], { as: lab.bob }), { code: "noperm" });
  t.match(answer("mark", [marker(registry.base, "active", lab.alice, id)], { as: lab.bob }), { code: "noperm" });
  fs.chmodSync(path.join(registry.base, "loose", lab.alice), 0o700);
  fs.chmodSync(path.join(registry.base, "runs", lab.alice), 0o700);
  t.match(answer("marked", [registry.base, lab.alice], { as: lab.bob }), { value: [] });
  t.match(answer("openRun", [registry.base, lab.alice, hers], { as: lab.bob }), { code: "noperm" });
  t.match(answer("marked", [registry.base, lab.carol], { as: lab.bob }), { value: [id] });
  fs.chmodSync(path.join(registry.base, "loose", lab.alice), 0);
  t.match(
    answer("marked", [registry.base, lab.alice], { as: lab.alice }),
    { code: "noperm" },
    "one's own is not passed over",
  );
});

t.test("a run that another planted in her own tree under my name is not mine", async (t) => {
  const lab = people(t);
  if (!lab) return;
  const registry = smallRegistry(t);
  t.match(answer("create", [registry.base, id], { as: lab.alice }), { value: "made" });
  const file = path.join(envelope(runDirectory(registry.base, lab.alice, id)), "run.json");
  fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace(`"user": "${lab.alice}"`, `"user": "${lab.bob}"`));
  t.throws(() => openRun(registry, lab.alice, id), {
    code: "dataerr",
    message: /it is '20261120-201455-k7q3mz' of lab-bob$/,
  });
});
