// A job of the local queue in the words that every scheduler speaks.
import type { JobView } from "../../record/facts.js";
import type { Plan } from "./plan.js";
import type { QueueItem } from "./read-queue.js";

/** What waits is seen by `plan`, where one was made: what runs and has ended needs none. */
export function viewOf(item: QueueItem, planned: Pick<Plan, "start" | "waiting"> | undefined): JobView {
  const { job, restarts, queued, held, started, cancel, ending, ended } = item;
  if (ended) return endedView(job, ended);
  if (item.unreadable || !queued) return { job, phase: "unknown", reason: "Unreadable", source: "queue" };
  const view: JobView = { job, phase: "pending", restarts, submitted_at: queued.at, source: "queue" };
  if (started) {
    const words = { timeout: "TimeLimit", requeue: "Requeueing", cancelled: "Cancelling" };
    const reason = ending ? words[ending.why] : cancel ? "Cancelling" : undefined;
    return {
      ...view,
      phase: ending ? "completing" : "running",
      ...(reason ? { reason } : {}),
      nodes: started.host,
      started_at: started.at,
    };
  }
  const wait = planned?.waiting.get(item);
  if (held?.by !== undefined) view.held_by = held.by;
  if (wait) return { ...view, reason: wait.reason, ...(wait.for.length > 0 ? { waits_for: wait.for } : {}) };
  return planned?.start.some(({ candidate }) => candidate.item === item) ? { ...view, reason: "Starting" } : view;
}

function endedView(job: string, ended: NonNullable<QueueItem["ended"]>): JobView {
  const { verdict, reason, exit_code, signal, cancelled_by_uid, restarts = 0, host } = ended;
  const { submitted_at, started_at, at } = ended;
  return {
    job,
    phase: "ended",
    verdict,
    ...(reason === undefined ? {} : { reason }),
    ...(exit_code === undefined ? {} : { exit_code }),
    ...(signal === undefined ? {} : { signal }),
    ...(cancelled_by_uid === undefined ? {} : { cancelled_by_uid }),
    restarts,
    ...(host === undefined ? {} : { nodes: host }),
    submitted_at,
    ...(started_at === undefined ? {} : { started_at }),
    ended_at: at,
    source: "worker",
  };
}
