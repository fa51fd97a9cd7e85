import t from "tap";
import type { JobQueued } from "../../../../lib/record/queue.js";
import { dependencyState } from "../../../../lib/scheduler/local/dependencies.js";
import type { Queue, QueueItem } from "../../../../lib/scheduler/local/read-queue.js";

const states = {
  waits: {},
  runs: { started: {} },
  completed: { started: {}, ended: { verdict: "completed" } },
  failed: { started: {}, ended: { verdict: "failed" } },
  cancelled: { ended: { verdict: "cancelled" } },
} as unknown as Record<string, Partial<QueueItem>>;
const queue: Queue = new Map(Object.entries(states).map(([job, item]) => [job, { job, ...item }]));
const state = (type: JobQueued["dependencies"][number]["type"], ...jobs: string[]) =>
  dependencyState({ dependencies: [{ type, jobs }] } as JobQueued, queue);

// Rows: what the other job does; columns: after, afterok, afterany, afternotok.
const table = {
  waits: ["waiting", "waiting", "waiting", "waiting"],
  runs: ["satisfied", "waiting", "waiting", "waiting"],
  completed: ["satisfied", "satisfied", "satisfied", "never"],
  failed: ["satisfied", "never", "satisfied", "satisfied"],
  cancelled: ["satisfied", "never", "satisfied", "satisfied"],
  forgotten: ["satisfied", "never", "satisfied", "never"],
};

t.test("one job", async (t) => {
  for (const [job, expected] of Object.entries(table)) {
    const found = (["after", "afterok", "afterany", "afternotok"] as const).map((type) => state(type, job).state);
    t.same(found, expected, job);
  }
});

t.test("several: all must come, one that cannot decides", async (t) => {
  t.same(state("afterok", "completed", "waits", "runs"), { state: "waiting", jobs: ["waits", "runs"] });
  t.same(state("afterok", "waits", "failed"), { state: "never", jobs: ["failed"] });
  t.same(state("afterok", "completed"), { state: "satisfied", jobs: [] });
  t.same(dependencyState({ dependencies: [] as JobQueued["dependencies"] } as JobQueued, queue), {
    state: "satisfied",
    jobs: [],
  });
});
