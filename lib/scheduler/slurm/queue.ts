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

/**
 * The jobs of squeue's output. Jobs that differ in nothing but id and comment, as those of a sweep mostly do, are read
 * once: ten thousand of them cost a third.
 */
export function readQueue(stdout: string): Map<string, QueuedJob> {
  const jobs = new Map<string, QueuedJob>();
  const known = new Map<string, Told | undefined>();
  for (const line of stdout.split("\n")) {
    const [first, last] = [line.indexOf(separator), line.lastIndexOf(separator)];
    const middle = line.slice(first + 1, last);
    if (!known.has(middle)) known.set(middle, toldBy(middle));
    const told = known.get(middle);
    if (told) for (const id of expandJobId(line.slice(0, first))) addJob(jobs, id, told, line.slice(last + 1));
  }
  return jobs;
}

function addJob(jobs: Map<string, QueuedJob>, id: string, told: Told, comment: string): void {
  const het = hetComponent(id);
  const job = { view: { job: het?.leader ?? id, ...told }, comment: comment === "(null)" ? "" : comment };
  const other = het && jobs.get(het.leader);
  if (!other) jobs.set(job.view.job, job);
  else if (het.component === 0) jobs.set(het.leader, { ...job, view: joinedViews(job.view, other.view) });
  else other.view = joinedViews(other.view, job.view);
}

type Told = Pick<JobView, "phase"> & Partial<JobView>;

/** What the fields between id and comment say; undefined where they are not those that were asked for. */
function toldBy(middle: string): Told | undefined {
  const values = middle.split(separator);
  if (values.length !== fields.length - 2) return undefined;
  const [
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
