import t from "tap";
import type { Reservation } from "../../../../lib/record/queue.js";
import { plan } from "../../../../lib/scheduler/local/plan.js";
import { processStart } from "../../../../lib/scheduler/local/processes.js";
import { wholeQueue } from "../../../../lib/scheduler/local/whole-queue.js";
import type { World } from "../../../../lib/scheduler/local/world.js";
import { at, ended, here, household, item, queued, started, world } from "./worlds.js";

const capacity = { cpus: 8, gpus: 4, mem_bytes: 100 };
const self = { pid: process.pid, pid_start: processStart(process.pid) ?? "" };
const show = (all: World) => wholeQueue(all, plan(all, capacity), capacity, 1_000_000);
const gpus = (count: number, time_s?: number) => ({ gpus: count, ...(time_s === undefined ? {} : { time_s }) });

t.test("what runs, then the line with its expected starts, then what waits for something else", async (t) => {
  const runs = queued(1, { resources: gpus(2, 1000) });
  const [a, b, c] = [
    queued(2, { resources: gpus(4, 50) }),
    queued(3, { resources: gpus(1, 50), priority: 9 }),
    queued(4, { dependencies: [{ type: "afterok", jobs: ["local-000002-1"] }] }),
  ];
  const mine = household(1, [
    item({ queued: c }),
    item({ queued: a }),
    item({ queued: queued(7), ended: ended(queued(7)) }),
    item({ queued: queued(6, { host: "there" }) }),
  ]);
  const others = [
    household(2, [item({ queued: runs, started: { ...started(runs, [0, 1]), ...self } }), item({ queued: b })]),
    household(3, [item({ queued: queued(5) }), item({ queued: queued(8, { host: "there" }) })], { worker: "gone" }),
  ];
  const rows = show(world(mine, ...others));
  t.same(
    rows.map(({ view: { job, phase, reason }, user, position }) => [job.slice(11, 12), user, phase, reason, position]),
    [
      ["1", "user2", "running", undefined, undefined],
      ["3", "user2", "pending", "Starting", 1],
      ["2", "user1", "pending", "Resources", 2],
      ["4", "user1", "pending", "Dependency", undefined],
      ["6", "user1", "pending", "OtherHost", undefined],
      ["5", "user3", "pending", "NoWorker", undefined],
    ],
  );
  const [first, , second, third] = rows;
  t.match(first, { gpus: 2, gpu_indices: [0, 1], cpus: 1, priority: 5, run: runs.run, registry: "r", job_name: "j" });
  t.ok((first?.elapsed_s ?? -1) >= 0);
  t.equal((first?.left_s ?? 0) + (first?.elapsed_s ?? 0), 1000);
  const start = Date.parse(second?.view.expected_start_at ?? "");
  t.ok(Math.abs(start - 1_000_000 - (first?.left_s ?? 0) * 1000) < 1000, "when what runs has reached its limit");
  t.equal(Date.parse(third?.view.expected_start_at ?? "") - start, 50_000, "and what waits for that, 50 s later");
});

t.test("what has ended unheard, and what runs out of a queue that cannot be read", async (t) => {
  const gone = queued(1, { resources: gpus(1) });
  const other = household(2, [item({ queued: gone, started: { ...started(gone, [3]), ...self, pid_start: "1" } })], {
    worker: "gone",
  });
  const all = world(household(1, []), other);
  const takes = { gpus: [2], cpus: 3, mem_bytes: 7 };
  const reservation: Reservation = {
    type: "reservation",
    v: 1,
    ...here,
    user: "secret",
    uid: 7,
    job: "local-zzzzzz-1",
    ...takes,
    ...self,
    at: at(5),
  };
  const over = { ...reservation, job: "local-yyyyyy-1" };
  all.log.entries.push({ number: 1, reservation, ended: false }, { number: 2, reservation: over, ended: true });
  const rows = show(all);
  t.match(rows, [
    { view: { job: gone.job, phase: "completing", reason: "Unheard", waits_for: ["user2"] }, gpu_indices: [3] },
    {
      view: { job: "local-zzzzzz-1", phase: "running", nodes: "here" },
      user: "secret",
      ...{ cpus: 3, gpus: 1 },
      gpu_indices: [2],
    },
  ]);
  t.equal(rows.length, 2);
});

t.test("what waits for something that did not come has no expected start, nor what waits for that", async (t) => {
  const failed = queued(1);
  const after = (n: number) => [{ type: "afterok" as const, jobs: [queued(n).job] }];
  const jobs = [queued(2, { dependencies: after(1) }), queued(3, { dependencies: after(2) }), queued(4)];
  const items = [item({ queued: failed, ended: ended(failed, "failed") }), ...jobs.map((job) => item({ queued: job }))];
  const rows = show(world(household(1, items)));
  t.same(
    rows.map(({ view: { job, expected_start_at } }) => [job.slice(11, 12), expected_start_at !== undefined]),
    [
      ["4", true],
      ["2", false],
      ["3", false],
    ],
  );
});
