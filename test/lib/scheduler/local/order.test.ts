import fc from "fast-check";
import t from "tap";
import { type Capacity, demandOf } from "../../../../lib/scheduler/local/capacity.js";
import { arrange, type Candidate, shareOf } from "../../../../lib/scheduler/local/order.js";
import type { Taken } from "../../../../lib/scheduler/local/world.js";
import { item, queued } from "./worlds.js";

const kinds = ["cpus", "gpus", "mem_bytes"] as const;
const none: Capacity = { cpus: 0, gpus: 0, mem_bytes: 0 };

function candidate(uid: number, n: number, more: Parameters<typeof queued>[1] = {}): Candidate {
  const one = queued(n, more);
  return { uid, item: item({ queued: one }), queued: one };
}

function taken(uid: number, demand: Partial<Capacity>, gpus: number[] = []): Taken {
  return { uid, job: `local-99999${uid}-1`, demand: { ...none, ...demand, gpus: gpus.length }, gpus };
}

const numbers = (candidates: Candidate[]) => candidates.map(({ queued: { job } }) => Number(job.slice(6, 12)));

t.test("priority first, then who has the least running, then age", async (t) => {
  const capacity = { cpus: 100, gpus: 8, mem_bytes: 100 };
  const candidates = [
    candidate(1, 1),
    candidate(1, 2, { priority: 9 }),
    candidate(2, 3),
    candidate(2, 4),
    candidate(3, 5, { priority: 1 }),
    candidate(3, 6),
  ];
  const { order } = arrange(candidates, [taken(2, {}, [0]), taken(1, { cpus: 1 })], capacity);
  t.same(numbers(order), [2, 6, 1, 3, 4, 5], "user 2 has an eighth of the GPUs, user 1 little, user 3 nothing");
});

t.test("each place that somebody is given counts from then on, so that users take turns", async (t) => {
  const resources = { gpus: 1 };
  const candidates = [1, 2, 3].flatMap((n) => [
    candidate(1, n, { resources }),
    candidate(2, 10 + n, { resources }),
    candidate(3, 20 + n, { resources }),
  ]);
  const { order, start } = arrange(candidates, [], { cpus: 100, gpus: 4, mem_bytes: 0 });
  t.same(numbers(order), [1, 11, 21, 2, 12, 22, 3, 13, 23]);
  t.same(
    start.map(({ gpus }) => gpus),
    [[0], [1], [2], [3]],
  );
});

t.test("no priority is above ten", async (t) => {
  const candidates = [candidate(1, 1, { priority: 10 }), candidate(1, 2, { priority: 1e9 })];
  t.same(numbers(arrange(candidates, [], { cpus: 9, gpus: 0, mem_bytes: 0 }).order), [1, 2]);
});

t.test("the share is the greatest part of any one thing", async (t) => {
  const capacity = { cpus: 10, gpus: 4, mem_bytes: 0 };
  t.equal(shareOf(undefined, capacity), 0);
  t.equal(shareOf({ cpus: 1, gpus: 2, mem_bytes: 5 }, capacity), 0.5);
  t.equal(shareOf({ cpus: 9, gpus: 2, mem_bytes: 5 }, capacity), 0.9);
});

t.test("elements of an array: no more at once than it says, and the rest holds nobody up", async (t) => {
  const element = (uid: number, index: number, max_concurrent?: number) => {
    const array = { index, ...(max_concurrent === undefined ? {} : { max_concurrent }) };
    return candidate(uid, index, { job: `local-aaaaaa-1_${index}`, array });
  };
  const later = candidate(1, 50, { priority: 1 });
  const one: Taken = { ...taken(1, { cpus: 1 }), job: "local-aaaaaa-1_0" };
  const candidates = [element(1, 1, 2), element(1, 2, 2), element(2, 3, 1), element(2, 4, 1), later];
  const { start, waiting } = arrange(candidates, [one], { cpus: 100, gpus: 0, mem_bytes: 0 });
  t.same(
    start.map(({ candidate: { item: begun } }) => begun.job),
    ["local-aaaaaa-1_3", "local-aaaaaa-1_1", later.queued.job],
    "another user's array of that name is another array",
  );
  t.same([...waiting.values()].map(({ reason }) => reason).sort(), ["JobArrayTaskLimit", "JobArrayTaskLimit"]);
});

t.test("points of a sweep: no more at once than it says, whoever else has room", async (t) => {
  const id = "20260101-000000-sweep0";
  const point = (uid: number, n: number) => candidate(uid, n, { sweep: { id, max_concurrent: 2 } });
  const candidates = [point(1, 1), point(1, 2), candidate(1, 3), point(2, 4), point(2, 5), point(2, 6)];
  const one: Taken = { ...taken(1, { cpus: 1 }), sweep: id };
  const { start, waiting, order } = arrange(candidates, [one], { cpus: 100, gpus: 0, mem_bytes: 0 });
  t.same(numbers(start.map((begun) => begun.candidate)).sort(), [1, 3, 4, 5], "one of the first user's runs already");
  t.strictSame(
    [...waiting].map(([{ queued: job }, why]) => [job?.job, why]),
    [2, 6].map((n) => [queued(n).job, { reason: "SweepLimit", for: ["sweep0"] }]),
  );
  t.equal(order.length, 4, "and has no place that others would wait behind");
});

