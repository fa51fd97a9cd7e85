// Which job is a run's: by its id, unless that has come round and stands for another one.
import type { JobView } from "../record/facts.js";
import { jobName } from "../record/job-name.js";
import type { RunOnDisk } from "../registry/facts.js";
import type { JobQuery, Queue } from "../scheduler/scheduler.js";
import { isMeant } from "../scheduler/whose.js";

/** The question about a run's job, with all that tells it from another job of that id. */
export function queryOf({ run, facts }: RunOnDisk, job: string, registry: string): JobQuery {
  const begun = facts.attempts.find(({ start }) => start?.job === job)?.start?.submission;
  const { receipt, array } =
    facts.submissions.find((submission) => submission.receipt?.job === job) ??
    facts.submissions.find(({ n }) => n === begun) ??
    {};
  return {
    job,
    since: Date.parse(run.planned_at),
    ...(receipt ? { until: Date.parse(receipt.at) } : {}),
    // The job of an element speaks of its array, and is called by it.
    owner: { registry, run: array?.id ?? run.id },
    ...(array ? {} : { job_name: jobName(run) }),
    ...(receipt?.argv ? { argv: receipt.argv } : {}),
  };
}

/** What the queue says of a run's job; undefined where it is not there, also if another job has its id now. */
export function ownView(queue: Queue, query: JobQuery): JobView | undefined {
  const { job } = query;
  const view = queue.get(job);
  return view && isMeant(query, view, { owner: queue.whose?.(job), name: queue.name?.(job) }) ? view : undefined;
}
