// sacct: what slurmdbd keeps of jobs, asked by id and never by time, since a question by time misses the last seconds.
import type { JobView } from "../../record/facts.js";
import { parseSize } from "../../record/units.js";
import type { JobQuery } from "../scheduler.js";
import { type SlurmClient, unanswered } from "./client.js";
import { joinedViews } from "./het-job.js";
import { expandJobId, hetComponent } from "./job-ids.js";
import { exitStatus, standing, stateWord, verdictWithSteps } from "./states.js";
import { timeField } from "./time-field.js";
import { troubleOf } from "./trouble.js";

const separator = "\u001f";
const fields = [
  "JobID",
  "JobIDRaw",
  "State",
  "ExitCode",
  "DerivedExitCode",
  "Reason",
  "Submit",
  "Start",
  "End",
  "NodeList",
  "MaxRSS",
  "Partition",
  "WorkDir",
  "Comment",
] as const;
type Row = Record<(typeof fields)[number], string>;

/** A job of sacct's answer, and what tells whose it is. */
export interface AccountedJob {
  view: JobView;
  /** The number it has in the database: an element of an array has one beside its id. */
  raw: string;
  comment: string;
  workdir: string;
}

/** Ids in one call: 2,000 cost slurmdbd a tenth of a second more than one, and argv could hold five times as many. */
const batch = 2000;

/** How much earlier than `since` a job may have ended by slurmctld's clock; ids come round after millions of jobs. */
const clockSkew = 300_000;

/**
 * What accounting knows of these jobs, by the ids asked for (an array's elements by their own), in one request for each
 * 2,000; with `steps`, also how their steps ended and the memory they used. Rows that ended before a query's `since`
 * belong to an older job of the same id. Undefined where the cluster keeps no accounts. Throws `unavailable`.
 */
export async function accountedJobs(
  slurm: SlurmClient,
  queries: readonly JobQuery[],
  { steps = false }: { steps?: boolean } = {},
): Promise<Map<string, JobView> | undefined> {
  const found = new Map<string, JobView>();
  for (let from = 0; from < queries.length; from += batch) {
    const asked = new Map(queries.slice(from, from + batch).map((query) => [query.job, query]));
    const jobs = await askAccounting(slurm, [
      ...(steps ? [] : ["--allocations"]),
      `--jobs=${[...asked.keys()].join(",")}`,
    ]);
    if (jobs === undefined) return undefined;
    for (const { view, raw } of jobs) {
      const named = asked.get(view.job) ?? asked.get(view.job.replace(/_.*/, ""));
      const query = named ?? asked.get(raw);
      if (query !== undefined && !isOlder(view, query)) {
        const job = named === undefined ? raw : view.job;
        found.set(job, { ...view, job });
      }
    }
  }
  return found;
}

function isOlder({ ended_at }: JobView, { since }: JobQuery): boolean {
  return ended_at !== undefined && Date.parse(ended_at) < since - clockSkew;
}

/** The jobs that sacct lists for these options; undefined where the cluster keeps no accounts. */
export async function askAccounting(
  slurm: SlurmClient,
  options: readonly string[],
): Promise<AccountedJob[] | undefined> {
  const argv = ["--noheader", "--parsable2", `--delimiter=${separator}`, `--format=${fields.join(",")}`, ...options];
  const answer = await slurm("sacct", argv);
  if (/accounting storage is disabled/.test(answer.stderr)) return undefined;
  if (troubleOf(answer) !== undefined) throw unanswered(answer, "ask Slurm's accounting");
  return readAccounting(answer.stdout);
}

/** The jobs of sacct's output: steps under their job, components of a heterogeneous job in one view. */
export function readAccounting(stdout: string): AccountedJob[] {
  const jobs = new Map<string, AccountedJob>();
  for (const line of stdout.split("\n")) {
    const values = line.split(separator);
    if (values.length !== fields.length) continue;
    const row = Object.fromEntries(fields.map((field, i) => [field, values[i]])) as Row;
    const [id = "", step] = row.JobID.split(/\.(.*)/s);
    const job = hetComponent(id)?.leader ?? id;
    if (step !== undefined) addStep(jobs.get(job), step, row);
    else for (const element of expandJobId(job)) addJob(jobs, element, row);
  }
  return [...jobs.values()];
}

/**
 * For some seconds slurmdbd knows of a job only what slurmd's messages said: no partition, name or directory, a state that
 * may say PENDING of a job that runs. An end is told in full even then; anything else is not yet an answer.
 */
function addJob(jobs: Map<string, AccountedJob>, job: string, row: Row): void {
  const view = viewOf(job, row);
  if (row.Partition === "" && view.phase !== "ended") return;
  const leader = jobs.get(job);
  if (leader !== undefined && hetComponent(row.JobID) !== undefined) leader.view = joinedViews(leader.view, view);
  else jobs.set(job, { view, raw: row.JobIDRaw, comment: row.Comment, workdir: row.WorkDir });
}

function viewOf(job: string, row: Row): JobView {
  const { word, by } = stateWord(row.State);
  const reason = row.Reason === "None" || row.Reason === "" ? undefined : row.Reason;
  const found = standing(word, {
    source: "accounting",
    ...(reason === undefined ? {} : { reason }),
    ...(by === undefined ? {} : { by }),
  });
  const ended = found.phase === "ended";
  const nodes = row.NodeList === "None assigned" ? "" : row.NodeList;
  const derived = exitStatus(row.DerivedExitCode);
  return {
    job,
    ...found,
    word,
    // once a job has begun this is only the last reason why it had not
    ...(reason === undefined || (ended && found.verdict !== "dependency") ? {} : { reason }),
    ...(ended && nodes !== "" ? exitStatus(row.ExitCode) : {}),
    ...(ended && derived.exit_code ? { derived_exit_code: derived.exit_code } : {}),
    ...(by === undefined ? {} : { cancelled_by_uid: by }),
    ...(nodes === "" ? {} : { nodes }),
    ...timeField("submitted_at", row.Submit),
    ...(ended && nodes === "" ? {} : timeField("started_at", row.Start)),
    ...(ended ? timeField("ended_at", row.End) : {}),
    source: "accounting",
  };
}

function addStep(job: AccountedJob | undefined, step: string, row: Row): void {
  if (job === undefined) return;
  const { word } = stateWord(row.State);
  const steps = [...(job.view.steps ?? []), { step, word, ...exitStatus(row.ExitCode) }];
  const rss = Math.max(job.view.max_rss_bytes ?? 0, bytesOf(row.MaxRSS));
  const verdict =
    job.view.verdict &&
    verdictWithSteps(
      job.view.verdict,
      steps.map((each) => each.word),
    );
  job.view = {
    ...job.view,
    ...(verdict === undefined ? {} : { verdict }),
    steps,
    ...(rss > 0 ? { max_rss_bytes: rss } : {}),
  };
}

function bytesOf(size: string): number {
  return /^[\d.]+[KMGTP]?$/.test(size) ? parseSize(size) : 0;
}