t.test("points of a sweep: no more GPUs at once than it says, and what takes none is not held", async (t) => {
  const id = "20260101-000000-sweep0";
  const point = (n: number, gpus: number) =>
    candidate(1, n, { sweep: { id, max_gpus: 4 }, resources: { cpus: 1, gpus } });
  const candidates = [point(1, 2), point(2, 2), point(3, 1), point(4, 0), candidate(1, 5, { resources: { gpus: 2 } })];
  const one: Taken = { ...taken(1, {}, [0]), sweep: id };
  const { start, waiting } = arrange(candidates, [one], { cpus: 100, gpus: 8, mem_bytes: 0 });
  t.same(numbers(start.map((begun) => begun.candidate)).sort(), [1, 3, 4, 5]);
  t.strictSame([...waiting.values()], [{ reason: "SweepLimit", for: ["sweep0"] }]);
});

t.test("the first in order starts if it fits at all, and everything starts that fits together", async (t) => {
  const candidates = [candidate(1, 1, { priority: 1 }), candidate(1, 2), candidate(2, 3, { resources: { cpus: 2 } })];
  const { start } = arrange(candidates, [], { cpus: 4, gpus: 0, mem_bytes: 0 });
  t.same(numbers(start.map((one) => one.candidate)), [2, 3, 1]);
});

const resources = fc.record({ cpus: fc.nat(4), gpus: fc.nat(3), mem_bytes: fc.nat(10) });
const job = fc.record({ uid: fc.integer({ min: 1, max: 3 }), resources, priority: fc.integer({ min: 1, max: 3 }) });
const running = fc.record({ uid: fc.integer({ min: 1, max: 4 }), demand: resources });

/** What is given out, and what of the capacity is then left. */
function scene(
  runs: { uid: number; demand: Capacity }[],
  capacity: Capacity,
): { busy: Taken[]; left: Capacity; gpus: number[] } {
  const left = { ...capacity };
  const gpus = Array.from({ length: capacity.gpus }, (_, i) => i);
  const busy: Taken[] = [];
  for (const { uid, demand } of runs) {
    if (kinds.some((kind) => demand[kind] > left[kind])) continue;
    for (const kind of kinds) left[kind] -= demand[kind];
    busy.push({ uid, job: `local-99999${uid}-1`, demand, gpus: gpus.splice(0, demand.gpus) });
  }
  return { busy, left, gpus };
}

t.test("whatever waits: nothing is taken twice, and nobody is made to wait by one who comes after", async (t) => {
  fc.assert(
    fc.property(
      fc.array(job, { maxLength: 12 }),
      fc.array(running, { maxLength: 4 }),
      resources,
      (jobs, runs, capacity) => {
        const { busy, left, gpus } = scene(runs, capacity);
        const candidates = jobs.map(({ uid, ...more }, n) => candidate(uid, n, more));
        const { order, start, waiting } = arrange(candidates, busy, capacity);
        if (order.length !== jobs.length || start.length + waiting.size !== jobs.length) return false;
        const given = start.flatMap((one) => one.gpus);
        if (new Set(given).size !== given.length || given.some((index) => !gpus.includes(index))) return false;
        if (start.some(({ candidate: one, gpus: own }) => own.length !== one.queued.resources.gpus)) return false;
        const place = new Map(order.map((one, index) => [one.item, index]));
        const sum = (those: typeof start, kind: (typeof kinds)[number]) =>
          those.reduce((all, { candidate: one }) => all + demandOf(one.queued.resources)[kind], 0);
        return kinds.every((kind) => {
          if (sum(start, kind) > left[kind]) return false;
          return order.every((waiter) => {
            if (!waiting.has(waiter.item)) return true;
            const isBefore = ({ candidate: one }: (typeof start)[number]) =>
              (place.get(one.item) ?? 0) < (place.get(waiter.item) ?? 0);
            const short = (free: number) => Math.max(0, demandOf(waiter.queued.resources)[kind] - free);
            return short(left[kind] - sum(start, kind)) === short(left[kind] - sum(start.filter(isBefore), kind));
          });
        });
      },
    ),
    { numRuns: 2000 },
  );
  t.pass("2000 queues");
});

t.test("whatever waits: the order is by priority, then use with what was given before, then age", async (t) => {
  fc.assert(
    fc.property(
      fc.array(job, { maxLength: 12 }),
      fc.array(running, { maxLength: 4 }),
      resources,
      (jobs, runs, capacity) => {
        const { busy } = scene(runs, capacity);
        const candidates = jobs.map(({ uid, ...more }, n) => candidate(uid, n, more));
        const { order } = arrange(candidates, busy, capacity);
        const used = new Map<number, Capacity>();
        const add = (uid: number, demand: Capacity) => {
          const sum = used.get(uid) ?? { ...none };
          used.set(uid, {
            cpus: sum.cpus + demand.cpus,
            gpus: sum.gpus + demand.gpus,
            mem_bytes: sum.mem_bytes + demand.mem_bytes,
          });
        };
        for (const { uid, demand } of busy) add(uid, demand);
        return order.every((one, index) => {
          const rank = (of: Candidate) =>
            [10 - of.queued.priority, shareOf(used.get(of.uid), capacity), Date.parse(of.queued.at)] as const;
          const [p, s, a] = rank(one);
          const first = order.slice(index + 1).every((other) => {
            const [op, os, oa] = rank(other);
            return p < op || (p === op && (s < os || (s === os && a < oa)));
          });
          add(one.uid, demandOf(one.queued.resources));
          return first;
        });
      },
    ),
    { numRuns: 2000 },
  );
  t.pass("2000 queues");
});
