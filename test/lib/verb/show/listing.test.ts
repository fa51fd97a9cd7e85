// Lists say the same of runs whether they are loose or packed.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import type { Status } from "../../../../lib/record/records.js";
import { sleep, useDisk } from "../../../../lib/registry/disk.js";
import { envelope, runDirectory } from "../../../../lib/registry/layout.js";
import { type Filter, listRuns } from "../../../../lib/verb/show/listing.js";
import { makeRun } from "../../registry/artifact-support.js";
import { damage, nth, onlyPack, packAll, settledRun } from "../../registry/pack-support.js";
import { all, type FakeContext, fakeContext } from "../fake-context.js";

t.afterEach(() => useDisk());

const none: Filter = {
  state: [],
  mode: [],
  name: undefined,
  user: [],
  all: false,
  tag: [],
  group: undefined,
  since: undefined,
  until: undefined,
  recent: undefined,
  where: [],
  note: undefined,
  sort: undefined,
  limit: undefined,
};

const time = (n: number) => Date.parse("2026-10-01T08:00:00Z") + n * 60_000;
const iso = (n: number) => new Date(time(n)).toISOString();

/** Eighteen settled runs of many kinds, and two that go on. */
function filled(context: FakeContext): void {
  const { given: registry } = context;
  for (let n = 0; n < 18; n += 1) {
    const state = (["succeeded", "failed", "cancelled", "lost", "succeeded"] as const)[n % 5] ?? "succeeded";
    settledRun(
      registry,
      nth(n),
      {
        name: n % 3 === 0 ? "odd.name" : `träin "${n % 4}"`,
        planned_at: iso(n),
        params: { lr: n / 100, deep: { er: n % 2 === 0 } },
        args: n === 7 ? { long: "x".repeat(10_000) } : {},
        ...(n % 2 ? { tags: ["a", `t${n % 4}`], group: `g${n % 3}` } : {}),
        ...(n % 4 === 0 ? { narrative: { note: `Note ${n}`, hypothesis: "warm-up helps" } } : {}),
        env: { N: String(n) },
        key: { version: "lab-key/1", digest: `sha256:${String(n % 4).repeat(64)}`, of: {} },
      },
      state,
      {
        ...(state === "failed" ? { mode: "code_error" as const, exit_code: 1, message: "exit code 1" } : {}),
        ...(n % 6 === 0 ? {} : { started_at: iso(n + 1) }),
        ...(n % 7 === 0 ? {} : { ended_at: iso(n + 30 - (n % 10)) }),
      },
    );
    const attempt = path.join(envelope(runDirectory(registry.base, registry.user, nth(n))), "attempt-1");
    fs.mkdirSync(attempt);
    const lines = [0, 1, 2].map((step) => JSON.stringify({ name: "loss", value: n + 1 / (step + 1), step }));
    fs.writeFileSync(path.join(attempt, "metrics-h-1.ndjson"), `${lines.join("\n")}\n`);
  }
  for (const n of [18, 19]) makeRun(registry, nth(n), { name: "odd.name", outputs: {}, params: { lr: n / 100 } });
}

async function listed(context: FakeContext, filter: Partial<Filter>): Promise<Status[]> {
  return all(listRuns({ ...none, ...filter }, context));
}

const filters: Partial<Filter>[] = [
  {},
  { limit: 5 },
  { limit: 0 },
  { state: ["failed"] },
  { state: ["active"] },
  { state: ["ended"], limit: 3 },
  { mode: ["code_error"] },
  { name: "odd.name" },
  { name: '*"1"' },
  { name: "nothing*" },
  { tag: ["a"] },
  { tag: ["a", "t1"] },
  { group: "g1" },
  { note: "WARM-UP" },
  { note: "note 4" },
  { since: time(5) },
  { until: time(5) },
  { since: time(3) + 1, until: time(8) + 1 },
  { before: nth(10), limit: 4 },
  { before: nth(10), until: time(7) },
  { before: nth(4), until: time(7) },
  { recent: time(40) },
  { recent: time(400) },
  { where: ["params.lr<0.05"] },
  { where: ["params.deep.er"] },
  { where: ["metrics.loss>9"] },
  { where: ["env.N=7"] },
  { where: ["args.long"] },
  { where: ["command~train"] },
  { where: ["params.absent!=1"] },
  { sort: "metrics.loss", limit: 4 },
  { sort: "-ended_at" },
  { sort: "env.N", columns: "id,env.N,params.lr,metrics.loss,key.digest,key.version" },
  { all: true, state: ["lost"] },
];

