// Whether a run has a job that nobody wrote down: an sbatch that timed out may have been heard all the same.
import type { FoundJob } from "../scheduler.js";
import { askAccounting } from "./accounting.js";
import type { SlurmClient } from "./client.js";
import { readComment } from "./comment.js";
import { queuedJobs } from "./queue.js";

/** Names in one call. */
const batch = 1000;

/** A run whose job is sought: what its job is called, and since when (milliseconds) it can have been submitted. */
export interface SoughtRun {
  run: string;
  job_name: string;
  since: number;
  /** Whose it is; the caller's if not given. */
  user?: string;
}

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
    if (told && view) found.push({ run: told.run, view });
  }
  const seen = new Set(found.map(({ run }) => run));
  const missing = runs.filter(({ run }) => !seen.has(run));
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
      const told = readComment(comment);
      const run = comment === "" ? (workdir.split("/").at(-1) ?? "") : told?.registry === registry ? told.run : "";
      if (sought.has(run)) found.push({ run, view });
    }
  }
  return found;
}

/** A time as sacct takes it (in UTC, as it is run), five minutes earlier, should its clock be behind ours. */
function startTime(since: number): string {
  return new Date(Math.max(0, since - 300_000)).toISOString().slice(0, 19);
}
