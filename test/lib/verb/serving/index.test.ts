// The index answers as lab-ls does, whatever is asked, and stays so while the registry changes.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t from "tap";
import { maskedRecord } from "../../../../lib/record/masked.js";
import { usualGraces } from "../../../../lib/record/state.js";
import { openRegistry } from "../../../../lib/registry/open.js";
import { fileStore } from "../../../../lib/serve/index/store.js";
import { type Index, openIndex } from "../../../../lib/verb/serving/index/index.js";
import { rowTexts } from "../../../../lib/verb/serving/index/row-text.js";
import { rowView } from "../../../../lib/verb/serving/index/row-view.js";
import { selectRuns } from "../../../../lib/verb/serving/index/select-runs.js";
import { type Filter, listRuns } from "../../../../lib/verb/show/listing.js";
import { generator } from "../../../bench/records.js";
import { servedRegistry } from "../../../bench/served-registry.js";
import { until } from "../../../support/sandbox.js";

t.setTimeout(300_000);
const place = await servedRegistry({ runs: 600, whole: 200, loose: 60, active: 20 }, () => {});
t.teardown(() => place.remove());
const registry = openRegistry(place.registry, os.userInfo().uid);
const now = Date.now();
const context = {
  ...{ now, args: [], terminal: { out: false }, signal: { aborted: false }, cwd: "/" },
  ...{ say: () => {}, report: () => {}, registry: async () => registry },
  config: async () => ({
    config: { scheduler: { missing_job_grace: 600, accounting_grace: 60, submit_grace: 600 } },
  }),
} as unknown as Parameters<typeof listRuns>[1];
const none: Filter = {
  ...{
    state: [],
    mode: [],
    name: undefined,
    user: [],
    all: true,
    tag: [],
    group: undefined,
    where: [],
    note: undefined,
  },
  ...{ since: undefined, until: undefined, recent: undefined, sort: undefined, limit: Number.POSITIVE_INFINITY },
};
const listed = async (filter: Partial<Filter>) => {
  const ids: string[] = [];
  for await (const { id } of listRuns({ ...none, ...filter }, context)) ids.push(id);
  return ids;
};
const trouble = (error: unknown) => {
  throw error;
};
const opened = async (file?: string): Promise<Index> => {
  const store = file === undefined ? undefined : await fileStore(file, registry.base);
  const index = await openIndex(registry, usualGraces, trouble, store);
  await until("the index is ready", () => index.ready());
  return index;
};
const idsOf = ({ table }: Index, rows: Int32Array) => [...rows].map((row) => (table.keys[row] ?? "").slice(0, 22));
const index = await opened();
t.teardown(() => index.close());

const atoms = [
  "params.lr < 1e-3",
  "params.lr >= 0.0001",
  "params.model.layers = 8",
  "params.model.dropout > 0",
  "params ~ 'set-3'",
  "exists(params.model)",
  "metrics.loss > 1",
  'metrics["val/accuracy"] < 50',
  "metrics.loss < metrics.val_loss",
  "exists(metrics.loss)",
  "state = failed",
  "state in [succeeded, cached]",
  "mode != oom",
  "mode = code_error",
  "tags = paper",
  "tags ~ 'swee'",
  "name like 'vit*'",
  "user = root",
  "group ~ 'group-1'",
  "planned_at > 30d",
  "ended_at - started_at > 1h",
  "elapsed_s > 1h",
  "args.amp = true",
  "args.epochs in [10, 20]",
  "resources.gpus * 2 > 4",
  "resources.mem_bytes > 4GB",
  "seed = 3",
  "sweep.index < 10",
  "pipeline.stage = 'train'",
  "source.branch = 'main'",
  "env.OMP_NUM_THREADS = 8",
  "params.layers = 128",
  "exists(narrative)",
  "narrative.note ~ 'warm'",
  "run_dir ~ 'runs'",
  "key.digest ~ 'a1'",
  "recipe.path ~ train",
];

t.test("filters of all kinds, and any of them together", async (t) => {
  const draw = generator(7);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(draw() * all.length)] as T;
  const texts = [...atoms];
  const joined = () => (draw() < 0.5 ? "and" : "or");
  for (let i = 0; i < 40; i += 1) {
    const more = draw() < 0.5 ? "" : ` ${joined()} (${pick(atoms)} ${joined()} ${pick(atoms)})`;
    texts.push(`${draw() < 0.3 ? "not " : ""}(${pick(atoms)}) ${joined()} ${pick(atoms)}${more}`);
  }
  let some = 0;
  for (const where of texts) {
    const wanted = await listed({ where: [where] });
    const rows = await selectRuns(index, { where: [where] }, "", now);
    if (wanted.length > 0 && wanted.length < index.table.rows.size) some += 1;
    t.strictSame(idsOf(index, rows), wanted, where);
  }
  t.ok(some > texts.length / 2, "most of them tell runs apart");
  await t.rejects(selectRuns(index, { where: ["params.lr <"] }, "", now), { code: "usage" });
});

