import t from "tap";
import type { JobView } from "../../../../lib/record/facts.js";
import { explain } from "../../../../lib/scheduler/local/explain.js";

const pending = (reason: string, waits_for?: string[]): JobView => ({
  job: "j",
  phase: "pending",
  reason,
  ...(waits_for ? { waits_for } : {}),
});

t.test("every reason in words", async (t) => {
  for (const reason of [
    "Resources",
    "Priority",
    "Dependency",
    "OtherHost",
    "NoWorker",
    "Starting",
    "Cancelling",
    "TimeLimit",
    "Unreadable",
    "WorkerStopped",
    "BadConstraints",
    "JobArrayTaskLimit",
    "SweepLimit",
    "Requeueing",
    "Unheard",
  ]) {
    const { message } = explain(pending(reason, ["gpus"]));
    t.notMatch(message, reason);
    t.notMatch(message, /undefined|\.$/);
  }
  t.match(explain(pending("Resources", ["gpus", "memory"])).message, "gpus, memory");
  t.match(explain(pending("NoWorker", ["zoe"])).message, "nobody works on the queue of zoe");
  t.match(explain(pending("Dependency", ["local-abcdef-1"])).message, "local-abcdef-1");
  t.same(explain(pending("Something new")), { message: "Something new" });
  t.same(explain({ job: "j", phase: "pending" }), { message: "it waits for its turn" });
  t.same(explain({ job: "j", phase: "running" }), { message: "it is running" });
});
