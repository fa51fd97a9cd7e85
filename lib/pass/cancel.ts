// Ending runs' jobs, one by one, and nobody else's.
import type { RunOnDisk } from "../registry/facts.js";
import type { Queue, Scheduler } from "../scheduler/scheduler.js";
import { ownView, queryOf } from "./own-job.js";

/** How long an answer of the queue tells whose a job is: ids do not come round within it. */
const fresh_ms = 10_000;

/**
 * Makes a function that asks for the end of a run's job, and says whether it did: where the job's id has come round and
 * stands for another one, that is left alone. Many runs in a row take one look at the queue. Its faults are the scheduler's.
 */
export function jobCanceller(
  scheduler: Scheduler,
  registry: string,
): (run: RunOnDisk, job: string) => Promise<boolean> {
  let seen: { queue: Queue; at: number } | undefined;
  return async (run, job) => {
    if (scheduler.idsComeRound) {
      if (!seen || Date.now() - seen.at > fresh_ms) seen = { queue: await scheduler.queue(), at: Date.now() };
      // One that is not in the queue has ended, or is newer than the answer.
      if (seen.queue.has(job) && !ownView(seen.queue, queryOf(run, job, registry))) return false;
    }
    await scheduler.cancel([job]);
    return true;
  };
}
