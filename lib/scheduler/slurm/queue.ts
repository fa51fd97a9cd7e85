// squeue: one request for all jobs of the caller, also those that ended within the controller's memory (MinJobAge).
import type { JobView } from "../../record/facts.js";
import { type SlurmClient, unanswered } from "./client.js";
import { joinedViews } from "./het-job.js";
import { expandJobId, hetComponent } from "./job-ids.js";
import { exitStatus, standing, stateWord } from "./states.js";
import { timeField } from "./time-field.js";
import { troubleOf } from "./trouble.js";

/** A job in squeue's list: what we see of it, and its comment. */
export interface QueuedJob {
  view: JobView;
  comment: string;
}

/** Unit separator: in no field of Slurm's own. The comment comes last, so that whatever is in one spoils only its own line. */
const separator = "\u001f";
const fields = [
  "JobArrayID",
  "State",
  "Reason",
  "exit_code",
  "DerivedEC",
  "RestartCnt",
  "SubmitTime",
  "StartTime",
  "EndTime",
  "NodeList",
  "Comment",
];

/**
 * The caller's jobs that slurmctld knows, by id: array elements one by one, a heterogeneous job by its leader. Throws
 * `unavailable` where the controller cannot be asked.
 */
export async function queuedJobs(slurm: SlurmClient): Promise<Map<string, QueuedJob>> {
  const format = fields
    .map((field) => `${field}:${separator}`)
    .join(",")
    .slice(0, -1);
  const answer = await slurm("squeue", ["--me", "--all", "--noheader", "--states=all", `--Format=${format}`]);
  if (troubleOf(answer) !== undefined) throw unanswered(answer, "ask Slurm for the queue");
  return readQueue(answer.stdout);
}

/** The jobs of squeue's output. */
export function readQueue(stdout: string): Map<string, QueuedJob> {
  const jobs = new Map<string, QueuedJob>();
  for (const line of stdout.split("\n")) {
    const values = line.split(separator);
    if (values.length !== fields.length) continue;
    for (const id of expandJobId(values[0] ?? "")) addJob(jobs, id, values);
  }
  return jobs;
}

function addJob(jobs: Map<string, QueuedJob>, id: string, values: string[]): void {
  const het = hetComponent(id);
  const job = {
    view: viewOf(het?.leader ?? id, values),
    comment: values.at(-1) === "(null)" ? "" : (values.at(-1) ?? ""),
  };
  const other = het && jobs.get(het.leader);
  if (!other) jobs.set(job.view.job, job);
  else if (het.component === 0) jobs.set(het.leader, { ...job, view: joinedViews(job.view, other.view) });
  else other.view = joinedViews(other.view, job.view);
}

function viewOf(job: string, values: string[]): JobView {
  const [
    ,
    state = "",
    reason = "",
    exit = "",
    derived = "",
    restarts = "",
    submit = "",
    start = "",
    end = "",
    nodes = "",
  ] = values;
  const { word } = stateWord(state);
  const told = reason === "" || reason === "None" ? undefined : reason;
  const found = standing(word, { source: "queue", ...(told === undefined ? {} : { reason: told }) });
  const ended = found.phase === "ended";
  const derivedStatus = exitStatus(derived);
  return {
    job,
    ...found,
    word,
    ...(told === undefined ? {} : { reason: told }),
    ...(ended && nodes !== "" ? exitStatus(exit) : {}),
    ...(ended && derivedStatus.exit_code ? { derived_exit_code: derivedStatus.exit_code } : {}),
    ...(Number(restarts) > 0 ? { restarts: Number(restarts) } : {}),
    ...(nodes === "" ? {} : { nodes }),
    ...timeField("submitted_at", submit),
    ...(ended && nodes === "" ? {} : timeField(found.phase === "pending" ? "expected_start_at" : "started_at", start)),
    ...(ended ? timeField("ended_at", end) : {}),
    source: "queue",
  };
}
