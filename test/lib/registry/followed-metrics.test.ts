// Whoever looks again and again at metrics that are being written reads what has come, and ends where a whole reading would.
import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import type { RunOnDisk } from "../../../lib/registry/facts.js";
import { type Followed, followedValues } from "../../../lib/registry/followed-metrics.js";
import { lastValues } from "../../../lib/registry/last-metrics.js";

/** A run of two attempts, of which the second goes on; and where the files of that are. */
function running(t: Test): { disk: RunOnDisk; dir: string } {
  const base = t.testdir({ ".lab": { "attempt-1": {}, "attempt-2": {} } });
  const facts = { attempts: [{ n: 1, exit: {} }, { n: 2 }] };
  const run = { id: "20260102-030405-abc123", user: "u", inputs: {}, outputs: {} };
  const disk = { dir: base, owner: process.getuid?.() ?? 0, run, facts } as unknown as RunOnDisk;
  return { disk, dir: path.join(base, ".lab") };
}

t.test("after every look it is what a whole reading gives, in bytes that are bounded", async (t) => {
  const { disk, dir } = running(t);
  const names = ["attempt-1/metrics-n-1.ndjson", "attempt-2/metrics-n-1.ndjson", "attempt-2/metrics-n-2.ndjson"];
  let seed = 7;
  const draw = (n: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * n);
  };
  const written = (file: string) => {
    const step = draw(50);
    const [name, value] = [`m${draw(4)}`, draw(1000)];
    if (file.endsWith("job.log"))
      return draw(3) === 0 ? "epoch 3: fine\n" : `lab-metric ${name}=${value} step=${step}\n`;
    return draw(9) === 0 ? "no metric\n" : `${JSON.stringify({ name, value, ...(draw(4) ? { step } : {}) })}\n`;
  };
  const followed: Followed = new Map();
  for (let round = 0; round < 60; round += 1) {
    for (const name of [...names, "attempt-2/job.log"]) {
      const text = Array.from({ length: draw(6) }, () => written(name)).join("");
      const file = path.join(dir, name);
      // Also in the middle of a line.
      const cut = draw(text.length + 1);
      fs.appendFileSync(file, text.slice(0, cut));
      if (draw(2) === 0) followedValues(disk, followed);
      fs.appendFileSync(file, text.slice(cut));
    }
    const { values, complete } = followedValues(disk, followed);
    t.ok(complete);
    t.strictSame(Object.entries(values).sort(), Object.entries(lastValues(disk)).sort(), `round ${round}`);
  }
  const another = followedValues(disk, new Map(), 100);
  t.notOk(another.complete, "a small look says that it is one");
});

t.test("a file that is long before the first look is read from its end, in parts", async (t) => {
  const { disk, dir } = running(t);
  const line = (name: string, value: number) =>
    `${JSON.stringify({ name, value, step: value, pad: "x".repeat(99) })}\n`;
  const many = Array.from({ length: 40_000 }, (_, i) => line("loss", i)).join("");
  fs.writeFileSync(path.join(dir, "attempt-2/metrics-n-1.ndjson"), line("early", 1) + many + line("late", 2));
  const followed: Followed = new Map();
  const first = followedValues(disk, followed, 1 << 20);
  t.strictSame([first.values["loss"], first.values["late"], first.values["early"]], [39_999, 2, undefined]);
  t.notOk(first.complete);
  let looks = 0;
  while (!followedValues(disk, followed, 1 << 20).complete) looks += 1;
  t.ok(looks > 3 && looks < 9, `${looks} looks`);
  t.strictSame(followedValues(disk, followed).values, { late: 2, loss: 39_999, early: 1 });
});

t.test("terabytes that are not there, one line without an end, and a file that is replaced", async (t) => {
  const { disk, dir } = running(t);
  const log = path.join(dir, "attempt-2/job.log");
  const metrics = path.join(dir, "attempt-2/metrics-n-1.ndjson");
  fs.writeFileSync(log, "lab-metric loss=1 step=1\n");
  fs.writeFileSync(metrics, '{"name":"acc","value":1}\n');
  const followed: Followed = new Map();
  t.strictSame(followedValues(disk, followed).values, { acc: 1, loss: 1 });
  for (const file of [log, metrics]) fs.truncateSync(file, 2 ** 42);
  const began = performance.now();
  followedValues(disk, followed);
  lastValues(disk);
  t.ok(performance.now() - began < 3000, `${Math.round(performance.now() - began)} ms`);
  fs.rmSync(metrics);
  fs.writeFileSync(metrics, '{"name":"other","value":3}\n');
  fs.writeFileSync(log, "");
  t.strictSame(followedValues(disk, followed).values, { other: 3 });
});

t.test("as many names as lines are not told of, and stop nobody", async (t) => {
  const { disk, dir } = running(t);
  const lines = Array.from({ length: 60_000 }, (_, i) => `{"name":"n${i}","value":${i},"step":${i}}\n`);
  fs.writeFileSync(path.join(dir, "attempt-2/metrics-n-1.ndjson"), lines.join(""));
  const values = lastValues(disk);
  t.strictSame([Object.keys(values).length, values["n59999"], values["n1"]], [5000, 59_999, undefined]);
  t.equal(Object.keys(followedValues(disk, new Map()).values).length, 2000, "lists have no room for them");
  t.equal(lastValues(disk, ["n7"])["n7"], 7, "who asks for one is told");
});
