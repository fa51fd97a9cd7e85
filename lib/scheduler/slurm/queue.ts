// squeue: one request for all jobs of the caller, also those that ended within the controller's memory (MinJobAge).
import { type SlurmClient, unanswered } from "./client.js";
import { type QueueRows, queueFormat, queueRows } from "./queue-rows.js";
import { troubleOf } from "./trouble.js";

/** The caller's jobs, or those of a user, that slurmctld knows. Throws `unavailable` where the controller cannot be asked. */
export async function queuedJobs(slurm: SlurmClient, user?: string): Promise<QueueRows> {
  return asked(slurm, [user === undefined ? "--me" : `--user=${user}`]);
}

/** These jobs, whoever's, as far as slurmctld knows them and lets the caller see them. Throws `unavailable`. */
export async function namedJobs(slurm: SlurmClient, ids: readonly string[]): Promise<QueueRows> {
  const wanted = ids.filter((id) => /^\d+([_+]\d+)?$/.test(id));
  return wanted.length === 0 ? queueRows() : asked(slurm, [`--jobs=${wanted.join(",")}`]);
}

async function asked(slurm: SlurmClient, which: readonly string[]): Promise<QueueRows> {
  const rows = queueRows();
  const ask = async (more: readonly string[], read: (text: string) => void) => {
    const answer = await slurm("squeue", [...which, ...more, "--all", "--noheader", "--states=all", queueFormat], {
      read,
    });
    // Of a single id that it does not know, squeue says so; of one among several it says nothing.
    if (troubleOf(answer) === "refused" && /Invalid job id/.test(answer.stderr)) return;
    if (troubleOf(answer) !== undefined) throw unanswered(answer, "ask Slurm for the queue");
  };
  // Each element of an array in a row of its own: in the row of all that wait, one speaks for the others. But where those
  // that wait are evenly spaced (`77_[0-96:3]`), Slurm 22.05 leaves out the last of them, and only the row of all has it.
  await ask(["--array"], rows.add);
  if (rows.hasWaitingElements()) await ask([], rows.addMissing);
  return rows;
}
