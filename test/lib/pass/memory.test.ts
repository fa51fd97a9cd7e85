import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { lookAgain, type Memory, openMemory } from "../../../lib/pass/memory.js";
import type { JobView } from "../../../lib/record/facts.js";
import type { Queue } from "../../../lib/scheduler/scheduler.js";

const [a, b] = ["20261120-201455-aaaaaa", "20261120-201455-bbbbbb"] as const;
const queueOf = (...rows: string[]): Queue =>
  Object.assign(new Map<string, JobView>(), { row: () => undefined, hasRow: (row: string) => rows.includes(row) });

const unchanged = (memory: Memory, id: string, queue: Queue) => memory.recall([id])(queue).length === 0;

t.test("a run whose row is as it was need not be opened; what has settled never", async (t) => {
  const directory = t.testdir();
  const first = openMemory(directory);
  t.notOk(unchanged(first, a, queueOf("1 waits")));
  first.seen(a, "1 waits");
  first.settled(b);
  first.save([a, b]);
  const next = openMemory(directory);
  t.ok(unchanged(next, a, queueOf("1 waits")));
  t.notOk(unchanged(next, a, queueOf("1 runs")));
  t.notOk(unchanged(next, a, queueOf("2 waits")), "it is gone");
  t.same([next.hasSettled(a), next.hasSettled(b), unchanged(next, b, queueOf())], [false, true, true]);
  next.seen(a, undefined);
  next.save([a, b]);
  t.notOk(unchanged(openMemory(directory), a, queueOf("1 waits")), "it has ended: it is opened until it settles");
});

t.test("a run that is to be opened is opened, whoever writes what he saw of it before", async (t) => {
  const directory = t.testdir();
  const early = openMemory(directory);
  early.seen(a, "1 waits");
  early.settled(b);
  lookAgain(directory, a);
  lookAgain(directory, a);
  lookAgain(directory, b);
  early.save([a, b]);
  const next = openMemory(directory);
  t.notOk(unchanged(next, a, queueOf("1 waits")));
  t.notOk(next.hasSettled(b));
  next.opening(a);
  next.seen(a, "1 waits");
  next.save([a, b]);
  const last = openMemory(directory);
  t.ok(unchanged(last, a, queueOf("1 waits")), "once");
  t.notOk(last.hasSettled(b));
  last.save([a]);
  t.same(fs.readdirSync(path.join(directory, "look")), [], "none is kept of runs that are not listed any more");
  lookAgain("/proc/nowhere", a); // A cache that cannot be written stops nothing.
});

t.test("a queue without rows of its own: estimates of a start mean nothing", async (t) => {
  const memory = openMemory(undefined);
  const queue = (more: Partial<JobView>): Queue => new Map([["1", { job: "1", phase: "pending", ...more }]]);
  const { rowIn } = await import("../../../lib/pass/memory.js");
  memory.seen(a, rowIn(queue({ reason: "Priority" }), "1"));
  t.ok(unchanged(memory, a, queue({ reason: "Priority", expected_start_at: "2026-11-21T00:00:00.000Z" })));
  t.notOk(unchanged(memory, a, queue({ reason: "Resources" })));
  t.equal(rowIn(queue({}), "2"), undefined);
});

t.test(
  "it does not grow with runs that are not listed any more, and is written only when it has changed",
  async (t) => {
    const directory = t.testdir();
    const memory = openMemory(directory);
    memory.seen(a, "1 waits");
    memory.settled(b);
    memory.save([a, b]);
    const names = ["rows.json", "settled.json"].map((name) => path.join(directory, name));
    const written = names.map((name) => fs.statSync(name).ino);
    openMemory(directory).save([a, b]);
    t.same(
      names.map((name) => fs.statSync(name).ino),
      written,
    );
    openMemory(directory).save([]);
    t.notOk(unchanged(openMemory(directory), a, queueOf("1 waits")));
    t.notOk(openMemory(directory).hasSettled(b));
  },
);

t.test("a file that is none is as good as none", async (t) => {
  const directory = t.testdir({ "rows.json": "{", "settled.json": '{"form":"settled/0","value":["x"]}' });
  const memory = openMemory(directory);
  t.notOk(memory.hasSettled("x"));
  t.notOk(unchanged(memory, a, queueOf()));
});
