import t from "tap";
import { plan } from "../../../../lib/scheduler/local/plan.js";
import { ended, household, item, queued, started, world } from "./worlds.js";

const roomy = { cpus: 9, gpus: 2, mem_bytes: 0 };
const gpu = { resources: { gpus: 1 } };

t.test("a job of this host in its other name is here; one of another host is not", async (t) => {
  const [a, b, c] = [queued(1, gpu), queued(2, gpu), queued(3, gpu)];
  const mine = household(1, [
    item({ queued: a, started: started(a, [0], { host: "renamed", boot: "b" }) }),
    item({ queued: b, started: started(b, [1], { host: "elsewhere", boot: "x" }) }),
    item({ queued: c }),
  ]);
  t.same(
    plan(world(mine), roomy).start.map(({ gpus }) => gpus),
    [[1]],
  );
});

t.test("GPUs beyond a capacity that was made smaller stay taken, and are not given", async (t) => {
  const [a, b] = [queued(1, gpu), queued(2, gpu)];
  const mine = household(1, [item({ queued: a, started: started(a, [3]) }), item({ queued: b })]);
  t.same(
    plan(world(mine), { ...roomy, gpus: 1 }).start.map(({ gpus }) => gpus),
    [[0]],
  );
});

t.test("what cannot be read is left alone, what has ended takes nothing", async (t) => {
  const [a, b] = [queued(1), queued(2)];
  const mine = household(1, [
    item({ queued: a, unreadable: true }),
    item({ queued: b, started: started(b, []), ended: ended(b) }),
  ]);
  const { start, waiting } = plan(world(mine), { cpus: 1, gpus: 0, mem_bytes: 0 });
  t.same([start.length, waiting.size], [0, 0]);
});

t.test("why a job waits, and for what", async (t) => {
  const cancel = { type: "job-cancel", v: 1, job: "x", uid: 1, at: "" } as const;
  const on = (job: string, of?: string) => ({
    dependencies: [{ type: "afterok" as const, jobs: [job], ...(of ? { of: { [job]: of } } : {}) }],
  });
  const failed = queued(9);
  const theirs = queued(8);
  const items = {
    elsewhere: item({ queued: queued(1, { host: "there" }) }),
    cancelled: item({ queued: queued(2), cancel }),
    waits: item({ queued: queued(3, on("local-000008-1", "user2")) }),
    never: item({ queued: queued(4, on(failed.job)) }),
    hidden: item({ queued: queued(5, on("local-000007-1", "nobody")) }),
    misfit: item({ queued: queued(6, { resources: { gpus: 3 }, priority: 10 }) }),
    ready: item({ queued: queued(7) }),
  };
  const mine = household(1, [...Object.values(items), item({ queued: failed, ended: ended(failed, "failed") })]);
  const other = household(2, [item({ queued: theirs })], { worker: "gone" });
  const third = item({ queued: queued(3) });
  const stopped = household(3, [third], { worker: "stopped" });
  const { start, waiting, never } = plan(world(mine, other, stopped), roomy);
  t.same(waiting.get(items.elsewhere), { reason: "OtherHost", for: ["there"] });
  t.same(waiting.get(items.cancelled), { reason: "Cancelling", for: [] });
  t.same(waiting.get(items.waits), { reason: "Dependency", for: ["local-000008-1"] });
  t.same(waiting.get(items.never), { reason: "Dependency", for: [failed.job] });
  t.same(waiting.get(items.hidden), { reason: "Dependency", for: ["local-000007-1"] });
  t.same(waiting.get(items.misfit), {
    reason: "BadConstraints",
    for: ["asks for 3 gpus; this host has 2 ([local] gpus)"],
  });
  t.same(waiting.get([...other.queue.values()][0] ?? third), { reason: "NoWorker", for: ["user2"] });
  t.same(waiting.get(third), { reason: "WorkerStopped", for: ["user3"] });
  t.same([...never], [[items.never, failed.job]]);
  t.same(
    start.map(({ candidate }) => candidate.item),
    [items.ready],
    "and what nothing holds up starts, though what comes first will never fit",
  );
});

t.test("who is absent takes no part, and holds nobody up", async (t) => {
  const mine = household(1, [item({ queued: queued(1, { priority: 1 }) })]);
  const theirs = household(2, [item({ queued: queued(2, { resources: { cpus: 9 } }) })]);
  t.same(
    plan(world(mine, theirs), roomy).start.map(({ candidate }) => candidate.uid),
    [2],
  );
  t.same(
    plan(world(mine, theirs), roomy, new Set([2])).start.map(({ candidate }) => candidate.uid),
    [1],
  );
});
