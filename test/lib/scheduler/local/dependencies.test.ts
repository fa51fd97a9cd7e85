import t from "tap";
import type { JobQueued } from "../../../../lib/record/queue.js";
import { dependencyState, type Find } from "../../../../lib/scheduler/local/dependencies.js";
import type { QueueItem } from "../../../../lib/scheduler/local/read-queue.js";

const states = {
  waits: {},
  runs: { started: {} },
  requeued: { restarts: 1 },
  completed: { over: true, ended: { verdict: "completed" } },
  failed: { over: true, ended: { verdict: "failed" } },
  cancelled: { over: true, ended: { verdict: "cancelled" } },
  unread: { over: true },
} as unknown as Record<string, Partial<QueueItem>>;
const queue = new Map(Object.entries(states).map(([job, item]) => [job, { job, restarts: 0, ...item } as QueueItem]));
const find: Find = (job) => (job === "hidden" ? "unknown" : queue.get(job));
const state = (type: JobQueued["dependencies"][number]["type"], ...jobs: string[]) =>
  dependencyState({ dependencies: [{ type, jobs }] } as JobQueued, find);

// Rows: what the other job does; columns: after, afterok, afterany, afternotok.
const table = {
  waits: ["waiting", "waiting", "waiting", "waiting"],
  runs: ["satisfied", "waiting", "waiting", "waiting"],
  requeued: ["satisfied", "waiting", "waiting", "waiting"],
  completed: ["satisfied", "satisfied", "satisfied", "never"],
  failed: ["satisfied", "never", "satisfied", "satisfied"],
  cancelled: ["satisfied", "never", "satisfied", "satisfied"],
  unread: ["satisfied", "waiting", "satisfied", "waiting"],
  hidden: ["waiting", "waiting", "waiting", "waiting"],
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
  t.same(dependencyState({ dependencies: [] as JobQueued["dependencies"] } as JobQueued, find), {
    state: "satisfied",
    jobs: [],
  });
});

t.test("another user's job is asked for by that name", async (t) => {
  const asked: (string | undefined)[] = [];
  const dependencies = [{ type: "afterok" as const, jobs: ["a", "b"], of: { b: "bob" } }];
  dependencyState({ dependencies } as unknown as JobQueued, (job, of) => {
    asked.push(job, of);
    return "unknown";
  });
  t.same(asked, ["a", undefined, "b", "bob"]);
});
