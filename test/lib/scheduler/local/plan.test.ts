import fc from "fast-check";
import t from "tap";
import type { JobEnded, JobQueued, JobStarted } from "../../../../lib/record/queue.js";
import { demandOf } from "../../../../lib/scheduler/local/capacity.js";
import { plan } from "../../../../lib/scheduler/local/plan.js";
import type { Queue, QueueItem } from "../../../../lib/scheduler/local/read-queue.js";

const here = { host: "here", boot: "b" };
const at = (n: number) => new Date(n * 1000).toISOString();

function queued(n: number, more: Partial<JobQueued> = {}): JobQueued {
  const job = `local-${String(n).padStart(6, "0")}-1`;
  const run = `20260101-000000-${String(n).padStart(6, "0")}`;
  const place = { script: "/s", run_dir: "/r", host: "here", env: {} };
  return {
    type: "job-queued",
    v: 1,
    job,
    run,
    submission: 1,
    registry: "r",
    job_name: "j",
    ...place,
    resources: {},
    dependencies: [],
    priority: 5,
    at: at(n),
    ...more,
  };
}

function started({ job }: JobQueued, gpus: number[], where = here): JobStarted {
  return { type: "job-started", v: 1, job, ...where, pid: 1, pid_start: "1", token: "t", gpus, at: at(0) };
}

function ended({ job, run }: JobQueued): JobEnded {
  return { type: "job-ended", v: 1, job, run, registry: "r", verdict: "completed", submitted_at: at(0), at: at(1) };
}

const queueOf = (...items: Omit<QueueItem, "job">[]): Queue =>
  new Map(items.map((item) => [item.queued?.job ?? "", { job: item.queued?.job ?? "", ...item }]));

t.test("a job of this host in its other name is here; one of another host is not", async (t) => {
  const [a, b, c] = [
    queued(1, { resources: { gpus: 1 } }),
    queued(2, { resources: { gpus: 1 } }),
    queued(3, { resources: { gpus: 1 } }),
  ];
  const queue = queueOf(
    { queued: a, started: started(a, [0], { host: "renamed", boot: "b" }) },
    { queued: b, started: started(b, [1], { host: "elsewhere", boot: "x" }) },
    { queued: c },
  );
  t.same(
    plan(queue, here, { cpus: 9, gpus: 2, mem_bytes: 0 }).start.map(({ gpus }) => gpus),
    [[1]],
  );
});

t.test("GPUs beyond a capacity that was made smaller stay taken, and are not given", async (t) => {
  const [a, b] = [queued(1, { resources: { gpus: 1 } }), queued(2, { resources: { gpus: 1 } })];
  const queue = queueOf({ queued: a, started: started(a, [3]) }, { queued: b });
  t.same(
    plan(queue, here, { cpus: 9, gpus: 1, mem_bytes: 0 }).start.map(({ gpus }) => gpus),
    [[0]],
  );
});

t.test("what cannot be read is left alone, what has ended takes nothing", async (t) => {
  const [a, b] = [queued(1), queued(2)];
  const queue = queueOf({ queued: a, unreadable: true }, { queued: b, started: started(b, []), ended: ended(b) });
  const { start, waiting } = plan(queue, here, { cpus: 1, gpus: 0, mem_bytes: 0 });
  t.same([start.length, waiting.size], [0, 0]);
});

const kinds = ["cpus", "gpus", "mem_bytes"] as const;
const resources = fc.record({ cpus: fc.nat(4), gpus: fc.nat(3), mem_bytes: fc.nat(10) });
const job = fc.record({ resources, priority: fc.integer({ min: 1, max: 3 }), run: fc.boolean() });

t.test("whatever waits: nothing is taken twice, and nobody is made to wait by one who comes after", async (t) => {
  fc.assert(
    fc.property(fc.array(job, { maxLength: 12 }), resources, (jobs, capacity) => {
      const items: Omit<QueueItem, "job">[] = [];
      const left = { ...capacity, indices: Array.from({ length: capacity.gpus }, (_, i) => i) };
      for (const [n, { run, ...more }] of jobs.entries()) {
        const one = queued(n, more);
        const demand = demandOf(more.resources);
        const fits = kinds.every((kind) => demand[kind] <= left[kind]);
        if (run && fits) {
          for (const kind of kinds) left[kind] -= demand[kind];
          items.push({ queued: one, started: started(one, left.indices.splice(0, demand.gpus)) });
        } else items.push({ queued: one });
      }
      const { start, waiting } = plan(queueOf(...items), here, capacity);
      const given = start.flatMap(({ gpus }) => gpus);
      if (new Set(given).size !== given.length || given.some((gpu) => !left.indices.includes(gpu))) return false;
      if (start.some(({ queued: { resources }, gpus }) => gpus.length !== resources.gpus)) return false;
      const isBefore = (a: JobQueued, b: JobQueued) =>
        a.priority > b.priority || (a.priority === b.priority && a.at < b.at);
      return kinds.every((kind) => {
        const taken = start.reduce((sum, { queued }) => sum + demandOf(queued.resources)[kind], 0);
        if (taken > left[kind]) return false;
        return items.every(({ queued: waiter }) => {
          if (!waiter || !waiting.has(waiter.job)) return true;
          const before = start
            .filter(({ queued }) => isBefore(queued, waiter))
            .reduce((sum, { queued }) => sum + demandOf(queued.resources)[kind], 0);
          const need = demandOf(waiter.resources)[kind];
          const short = (free: number) => Math.max(0, need - free);
          return short(left[kind] - taken) === short(left[kind] - before);
        });
      });
    }),
    { numRuns: 2000 },
  );
  t.pass("2000 queues");
});

t.test("the first in order starts if it fits at all, and everything starts that fits together", async (t) => {
  const jobs = [queued(1, { priority: 1 }), queued(2), queued(3, { resources: { cpus: 2 } })];
  const capacity = { cpus: 4, gpus: 0, mem_bytes: 0 };
  const { start } = plan(queueOf(...jobs.map((queued) => ({ queued }))), here, capacity);
  t.same(
    start.map(({ queued }) => queued.job.slice(11, 12)),
    ["2", "3", "1"],
  );
});
