import fc from "fast-check";
import t from "tap";
import type { Resources } from "../../../../lib/record/resources.js";
import { type Dependent, forecast, type Running } from "../../../../lib/scheduler/local/forecast.js";
import type { Candidate } from "../../../../lib/scheduler/local/order.js";
import { item, queued } from "./worlds.js";

const capacity = { cpus: 8, gpus: 2, mem_bytes: 100 };

function candidate(n: number, resources: Resources, uid = 1): Candidate {
  const one = queued(n, { resources });
  return { uid, item: item({ queued: one }), queued: one };
}

function running(job: string, gpus: number[], ends: number, uid = 9): Running {
  return { uid, job, demand: { cpus: 1, gpus: gpus.length, mem_bytes: 0 }, gpus, ends };
}

function starts(candidates: Candidate[], dependents: Dependent[], runs: Running[]): (number | undefined)[] {
  const found = forecast(candidates, dependents, runs, capacity, 1000);
  return [...candidates, ...dependents.map((one) => one.candidate)].map((one) => found.get(one.item));
}

t.test("one after the other, as time limits end", async (t) => {
  const waiting = [
    candidate(1, { gpus: 2, time_s: 10 }),
    candidate(2, { gpus: 1, time_s: 5 }),
    candidate(3, { gpus: 1 }),
  ];
  t.same(starts(waiting, [], [running("a", [0], 4000), running("b", [1], 3000)]), [4000, 14_000, 14_000]);
});

t.test("what waits for a job without a limit has no time, what does not need what it has does", async (t) => {
  const waiting = [
    candidate(1, { gpus: 2, time_s: 10 }),
    candidate(2, { gpus: 1, time_s: 1 }),
    candidate(3, { cpus: 2 }),
  ];
  t.same(starts(waiting, [], [running("a", [0], Infinity)]), [undefined, undefined, 1000]);
  t.same(starts([candidate(1, { gpus: 2 })], [], [running("a", [0], 500)]), [1000], "one that is late ends now");
});

t.test("dependencies: on an end, on a start, on what never ends, on each other", async (t) => {
  const first = candidate(1, { gpus: 2, time_s: 10 });
  const on = (n: number, job: string, start = false, uid = 1): Dependent => ({
    candidate: candidate(n, { cpus: 1, time_s: 1 }),
    for: [{ job, uid, start }],
  });
  const dependents = [
    on(2, first.item.job),
    on(3, first.item.job, true),
    on(4, "a", false, 9),
    on(5, "local-000002-1"),
    on(6, ""),
  ];
  t.same(starts([first], dependents, [running("a", [0], 3000)]), [3000, 13_000, 3000, 3000, 14_000, undefined]);
});

const resources = fc.record({
  gpus: fc.nat(2),
  cpus: fc.integer({ min: 1, max: 8 }),
  time_s: fc.integer({ min: 1, max: 9 }),
});

t.test("whatever waits: everything has a time if all have limits, and never more runs than there is", async (t) => {
  fc.assert(
    fc.property(
      fc.array(resources, { maxLength: 10 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 2 }),
      (all, ends) => {
        const waiting = all.map((one, n) => candidate(n, one, n % 3));
        const runs = ends.map((end, gpu) => running(`r${gpu}`, [gpu], 1000 + end * 1000));
        const found = forecast(waiting, [], runs, capacity, 1000);
        if (waiting.some(({ item: one }) => !found.has(one))) return false;
        const times = [...new Set(found.values())];
        return times.every((time) => {
          const there = waiting.filter(({ item: one, queued: { resources: asked } }) => {
            const start = found.get(one) ?? 0;
            return start <= time && time < start + (asked.time_s ?? 0) * 1000;
          });
          const gpus = there.reduce((sum, one) => sum + (one.queued.resources.gpus ?? 0), 0);
          const cpus = there.reduce((sum, one) => sum + (one.queued.resources.cpus ?? 0), 0);
          const old = runs.filter((one) => one.ends > time).length;
          return gpus + old <= capacity.gpus && cpus + old <= capacity.cpus;
        });
      },
    ),
    { numRuns: 1000 },
  );
  t.pass("1000 queues");
});