t.test("the same before and after", async (t) => {
  const context = fakeContext(t);
  filled(context);
  const before = await Promise.all(filters.map((filter) => listed(context, filter)));
  t.equal(before[0]?.length, 20);
  t.ok(before.filter((found) => found.length > 0).length > filters.length - 6);
  packAll(context.given);
  for (const [i, filter] of filters.entries()) t.same(await listed(context, filter), before[i], JSON.stringify(filter));
  t.same(context.reported, []);
  damage(onlyPack(context.given).full, (text) => Buffer.alloc(text.length));
  for (const [i, filter] of filters.entries())
    t.same(await listed(context, filter), before[i], `${JSON.stringify(filter)} with a full file that says nothing`);
  fs.unlinkSync(onlyPack(context.given).full);
  for (const [i, filter] of filters.entries())
    t.same(await listed(context, filter), before[i], `${JSON.stringify(filter)} without a full file`);
});

t.test("without looking at a run that is packed", async (t) => {
  const context = fakeContext(t);
  filled(context);
  const goOn = new Set([nth(18), nth(19)]);
  const whole = filters.filter(({ limit, where }) => limit === undefined && !where?.includes("args.long"));
  const before = await Promise.all(whole.map((filter) => listed(context, filter)));
  packAll(context.given);
  const runs = path.join(context.given.base, "runs");
  fs.renameSync(runs, `${runs}.away`);
  for (const [i, filter] of whole.entries()) {
    const wanted = before[i]?.filter(({ id }) => !goOn.has(id));
    t.same(await listed(context, filter), wanted, JSON.stringify(filter));
  }
});

t.test("lines that are not wanted are not parsed", async (t) => {
  const context = fakeContext(t);
  filled(context);
  const few: Partial<Filter>[] = [{ state: ["failed"] }, { state: ["lost", "cancelled", "planned"] }];
  const before = await Promise.all(few.map((filter) => listed(context, filter)));
  packAll(context.given);
  const { summary } = onlyPack(context.given);
  const good = fs.readFileSync(summary, "utf8");
  for (const [i, filter] of few.entries()) {
    const wanted = new Set(before[i]?.map(({ id }) => id));
    const lines = good.split("\n").map((line, n) => {
      if (n === 0 || line === "" || wanted.has(line.slice(30, 52))) return line;
      const from = line.indexOf('"planned_at"');
      return Buffer.concat([
        Buffer.from(line.slice(0, from)),
        Buffer.alloc(Buffer.byteLength(line.slice(from)) - 1, 63),
        Buffer.from("}"),
      ]);
    });
    fs.writeFileSync(
      summary,
      Buffer.concat(lines.flatMap((line, n) => [...(n > 0 ? [Buffer.from("\n")] : []), Buffer.from(line)])),
    );
    const opened: string[] = [];
    const openSync: typeof fs.openSync = (file, ...rest) => {
      opened.push(String(file));
      return fs.openSync(file, ...rest);
    };
    useDisk({ fs: { ...fs, openSync }, sleep });
    t.same(await listed(context, filter), before[i], JSON.stringify(filter));
    useDisk();
    // One that was parsed, and could not be, would be.
    t.same(
      opened.filter((file) => file.includes("/runs/") && !file.includes(nth(18)) && !file.includes(nth(19))),
      [],
    );
    t.ok(opened.some((file) => file.includes(nth(19))));
  }
  t.same(context.reported, []);
});
