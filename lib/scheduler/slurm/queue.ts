// squeue: one request for all jobs of the caller, also those that ended within the controller's memory (MinJobAge).
import { type SlurmClient, unanswered } from "./client.js";
import { type QueueRows, queueFormat, queueRows } from "./queue-rows.js";
import { troubleOf } from "./trouble.js";

/** The caller's jobs that slurmctld knows. Throws `unavailable` where the controller cannot be asked. */
export async function queuedJobs(slurm: SlurmClient): Promise<QueueRows> {
  const rows = queueRows();
  const argv = ["--me", "--all", "--noheader", "--states=all", queueFormat];
  const answer = await slurm("squeue", argv, { read: rows.add });
  if (troubleOf(answer) !== undefined) throw unanswered(answer, "ask Slurm for the queue");
  return rows;
}
