// The ends of a job and of its starts, written down.
import os from "node:os";
import type { JobEnded, JobRequeued } from "../../record/queue.js";
import { timestamp } from "../../record/units.js";
import type { Child } from "./launch.js";
import type { QueueItem } from "./read-queue.js";
import type { QueueStore } from "./store.js";

export type End = Pick<JobEnded, "verdict" | "reason" | "exit_code" | "signal" | "at">;

/** How it ended: by us, by what its process said, or by what the job wrote; `silent` where nobody has a word of it. */
export function outcome(
  store: QueueStore,
  item: QueueItem,
  silent: Pick<End, "verdict" | "reason">,
  child?: Child,
): End {
  const said = child?.exit ?? exitOf(store, item);
  const at = said?.at ?? timestamp(Date.now());
  const how: Pick<End, "exit_code" | "signal"> = {};
  if (said?.code != null) how.exit_code = said.code;
  if (said?.signal) how.signal = os.constants.signals[said.signal];
  const why = item.ending?.why;
  if (why !== undefined && why !== "requeue") return { verdict: why, ...how, at };
  if (why === "requeue" && item.cancel) return { verdict: "cancelled", ...how, at };
  if (said === undefined) return { ...silent, at };
  return { verdict: how.exit_code === 0 ? "completed" : "failed", ...how, at };
}

function exitOf(store: QueueStore, { queued, restarts }: QueueItem): Child["exit"] {
  const exit = queued && store.exitOf(queued, restarts);
  return exit && { code: exit.code, signal: null, at: exit.at };
}

/** Writes the last fact of a job. */
export function end(store: QueueStore, { job, queued, started, cancel, restarts }: QueueItem, how: End): void {
  if (!queued) return;
  store.note(job, "ended", {
    type: "job-ended",
    v: 1,
    job,
    run: queued.run,
    registry: queued.registry,
    ...how,
    ...(how.verdict === "cancelled" && cancel ? { cancelled_by_uid: cancel.uid } : {}),
    ...(restarts > 0 ? { restarts } : {}),
    ...(started ? { host: started.host, started_at: started.at } : {}),
    submitted_at: queued.at,
  });
}

/** Lets a started job wait again, if it may and nobody asked for its end; says whether it does. */
export function putBack(store: QueueStore, item: QueueItem, why: JobRequeued["why"]): boolean {
  const { job, queued, started, cancel, ending, restarts } = item;
  if (!queued?.requeue || !started || cancel || (ending && ending.why !== "requeue")) return false;
  const restart = restarts + 1;
  const { host, at: started_at } = started;
  const record = {
    type: "job-requeued",
    v: 1,
    job,
    restart,
    why,
    host,
    started_at,
    at: timestamp(Date.now()),
  } as const;
  store.note(job, "requeued", record, restart);
  return true;
}
