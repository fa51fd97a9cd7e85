// The rules of printed metrics, to which the runtime's own reading of them is held too, and how a run's files become one.
import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import { wordOf } from "../../../lib/record/point.js";
import type { Metric } from "../../../lib/record/records.js";
import type { RunOnDisk } from "../../../lib/registry/facts.js";
import { bestMetric, lastMetrics, lastValues } from "../../../lib/registry/last-metrics.js";
import { metricsOf, printedIn } from "../../../lib/registry/metrics.js";
import { root } from "../../support/sandbox.js";

const cases: [string, object[]][] = JSON.parse(
  fs.readFileSync(path.join(root, "test/support/printed-metrics.json"), "utf8"),
);

t.test("each printed line gives its metrics", async (t) => {
  const log = path.join(t.testdir({}), "job.log");
  for (const [line, metrics] of cases) {
    fs.writeFileSync(log, `${line}\n`);
    const seen = [...printedIn(log)].map(({ value, ...more }) => ({ ...more, value: wordOf(value) }));
    t.same(seen, metrics, line);
  }
});

const id = "20260102-030405-abc123";

/** A run whose attempts have these files; those without an exit are running. */
function run(t: Test, attempts: { files: Record<string, string>; exit?: boolean }[]): RunOnDisk {
  const tree = attempts.map(({ files }, i) => [`attempt-${i + 1}`, files] as const);
  const dir = t.testdir({ ".lab": Object.fromEntries(tree) });
  const facts = { attempts: attempts.map(({ exit = true }, i) => ({ n: i + 1, ...(exit ? { exit: {} } : {}) })) };
  return { dir, owner: 0, run: { id, user: "u", inputs: {}, outputs: {} }, facts } as unknown as RunOnDisk;
}

const line = (name: string, value: unknown, step?: number, more = {}) =>
  `${JSON.stringify({ name, value, ...(step === undefined ? {} : { step }), ...more })}\n`;
const short = (metrics: Iterable<Metric>) => [...metrics].map(({ name, value, step }) => [name, value, step]);
const never = (message: string) => t.fail(message);

t.test("what a later attempt writes again counts, the rest stays", async (t) => {
  const first = [1, 2, 3, 4].map((step) => line("loss", step * 10, step)).join("");
  const disk = run(t, [
    { files: { "metrics-n-1.ndjson": first + line("note", 1) } },
    {
      files: { "metrics-n-2.ndjson": line("loss", 33, 3) + line("note", 2), "metrics-n-9.ndjson": line("acc", 0.5, 3) },
    },
  ]);
  t.same(short(metricsOf(disk, never)), [
    ["loss", 10, 1],
    ["loss", 20, 2],
    ["loss", 40, 4],
    ["note", 1, undefined],
    ["loss", 33, 3],
    ["note", 2, undefined],
    ["acc", 0.5, 3],
  ]);
  t.same(lastValues(disk), { loss: 33, note: 2, acc: 0.5 }, "the last is the latest attempt's");
  t.same(lastMetrics(disk, ["loss"]).get("loss"), {
    type: "metric",
    v: 1,
    run: id,
    name: "loss",
    value: 33,
    step: 3,
    attempt: 2,
  });
  t.same(lastValues(disk, ["none"]), {});
  t.match(bestMetric(disk, { name: "loss", goal: "min" }), { value: 10, step: 1, attempt: 1 });
  t.match(bestMetric(disk, { name: "loss", goal: "max" }), { value: 40, step: 4 });
  t.equal(bestMetric(disk, { name: "none", goal: "max" }), undefined);
});

t.test("NaN and the infinities are kept however they are written, and what JSON does not know is read", async (t) => {
  const text = [
    '{"name": "a", "value": NaN, "step": 1}',
    '{"name": "a", "value": -Infinity, "step": 0002}',
    '{"name": "a", "value": "inf", "step": "003"}',
    '{"name": "NaN: 007", "value": 1e3, "step": 4, "epoch": 2, "nested": [NaN]}',
    '{"name": "a","value":+.5}\r',
    "",
  ].join("\n");
  const disk = run(t, [{ files: { "metrics-n-1.ndjson": text } }]);
  const all = [...metricsOf(disk, never)];
  t.same(short(all), [
    ["a", "NaN", 1],
    ["a", "-Infinity", 2],
    ["a", "Infinity", 3],
    ["NaN: 007", 1000, 4],
    ["a", 0.5, undefined],
  ]);
  t.match(all[3], { epoch: 2, nested: ["NaN"] }, "and what else the line says");
  t.match(bestMetric(disk, { name: "a", goal: "max" }), { value: "Infinity" });
  t.match(bestMetric(run(t, [{ files: { "metrics-n-1.ndjson": line("a", "NaN") } }]), { name: "a", goal: "max" }), {
    value: "NaN",
  });
});

t.test("lines that are none are told of once, with the file and the first of them", async (t) => {
  const text = `${line("a", 1)}{"name":7,"value":1}\n\n{\n${line("a", 2, 1, { at: "soon" })}${line("a", 3)}{"name":"a","val`;
  const disk = run(t, [{ files: { "metrics-n-1.ndjson": text } }]);
  const said: string[] = [];
  t.same(
    short(metricsOf(disk, (message) => said.push(message))).map(([, value]) => value),
    [1, 3],
  );
  t.same(said, [`'${disk.dir}/.lab/attempt-1/metrics-n-1.ndjson': line 2 is no metric, nor are 2 others of 6`]);
});

t.test("what is printed is read from the log while the job runs, from what was gathered when it is over", async (t) => {
  const files = { "job.log": "x\nlab-metric loss=1 step=1\nlab-metric loss=nan step=2\n" };
  t.same(short(metricsOf(run(t, [{ files, exit: false }]), never)), [
    ["loss", 1, 1],
    ["loss", "NaN", 2],
  ]);
  t.same(lastValues(run(t, [{ files, exit: false }])), { loss: "NaN" });
  t.same(short(metricsOf(run(t, [{ files }]), never)), []);
});

t.test("files of several megabytes, with lines of any length, onwards and from the end", async (t) => {
  const many = Array.from({ length: 60_000 }, (_, i) => line(i % 1000 === 7 ? "rare" : "löss", i, i)).join("");
  const long = line("long", 1, 1, { note: "x".repeat(700_000) });
  const text = `${line("once", 5)}${many}{"too long": "${"y".repeat(3_000_000)}"}\n${long}${many}{"name":"cut`;
  const disk = run(t, [{ files: { "metrics-n-1.ndjson": text } }]);
  const said: string[] = [];
  let count = 0;
  for (const _ of metricsOf(disk, (message) => said.push(message))) count += 1;
  t.equal(count, 120_002);
  t.match(said, [/line 60002 is no metric$/]);
  t.same(lastValues(disk), { löss: 59_999, rare: 59_007, long: 1, once: 5 });
});
