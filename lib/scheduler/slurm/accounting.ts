// sacct: what slurmdbd keeps of jobs, asked by id and never by time, since a question by time misses the last seconds.
import type { JobView } from "../../record/facts.js";
import { isRunId } from "../../record/run-id.js";
import type { JobOwner, JobQuery } from "../scheduler.js";
import { isMeant } from "../whose.js";
import { type AccountedJob, accountingFormat, readAccounting } from "./accounting-rows.js";
import { type SlurmClient, unanswered } from "./client.js";
import { readComment } from "./comment.js";
import { cancelWhereUnmet } from "./submit.js";
import { troubleOf } from "./trouble.js";

/** Ids in one call: 2,000 cost slurmdbd a tenth of a second more than one, and argv could hold five times as many. */
const batch = 2000;

/**
 * What accounting knows of these jobs, by the ids asked for (an array's elements by their own), in one request for each
 * 2,000; with `steps`, also how their steps ended and the memory they used. sacct shows the newest job of an id: where that
 * is not the one that is meant, or too new to tell, one more request looks at those before it. Undefined where the cluster keeps no accounts.
 * Throws `unavailable`.
 */
export async function accountedJobs(
  slurm: SlurmClient,
  queries: readonly JobQuery[],
  { steps = false }: { steps?: boolean } = {},
): Promise<Map<string, JobView> | undefined> {
  const found = new Map<string, JobView>();
  for (let from = 0; from < queries.length; from += batch) {
    const asked = queries.slice(from, from + batch);
    const shown = await rowsOf(slurm, asked, steps ? [] : ["--allocations"]);
    if (shown === undefined) return undefined;
    const others = take(shown, asked, found);
    if (others.length === 0) continue;
    const all = await rowsOf(slurm, others, ["--duplicates", ...(steps ? [] : ["--allocations"])]);
    take(all ?? [], others, found);
  }
  return found;
}

function rowsOf(
  slurm: SlurmClient,
  asked: readonly JobQuery[],
  options: string[],
): Promise<AccountedJob[] | undefined> {
  return askAccounting(slurm, [...options, `--jobs=${asked.map(({ job }) => job).join(",")}`]);
}

/** Puts the jobs that are meant into `found`; the queries come back for whose id only other jobs are listed. */
function take(jobs: readonly AccountedJob[], queries: readonly JobQuery[], found: Map<string, JobView>): JobQuery[] {
  const asked = new Map(queries.map((query) => [query.job, query]));
  const others = new Map<string, JobQuery>();
  for (const accounted of jobs) {
    const { view, raw } = accounted;
    const named = asked.get(view.job) ?? asked.get(view.job.replace(/_.*/, ""));
    const query = named ?? asked.get(raw);
    if (query === undefined) continue;
    const job = named === undefined ? raw : view.job;
    const newer = found.get(job)?.submitted_at;
    const meant = accounted.told && isMeant(query, view, { owner: ownerOf(accounted, query), name: accounted.name });
    if (!meant) others.set(query.job, query);
    else if (newer === undefined || newer <= (view.submitted_at ?? newer))
      found.set(job, judged({ ...view, job }, query));
  }
  return [...others.values()].filter(({ job }) => !found.has(job));
}

/**
 * For some seconds, and where a job waited only briefly for good, the accounts have no reason. One that Slurm was to cancel
 * if a job that it waits for fails, and that nobody cancelled before it began, ended for that.
 */
function judged(view: JobView, { argv }: JobQuery): JobView {
  const byNobody = view.verdict === "cancelled" && view.cancelled_by_uid === undefined && view.nodes === undefined;
  return byNobody && argv?.includes(cancelWhereUnmet) ? { ...view, verdict: "dependency" } : view;
}

/** Accounts have no comment before a job has ended, but a working directory, which is the run's. */
function ownerOf({ comment, workdir }: AccountedJob, { owner }: JobQuery): JobOwner | undefined {
  const run = workdir.split("/").at(-1) ?? "";
  return readComment(comment) ?? (owner && isRunId(run) ? { registry: owner.registry, run } : undefined);
}

/** The jobs that sacct lists for these options; undefined where the cluster keeps no accounts. */
export async function askAccounting(
  slurm: SlurmClient,
  options: readonly string[],
): Promise<AccountedJob[] | undefined> {
  const answer = await slurm("sacct", [...accountingFormat, ...options]);
  if (/accounting storage is disabled/.test(answer.stderr)) return undefined;
  if (troubleOf(answer) !== undefined) throw unanswered(answer, "ask Slurm's accounting");
  return readAccounting(answer.stdout);
}