t.test("the other filters, and sorting", async (t) => {
  const cases: [Partial<Filter>, Parameters<typeof selectRuns>[1], string][] = [
    [{}, {}, ""],
    [{ state: ["active"] }, { state: ["active"] }, ""],
    [{ state: ["failed", "lost"] }, { state: ["failed", "lost"] }, ""],
    [{ mode: ["oom"] }, { mode: ["oom"] }, ""],
    [{ name: "*-sweep" }, { name: ["*-sweep"] }, ""],
    [{ tag: ["paper", "vit"] }, { tag: ["paper", "vit"] }, ""],
    [{ since: now - 20 * 86_400_000 }, { since: "20d" }, ""],
    [{ until: now - 20 * 86_400_000 }, { until: "20d" }, ""],
    [{ note: "WARM-UP" }, { note: "WARM-UP" }, ""],
    [{ all: false, user: [registry.user] }, { user: ["me"] }, ""],
    [{ sort: "params.lr" }, {}, "params.lr"],
    [{ sort: "-metrics.loss" }, {}, "-metrics.loss"],
    [{ sort: "-ended_at" }, {}, "-ended_at"],
    [{ sort: "name" }, {}, "name"],
  ];
  for (const [filter, asked, sort] of cases) {
    const wanted = await listed(filter);
    const rows = await selectRuns(index, asked, sort, now);
    t.strictSame(idsOf(index, rows), wanted, JSON.stringify([asked, sort]));
  }
  await t.rejects(selectRuns(index, { user: ["rot"] }, "", now), { code: "noinput", hint: "did you mean root?" });
});

t.test(
  "rows in JSON are what rows are, also when they are shown again, but for how long they have gone on",
  async (t) => {
    const rows = await selectRuns(index, {}, "", now);
    const [first, again] = [now, now + 60_000].map(
      (at) => rowTexts(index, rows, at).toJSON() as (Record<string, unknown> & { elapsed_s?: number })[],
    );
    let longer = 0;
    for (const [i, row] of rows.entries()) {
      const whole = maskedRecord(rowView(index, row));
      t.strictSame({ ...first?.[i], elapsed_s: 0 }, { ...whole, elapsed_s: 0 });
      const more = (again?.[i]?.elapsed_s ?? 0) - (first?.[i]?.elapsed_s ?? 0);
      if (Math.abs(more - 60) < 1e-6) longer += 1;
      else t.equal(more, 0);
    }
    t.ok(longer > 0 && longer <= 20, `${longer} go on`);
  },
);

t.test("a cache is taken up, a broken one is made anew, and one that is used is left alone", async (t) => {
  const file = path.join(t.testdir(), "private", "cache.db");
  const all = await listed({});
  const first = await opened(file);
  t.equal(fs.statSync(file).mode & 0o777, 0o600);
  t.equal(await fileStore(file, registry.base), undefined, "another server has it");
  await first.close();
  const second = await opened(file);
  t.strictSame(idsOf(second, await selectRuns(second, {}, "", now)), all);
  const sorted = await selectRuns(second, { where: ["metrics.loss > 1"] }, "params.lr", now);
  t.strictSame(idsOf(second, sorted), await listed({ where: ["metrics.loss > 1"], sort: "params.lr" }));
  await second.close();
  fs.writeFileSync(file, "no database at all, but long enough to be taken for one".repeat(100));
  const third = await opened(file);
  t.strictSame(idsOf(third, await selectRuns(third, {}, "", now)), all);
  await third.close();
  fs.rmSync(file);
  fs.symlinkSync("/etc/passwd", file);
  await t.rejects(fileStore(file, registry.base), "a link is not followed");
});

t.test("what changes is told, what cannot be read is a problem, and what vanishes stays as it was", async (t) => {
  const told: string[] = [];
  const listener = ({ runs }: { runs: string[] }) => void told.push(...runs);
  index.on("change", listener);
  const loose = fs.readdirSync(path.join(registry.base, "loose", registry.user)).sort();
  const [gone = "", broken = ""] = [loose[0], loose[1]];
  fs.rmSync(path.join(registry.base, "loose", registry.user, gone));
  await until("a run is gone", () => !index.table.rows.has(`${gone}/${registry.user}`) && told.includes(gone));
  const [ended = ""] = [...index.feed.live].find(([, { settled }]) => settled) ?? [];
  const [id = "", user = ""] = ended.split("/");
  const envelope = path.join(registry.base, "runs", user, id, ".lab");
  fs.renameSync(envelope, `${envelope}-away`);
  await until("a run that has ended is missed", () => !index.table.rows.has(ended));
  fs.renameSync(`${envelope}-away`, envelope);
  await until("it is there again", () => index.table.rows.has(ended));
  const active = fs.readdirSync(path.join(registry.base, "active", registry.user)).at(-1) ?? broken;
  fs.writeFileSync(path.join(registry.base, "runs", registry.user, active, ".lab", "run.json"), "{");
  await until("a problem is told", () => index.feed.problems.has(`${active}/${registry.user}`));
  const count = index.table.rows.size;
  fs.renameSync(registry.base, `${registry.base}.away`);
  await until("the registry is missed", () => index.feed.problems.has("registry"));
  t.equal(index.table.rows.size, count);
  fs.renameSync(`${registry.base}.away`, registry.base);
  await until("it is back", () => !index.feed.problems.has("registry"));
  t.equal(index.table.rows.size, count);
  index.off("change", listener);
});
