// Asking something of runs' jobs, and of nobody else's: that they end, or are run again.
import type { RunOnDisk } from "../registry/facts.js";
import type { Queue, Scheduler } from "../scheduler/scheduler.js";
import { ownView, queryOf } from "./own-job.js";

/** How long an answer of the queue tells whose a job is: ids do not come round within it. */
const fresh_ms = 10_000;

/** Asks of the jobs of runs, all in one call, and gives the ids of those runs of whose jobs it did. */
type AskOfJobs = (asked: readonly { run: RunOnDisk; job: string }[]) => Promise<Set<string>>;

/** Makes a function that asks for the end of runs' jobs, as jobAsker says. */
export function jobCanceller(scheduler: Scheduler, registry: string): AskOfJobs {
  return jobAsker(scheduler, registry, (jobs) => scheduler.cancel(jobs));
}

/**
 * Makes a function that asks `ask` of runs' jobs: where a job's id has come round and stands for another one, that is left
 * alone. Its faults are the scheduler's.
 */
export function jobAsker(scheduler: Scheduler, registry: string, ask: (jobs: string[]) => Promise<void>): AskOfJobs {
  let seen: { queue: Queue; at: number } | undefined;
  return async (asked) => {
    if (scheduler.idsComeRound && (!seen || Date.now() - seen.at > fresh_ms))
      seen = { queue: await scheduler.queue(), at: Date.now() };
    const queue = scheduler.idsComeRound ? seen?.queue : undefined;
    // One that is not in the queue has ended, or is newer than the answer.
    const own = asked.filter(({ run, job }) => !queue?.has(job) || ownView(queue, queryOf(run, job, registry)));
    if (own.length > 0) await ask(own.map(({ job }) => job));
    return new Set(own.map(({ run }) => run.run.id));
  };
}
