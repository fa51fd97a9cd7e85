// scontrol uhold and release, for many jobs at once. Not `hold`: an operator's would be one that only an operator can release.
import { fault } from "../../record/fault.js";
import { type SlurmClient, slurmWords, unanswered } from "./client.js";
import { joinJobIds } from "./job-ids.js";
import { troubleOf } from "./trouble.js";

const batch = 500;

/** What scontrol says of a job that has begun or ended meanwhile. */
const over = /Invalid job id specified|no longer pending|already (completing|finished)|Job is not pending|: No error$/;

/**
 * Keeps jobs that wait from being started, or lets them go; what has begun or is gone is no error. Faults: `unavailable`,
 * `noperm` for another's job, or one that an administrator holds, `refused` with Slurm's words.
 */
export async function holdJobs(slurm: SlurmClient, jobs: readonly string[], how: "uhold" | "release"): Promise<void> {
  const words = joinJobIds(jobs);
  for (let from = 0; from < words.length; from += batch) {
    const answer = await slurm("scontrol", [how, words.slice(from, from + batch).join(",")]);
    const trouble = troubleOf(answer);
    if (trouble === undefined) continue;
    const what = how === "uhold" ? "hold" : "release";
    if (trouble === "down" || trouble === "unclear") throw unanswered(answer, `${what} jobs`);
    const complaints = answer.stderr.split("\n").filter((line) => line.trim() !== "" && !over.test(line.trim()));
    if (complaints.length === 0) continue;
    const said = slurmWords({ ...answer, stderr: complaints.join("\n") });
    throw fault(trouble === "denied" ? "noperm" : "refused", `cannot ${what}: ${said}`);
  }
}
