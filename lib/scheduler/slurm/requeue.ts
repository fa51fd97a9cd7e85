// scontrol requeue, for many jobs at once, the elements of an array in one word.
import { fault } from "../../record/fault.js";
import { hintOf, type SlurmClient, unanswered } from "./client.js";
import { complaintsOf } from "./complaints.js";
import { joinJobIds } from "./job-ids.js";
import { troubleOf } from "./trouble.js";

/** What scontrol says of a job that waits to be run already. */
const waits = /Job is pending execution|: No error$/;

/**
 * Asks that jobs that run end, and wait to be run again; one that waits already is no error. Faults: `unavailable`, `noperm`
 * for another's job, `refused` with Slurm's words for one that has ended or may not be run again. The others of the call
 * are requeued all the same.
 */
export async function requeueJobs(slurm: SlurmClient, jobs: readonly string[]): Promise<void> {
  if (jobs.length === 0) return;
  const answer = await slurm("scontrol", ["requeue", joinJobIds(jobs).join(",")]);
  const trouble = troubleOf(answer);
  if (trouble === undefined) return;
  if (trouble === "down" || trouble === "unclear") throw unanswered(answer, "requeue jobs");
  const said = complaintsOf(answer, waits);
  if (said === undefined) return;
  throw fault(trouble === "denied" ? "noperm" : "refused", `cannot requeue: ${said}`, {
    hint:
      trouble === "denied"
        ? "only the owner of a job, or an operator, can requeue it"
        : answer.end
          ? hintOf(answer)
          : undefined,
  });
}
