// sacct's rows: jobs, and the steps under each.
import type { JobView } from "../../record/facts.js";
import { parseSize } from "../../record/units.js";
import { joinedViews } from "./het-job.js";
import { expandJobId, hetComponent } from "./job-ids.js";
import { exitStatus, standing, stateWord, verdictWithSteps } from "./states.js";
import { timeField } from "./time-field.js";

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
  "JobName",
  "WorkDir",
  "Comment",
] as const;
/** sacct's options for rows that are read here. */
export const accountingFormat = [
  "--noheader",
  "--parsable2",
  `--delimiter=${separator}`,
  `--format=${fields.join(",")}`,
];

type Row = Record<(typeof fields)[number], string>;

/** A job of sacct's answer, and what tells whose it is. */
export interface AccountedJob {
  view: JobView;
  /**
   * For some seconds slurmdbd knows of a job only what slurmd's messages said: no partition, name or directory, a state that
   * may say PENDING of a job that runs. An end is told even then; anything else is not yet an answer.
   */
  told: boolean;
  /** The number it has in the database: an element of an array has one beside its id. */
  raw: string;
  /** Undefined as long as the row is not complete. */
  name: string | undefined;
  comment: string;
  workdir: string;
}

/**
 * The jobs of sacct's output: steps under their job, components of a heterogeneous job in one view. An id that is listed
 * more than once (requeued, or come round) gives as many jobs.
 */
export function readAccounting(stdout: string): AccountedJob[] {
  const jobs: AccountedJob[] = [];
  const latest = new Map<string, AccountedJob>();
  const addJob = (id: string, row: Row) => {
    const job = accounted(id, row);
    const leader = (hetComponent(row.JobID)?.component ?? 0) > 0 ? latest.get(id) : undefined;
    if (leader !== undefined) leader.view = joinedViews(leader.view, job.view);
    else {
      jobs.push(job);
      latest.set(id, job);
    }
  };
  for (const line of stdout.split("\n")) {
    const values = line.split(separator);
    if (values.length !== fields.length) continue;
    const row = Object.fromEntries(fields.map((field, i) => [field, values[i]])) as Row;
    const [id = "", step] = row.JobID.split(/\.(.*)/s);
    const job = hetComponent(id)?.leader ?? id;
    if (step !== undefined) addStep(latest.get(job), step, row);
    else for (const element of expandJobId(job)) addJob(element, row);
  }
  return jobs;
}

function accounted(job: string, row: Row): AccountedJob {
  const view = viewOf(job, row);
  const whole = row.Partition !== "";
  const { JobIDRaw: raw, Comment: comment, WorkDir: workdir } = row;
  return { view, told: whole || view.phase === "ended", raw, name: whole ? row.JobName : undefined, comment, workdir };
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
