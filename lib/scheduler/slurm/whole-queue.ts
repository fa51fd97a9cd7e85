// squeue for everybody: what waits and runs on the cluster, as far as it may be seen, with Slurm's own estimates.
import { parseSize } from "../../record/units.js";
import type { QueueRow } from "../scheduler.js";
import { type SlurmClient, unanswered } from "./client.js";
import { readComment } from "./comment.js";
import { expandJobId } from "./job-ids.js";
import { standing, stateWord } from "./states.js";
import { timeField } from "./time-field.js";
import { troubleOf } from "./trouble.js";

/** Unit separator: in no field of Slurm's own. */
const separator = "\u001f";
const fields = [
  "JobArrayID",
  "State",
  "Reason",
  "RestartCnt",
  "UserName",
  "Partition",
  "PriorityLong",
  "SubmitTime",
  "StartTime",
  "EndTime",
  "NodeList",
  "tres-alloc",
  "Name",
  "Comment",
];
const format = `--Format=${fields
  .map((field) => `${field}:${separator}`)
  .join(",")
  .slice(0, -1)}`;

/**
 * Everybody's jobs that have not ended, first those that run, then by the place in their partition; an array's waiting part
 * is one entry. `now` (milliseconds) is what has passed and what is left are reckoned from. Throws `unavailable`.
 */
export async function wholeQueue(slurm: SlurmClient, now: number): Promise<QueueRow[]> {
  const answer = await slurm("squeue", ["--all", "--noheader", format]);
  if (troubleOf(answer) !== undefined) throw unanswered(answer, "ask Slurm for the queue");
  const entries = answer.stdout.split("\n").flatMap((line) => entryOf(line.split(separator), now) ?? []);
  const there = entries.filter(({ view }) => view.phase !== "pending");
  return [...there.sort(byStart), ...inLine(entries.filter(({ view }) => view.phase === "pending"))];
}

function entryOf(values: string[], now: number): QueueRow | undefined {
  const [job = "", state = "", reason = "", restarts = "", user = "", partition = "", priority = ""] = values;
  const [submit = "", start = "", end = "", nodes = "", tres = "", job_name = "", comment = ""] = values.slice(7);
  if (values.length !== fields.length) return undefined;
  const { word } = stateWord(state);
  const { phase } = standing(word, { source: "queue" });
  if (phase === "ended") return undefined;
  const pending = phase === "pending";
  const owner = readComment(comment);
  const view = {
    job,
    phase,
    word,
    ...(reason === "" || reason === "None" ? {} : { reason }),
    ...(Number(restarts) > 0 ? { restarts: Number(restarts) } : {}),
    ...(nodes === "" ? {} : { nodes }),
    ...timeField("submitted_at", submit),
    ...timeField(pending ? "expected_start_at" : "started_at", start),
    source: "queue" as const,
  };
  return {
    view,
    user,
    job_name,
    partition,
    ...(owner ?? {}),
    ...(/^\d+$/.test(priority) ? { priority: Number(priority) } : {}),
    ...takenBy(tres),
    ...(pending ? {} : timesOf(Number(start), Number(end), now)),
  };
}

/** What it has, or asks for where it waits: `cpu=16,mem=16000M,node=1,billing=16,gres/gpu=2`. */
function takenBy(tres: string): Pick<QueueRow, "cpus" | "gpus" | "mem_bytes"> {
  const found = new Map(tres.split(",").map((part) => part.split("=") as [string, string]));
  const [cpus, gpus, mem] = [found.get("cpu"), found.get("gres/gpu"), found.get("mem")];
  return {
    ...(cpus === undefined ? {} : { cpus: Number(cpus) }),
    ...(gpus === undefined ? {} : { gpus: Number(gpus) }),
    ...(/^[\d.]+[KMGTP]?$/.test(mem ?? "") ? { mem_bytes: parseSize(mem ?? "") } : {}),
  };
}

/** Of a job without a time limit Slurm knows no end. */
function timesOf(start: number, end: number, now: number): Pick<QueueRow, "elapsed_s" | "left_s"> {
  const since = (seconds: number) => Math.max(0, Math.round(seconds));
  return {
    ...(start > 0 ? { elapsed_s: since(now / 1000 - start) } : {}),
    ...(end > 0 ? { left_s: since(end - now / 1000) } : {}),
  };
}

/** What waits for something else than its turn has no place in the line. */
const aside = /^(Dependency|DependencyNeverSatisfied|JobHeld|BeginTime|JobArrayTaskLimit|launch.failed)/;

function inLine(pending: QueueRow[]): QueueRow[] {
  const places = new Map<string, number>();
  const order = pending.sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0) || byNumber(a, b));
  for (const entry of order) {
    if (aside.test(entry.view.reason ?? "")) continue;
    const place = places.get(entry.partition ?? "") ?? 1;
    entry.position = place;
    places.set(entry.partition ?? "", place + expandJobId(entry.view.job).length);
  }
  return order.sort((a, b) => (a.position ?? Infinity) - (b.position ?? Infinity) || 0);
}

function byNumber(a: QueueRow, b: QueueRow): number {
  return Number.parseInt(a.view.job, 10) - Number.parseInt(b.view.job, 10);
}

function byStart(a: QueueRow, b: QueueRow): number {
  const [one, other] = [a.view.started_at ?? "", b.view.started_at ?? ""];
  return one < other ? -1 : one > other ? 1 : byNumber(a, b);
}
