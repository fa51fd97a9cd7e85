// Whether a run has a job that nobody wrote down: an sbatch that timed out may have been heard all the same.

import type { JobView } from "../../record/facts.js";
import type { FoundJob, JobOwner, SoughtRun } from "../scheduler.js";
import { askAccounting } from "./accounting.js";
import type { SlurmClient } from "./client.js";
import { readComment } from "./comment.js";
import { queuedJobs } from "./queue.js";

/** Names in one call. */
const batch = 1000;

/**
 * Jobs of these runs, all of one user: by their comment in the queue, then, for those not there, by name in accounting.
 * Accounts have no comment before a job has ended, but a working directory, which is the run's. Throws `unavailable`.
 */
export async function findJobs(slurm: SlurmClient, registry: string, runs: readonly SoughtRun[]): Promise<FoundJob[]> {
  if (runs.length === 0) return [];
  const sought = new Set(runs.map(({ run }) => run));
  const found: FoundJob[] = [];
  const queue = await queuedJobs(slurm, runs[0]?.user);
  for (const job of queue.keys()) {
    const told = queue.whose(job);
    const view = told?.registry === registry && sought.has(told.run) ? queue.get(job) : undefined;
    if (told && view) found.push(foundJob(told, view));
  }
  const missing = runs.filter((one) => !found.some((job) => isOf(job, one)));
  return [...found, ...(await findInAccounting(slurm, registry, missing))];
}

async function findInAccounting(slurm: SlurmClient, registry: string, runs: readonly SoughtRun[]): Promise<FoundJob[]> {
  const sought = new Set(runs.map(({ run }) => run));
  const since = Math.min(...runs.map((run) => run.since));
  const found: FoundJob[] = [];
  for (let from = 0; from < runs.length; from += batch) {
    const names = runs.slice(from, from + batch).map(({ job_name }) => job_name);
    const whose = runs[0]?.user === undefined ? [] : [`--user=${runs[0].user}`];
    const options = ["--allocations", ...whose, `--name=${names.join(",")}`, `--starttime=${startTime(since)}`];
    for (const { view, told: isTold, comment, workdir } of (await askAccounting(slurm, options)) ?? []) {
      if (!isTold) continue;
      const told = comment === "" ? { registry, run: workdir.split("/").at(-1) ?? "" } : readComment(comment);
      if (told?.registry === registry && sought.has(told.run)) found.push(foundJob(told, view));
    }
  }
  return found;
}

function foundJob({ run, part }: JobOwner, view: JobView): FoundJob {
  return { run, ...(part === undefined ? {} : { part }), view };
}

/** One part's job in the queue tells nothing of where another's is. */
function isOf(job: FoundJob, { run, part }: SoughtRun): boolean {
  return job.run === run && (part === undefined || job.part === part);
}

/** A time as sacct takes it (in UTC, as it is run), five minutes earlier, should its clock be behind ours. */
function startTime(since: number): string {
  return new Date(Math.max(0, since - 300_000)).toISOString().slice(0, 19);
}
