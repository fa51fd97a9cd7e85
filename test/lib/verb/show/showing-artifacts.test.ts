import t from "tap";
import type { Context } from "../../../../lib/command/context.js";
import { usualGraces } from "../../../../lib/record/state.js";
import { bindAlias } from "../../../../lib/registry/aliases.js";
import { registerExternal } from "../../../../lib/registry/artifacts.js";
import type { Registry } from "../../../../lib/registry/open.js";
import { openRun } from "../../../../lib/registry/runs.js";
import { cardOf } from "../../../../lib/verb/show/card.js";
import { inputWords, madeLines, usedAndMade, wholeArtifact } from "../../../../lib/verb/show/showing-artifacts.js";
import { at, end, register, registryFor } from "../../registry/artifact-support.js";
import { external, idOf, using, usingRun, usingStream } from "../../registry/lineage-support.js";
import { user } from "../../registry/support.js";

const style = { header: true, colour: false, width: undefined, now: 0 };

function contextOf(registry: Registry): Context & { problems: string[] } {
  const problems: string[] = [];
  const report = (id: string, error: Error) => problems.push(`${id}: ${error.message}`);
  return { registry: async () => registry, now: Date.now(), report, problems } as never;
}

function opened(registry: Registry, n: number, whose = user) {
  const run = openRun(registry, whose, idOf(n));
  if (!run) throw new Error(`no run ${n}`);
  return run;
}

t.test("what a run used and made, its names, and who used it", async (t) => {
  const registry = registryFor(t, "best");
  const bob = { ...registry, user: "bob" };
  const context = contextOf(registry);
  const train = usingRun(registry, 1, { data: external("/data/d.csv") });
  const [first, second] = [1, 2].map((step) => register(registry, train, "checkpoint", step)) as [never, never];
  const target = { artifact: (second as { id: string }).id, run: train.id, role: "checkpoint", step: 2 };
  bindAlias(registry, { scope: "global", name: "best", target, at });
  usingRun(bob, 2, { model: using(second), again: using(first) });
  usingRun(bob, 3, { all: usingStream(train) });
  end(train, "succeeded");
  const shown = await usedAndMade(opened(registry, 1), context, usualGraces);
  t.strictSame(context.problems, []);
  t.match(shown.used, [{ type: "external", path: "/data/d.csv", role: "data" }]);
  t.match(
    shown.made?.map(({ name, step, aliases, used_by = [] }) => [
      name,
      step,
      aliases,
      used_by.map(({ id, role }) => [id, role]),
    ]),
    [
      ["checkpoint step 1", 1, undefined, [[idOf(2), "again"]]],
      ["checkpoint (all steps)", undefined, undefined, [[idOf(3), "all"]]],
      ["checkpoint step 2", 2, ["best"], [[idOf(2), "model"]]],
    ],
  );
  t.strictSame(madeLines(shown, user), [
    ["named", "checkpoint step 2: best"],
    ["used by", "checkpoint step 1: run2 000002, planned, of bob"],
    ["used by", "checkpoint (all steps): run3 000003, planned, of bob"],
    ["used by", "checkpoint step 2: run2 000002, planned, of bob"],
  ]);
  const theirs = await usedAndMade(opened(bob, 2, "bob"), contextOf(bob), usualGraces);
  t.strictSame(inputWords({ ...theirs, path: "/p" }, "model"), [
    "000001:checkpoint@2",
    "best",
    (second as { path: string }).path,
  ]);
  t.strictSame(inputWords({ path: "/p" }, "model"), ["/p"], "without more, the path");
  t.strictSame(
    await usedAndMade(opened(bob, 3, "bob"), contextOf(bob), usualGraces).then(({ made }) => made),
    undefined,
  );
});

t.test("what others wait for", async (t) => {
  const registry = registryFor(t);
  const train = usingRun(registry, 1, {});
  usingRun(registry, 2, { all: usingStream(train) });
  const shown = await usedAndMade(opened(registry, 1), contextOf(registry), usualGraces);
  t.strictSame(madeLines(shown, user), [["used by", "checkpoint (all steps) (pending): run2 000002, planned"]]);
});

t.test("an artifact: who made it and who used it", async (t) => {
  const registry = registryFor(t, "best");
  const train = usingRun(registry, 1, {});
  const model = register(registry, train, "model");
  usingRun(registry, 2, { model: using(model) });
  end(train, "succeeded");
  const whole = (await wholeArtifact(
    { ...model, bytes: 2048, files: 1, result: { accuracy: 0.5 }, note: "a\u001b[2Jb", tags: ["x"] },
    opened(registry, 1),
    contextOf(registry),
    usualGraces,
  )) as Record<string, unknown>;
  t.match(whole, { id: model.id, ref: "000001:model", made_by: { id: train.id }, used_by: [{ id: idOf(2) }] });
  const card = cardOf(whole, style);
  t.match(card.split("\n")[0], `model  ${model.id}`);
  for (const line of [
    "kind        model",
    "called      000001:model",
    `made by     run1 000001, succeeded, of ${user}`,
    "size        2.0 KiB in 1 file",
    "result      accuracy=0.5",
    "note        ab",
    "used by     run2 000002, planned",
  ])
    t.ok(card.includes(`  ${line}\n`), `${line}\n${card}`);
});

t.test("one from outside", async (t) => {
  const registry = registryFor(t);
  const file = `${t.testdir({ "data.csv": "1" })}/data.csv`;
  const { artifact } = registerExternal(registry, { path: file, kind: "dataset", digest: "stat", at });
  const whole = await wholeArtifact(artifact, undefined, contextOf(registry), usualGraces);
  const card = cardOf(whole as Record<string, unknown>, style);
  t.match(card, /^data.csv {2}art-/);
  t.match(card, new RegExp(`\\n {2}made by +registered by ${user}\\n`));
  t.match(card, /\n {2}digest +sha256:[0-9a-f]{64} {2}\(of names, sizes and times\)\n/);
});
