// scancel, for many jobs at once, the elements of an array in one word.
import { type Fault, fault } from "../../record/fault.js";
import { type Answer, type SlurmClient, unanswered } from "./client.js";
import { complaintsOf } from "./complaints.js";
import { joinJobIds } from "./job-ids.js";
import { troubleOf } from "./trouble.js";

const batch = 500;

/** What scancel says of a job that needs no cancelling any more. */
const gone = /Invalid job id specified|already completing or completed|already finished|Job is not pending nor running/;

/**
 * Asks for the end of jobs; those that are gone are no error. Faults: `unavailable` where the controller cannot be asked
 * or gave no answer (some may have been cancelled; asking again does no harm), `noperm` for another's job.
 */
export async function cancelJobs(slurm: SlurmClient, jobs: readonly string[]): Promise<void> {
  let failure: Fault | undefined;
  const words = joinJobIds(jobs);
  for (let from = 0; from < words.length; from += batch) {
    const answer = await slurm("scancel", words.slice(from, from + batch));
    const trouble = troubleOf(answer);
    if (trouble === "down" || trouble === "unclear") throw unanswered(answer, "cancel jobs");
    if (trouble !== undefined) failure ??= refusal(answer, trouble === "denied");
  }
  if (failure !== undefined) throw failure;
}

function refusal(answer: Answer, denied: boolean): Fault | undefined {
  const said = complaintsOf(answer, gone);
  if (said === undefined) return undefined;
  return fault(denied ? "noperm" : "refused", `cannot cancel: ${said}`, {
    hint: denied ? "only the owner of a job, or an operator, can cancel it" : undefined,
  });
}
