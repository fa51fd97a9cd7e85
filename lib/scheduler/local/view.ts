// A job of the local queue in the words that every scheduler speaks.
import type { JobView } from "../../record/facts.js";
import type { Plan } from "./plan.js";
import type { QueueItem } from "./read-queue.js";

/** What waits or runs is seen by `plan`; `worked` says whether a worker of this host lives to do it. */
export function viewOf(item: QueueItem, { start, waiting }: Plan, worked: boolean): JobView {
  const { job, queued, started, cancel, ending, ended } = item;
  if (ended) return endedView(job, ended);
  if (item.unreadable || !queued) return { job, phase: "unknown", reason: "Unreadable", source: "queue" };
  const view: JobView = { job, phase: "pending", restarts: 0, submitted_at: queued.at, source: "queue" };
  if (started) {
    const reason = ending?.why === "timeout" ? "TimeLimit" : (ending ?? cancel) ? "Cancelling" : undefined;
    return {
      ...view,
      phase: ending ? "completing" : "running",
      ...(reason ? { reason } : {}),
      nodes: started.host,
      started_at: started.at,
    };
  }
  const wait = waiting.get(job);
  if (wait && wait.reason !== "Resources" && wait.reason !== "Priority") return { ...view, ...waitsFor(wait) };
  if (!worked) return { ...view, reason: "NoWorker" };
  if (wait) return { ...view, ...waitsFor(wait) };
  return start.some(({ queued: next }) => next.job === job) ? { ...view, reason: "Starting" } : view;
}

function waitsFor(wait: { reason: string; for: string[] }): Pick<JobView, "reason"> & { waits_for?: string[] } {
  return { reason: wait.reason, ...(wait.for.length > 0 ? { waits_for: wait.for } : {}) };
}

function endedView(job: string, ended: NonNullable<QueueItem["ended"]>): JobView {
  const { verdict, reason, exit_code, signal, cancelled_by_uid, host, submitted_at, started_at, at } = ended;
  return {
    job,
    phase: "ended",
    verdict,
    ...(reason === undefined ? {} : { reason }),
    ...(exit_code === undefined ? {} : { exit_code }),
    ...(signal === undefined ? {} : { signal }),
    ...(cancelled_by_uid === undefined ? {} : { cancelled_by_uid }),
    restarts: 0,
    ...(host === undefined ? {} : { nodes: host }),
    submitted_at,
    ...(started_at === undefined ? {} : { started_at }),
    ended_at: at,
    source: "worker",
  };
}
