// One sbatch: what it is given, and what its answer means.
import { fault } from "../../record/fault.js";
import type { ArrayRequest, SubmitRequest, Submitted } from "../scheduler.js";
import { type Answer, hintOf, type SlurmClient, slurmWords } from "./client.js";
import { jobComment } from "./comment.js";
import { remedy } from "./remedies.js";
import { troubleOf } from "./trouble.js";

/** Has Slurm cancel a job that can never start, since one that it waits for did not end as it had to. */
export const cancelWhereUnmet = "--kill-on-invalid-dep=yes";

/**
 * Submits one script with the dependencies of the request. Faults: `refused` with Slurm's words, `unavailable` if nothing
 * can have been accepted, `tempfail` if it may have been.
 */
export async function submitJob(slurm: SlurmClient, request: SubmitRequest): Promise<Submitted> {
  return sent(slurm, dependencyOptions(request.dependencies), request.run_dir, request);
}

/** Submits some elements of an array, as one job. Its faults are those of a single one. */
export async function submitArray(slurm: SlurmClient, request: ArrayRequest): Promise<Submitted> {
  const { indices, throttle, one_job, dir, registry, array, part } = request;
  // In the place of the script's own, which knows of no part.
  const options = [`--comment=${jobComment(registry, array, part)}`, ...dependencyOptions(request.dependencies)];
  if (one_job) return sent(slurm, options, dir, request, [indices]);
  return sent(slurm, [`--array=${indices}${throttle === undefined ? "" : `%${throttle}`}`, ...options], dir, request);
}

type Asked = Pick<SubmitRequest, "script" | "job_name" | "resources">;

async function sent(
  slurm: SlurmClient,
  options: readonly string[],
  cwd: string,
  request: Asked,
  words: readonly string[] = [],
): Promise<Submitted> {
  const argv = ["--parsable", ...options, request.script, ...words];
  const answer = await slurm("sbatch", argv, { cwd });
  if (troubleOf(answer) !== undefined) throw await refusal(slurm, answer, request);
  const [, job, cluster] = /^(\d+)(?:;(\S+))?\s*$/m.exec(answer.stdout) ?? [];
  if (job === undefined) {
    throw fault(
      "tempfail",
      `cannot tell whether ${request.job_name} was submitted: sbatch printed no job id but '${answer.stdout.trim()}'`,
    );
  }
  const says = answer.stderr.trim() === "" ? undefined : slurmWords(answer);
  return {
    job,
    argv: ["sbatch", ...argv],
    ...(cluster === undefined ? {} : { cluster }),
    ...(says === undefined ? {} : { says }),
  };
}

/**
 * All dependencies in one option, since a second would replace the first. A job that can never start is cancelled at once
 * (it would wait for ever, and its run with it).
 */
function dependencyOptions(dependencies: SubmitRequest["dependencies"]): string[] {
  const clauses = dependencies.filter(({ jobs }) => jobs.length > 0).map(({ type, jobs }) => [type, ...jobs].join(":"));
  return clauses.length === 0 ? [] : [`--dependency=${clauses.join(",")}`, cancelWhereUnmet];
}

async function refusal(slurm: SlurmClient, answer: Answer, request: Asked): Promise<Error> {
  const trouble = troubleOf(answer);
  if (trouble === "down") {
    return fault("unavailable", `cannot submit ${request.job_name}: ${slurmWords(answer)}`, { hint: hintOf(answer) });
  }
  if (trouble === "unclear") {
    return fault("tempfail", `cannot tell whether ${request.job_name} was submitted: ${slurmWords(answer)}`, {
      hint: "lab-reconcile looks for it before it is sent again",
    });
  }
  const said = refusalWords(answer);
  return fault("refused", `cannot submit it: ${said}`, {
    hint: await remedy(slurm, said, request.resources),
  });
}

/** Slurm's verdict first, what it said before in parentheses: `Invalid partition name specified (…)`. */
function refusalWords(answer: Answer): string {
  const parts = slurmWords(answer).split("; ");
  const verdict = parts.find((part) => part.startsWith(failed));
  if (verdict === undefined) return parts.join("; ");
  const rest = parts.filter((part) => part !== verdict);
  return verdict.slice(failed.length) + (rest.length === 0 ? "" : ` (${rest.join("; ")})`);
}

const failed = "Batch job submission failed: ";
