// squeue's rows. Of most jobs nothing is ever asked but whether their row is as it was, so that rows are taken apart, and
// jobs found among them, only when one of them is looked at.
import type { JobView } from "../../record/facts.js";
import type { Queue } from "../scheduler.js";
import { readComment } from "./comment.js";
import { joinedViews } from "./het-job.js";
import { expandJobId, hetComponent } from "./job-ids.js";
import { exitStatus, standing, stateWord } from "./states.js";
import { timeField } from "./time-field.js";

/** In no field of Slurm's own; and rows are remembered as JSON, which would have to escape what is below a space. */
export const separator = "\u007f";

/** What tells nothing new of a job that has not ended, since it comes and goes with every estimate. */
const passing = ["exit_code", "DerivedEC", "StartTime", "EndTime"];
/** What tells where a job stands. A requeued job is submitted anew, and so is another one of the same id. */
const telling = ["State", "Reason", "RestartCnt", "NodeList", "SubmitTime"];

/**
 * squeue's option: the id between what comes and goes and what tells; what people may write last, so that whatever is in
 * it spoils no other row.
 */
export const queueFormat = formatOf([...passing, "JobArrayID", ...telling, "Name", "Comment"]).slice(0, -1);

/** squeue's option for these fields, a separator after each. */
export function formatOf(fields: readonly string[]): string {
  return `--Format=${fields.map((field) => `${field}:${separator}`).join(",")}`;
}

export interface QueueRows extends Required<Queue> {
  /** Takes a part of squeue's output, wherever it was cut; rows count once they have their end. */
  add(text: string): void;
  /** The same with rows that count only for elements of arrays of which no other row tells. */
  addMissing(text: string): void;
  /** Whether elements of arrays wait. */
  hasWaitingElements(): boolean;
}

/** The jobs of squeue's output, by id: array elements one by one, a heterogeneous job by its leader. */
export function queueRows(): QueueRows {
  const told = new Set<string>();
  const [own, missing] = [
    { parts: [] as string[], rest: "" },
    { parts: [] as string[], rest: "" },
  ];
  let index: Map<string, string[]> | undefined;

  const adder = (to: typeof own) => (text: string) => {
    const whole = to.rest + text;
    let from = 0;
    for (let end = whole.indexOf("\n"); end >= 0; end = whole.indexOf("\n", from)) {
      const row = toldIn(whole, from, end);
      if (row !== undefined) told.add(row);
      from = end + 1;
    }
    to.parts.push(whole.slice(0, from));
    to.rest = whole.slice(from);
    index = undefined;
  };

  /** The rows of each job, those of a heterogeneous one in the order of its components. */
  function jobs(): Map<string, string[]> {
    if (index) return index;
    index = indexed(own.parts.join(""));
    for (const [job, rows] of indexed(missing.parts.join("")))
      if (job.includes("_") && !index.has(job)) index.set(job, rows);
    return index;
  }

  function rowsOf(job: string): string[] {
    return jobs().get(job) ?? [];
  }

  /** What people may write: its name and comment. */
  function wordsOf(job: string): string[] {
    const [row] = rowsOf(job);
    return row?.split(separator).slice(count) ?? [];
  }

  return {
    add: adder(own),
    addMissing: adder(missing),
    hasWaitingElements: () => [...told].some((row) => waitingElement.test(row)),
    has: (job) => jobs().has(job),
    keys: () => jobs().keys(),
    get size() {
      return jobs().size;
    },
    get(job) {
      const [first, ...others] = rowsOf(job).map((row) => viewOf(job, row));
      return first && others.reduce(joinedViews, first);
    },
    row(job) {
      const rows = rowsOf(job).map((row) => toldIn(row, 0, row.length));
      return rows.length === 0 ? undefined : rows.join("\n");
    },
    hasRow: (row) => told.has(row) || (row.includes("\n") && row.split("\n").every((each) => told.has(each))),
    name: (job) => wordsOf(job)[0],
    whose: (job) => readComment(wordsOf(job)[1] ?? ""),
  };
}

const waitingElement = new RegExp(`^\\d+_\\d+${separator}PENDING`);

const count = passing.length + 1 + telling.length;

/** The part of a row that tells where which job stands; undefined where it is none. */
function toldIn(text: string, from: number, end: number): string | undefined {
  const start = after(text, passing.length, from, end);
  const stop = start < 0 ? -1 : after(text, 1 + telling.length, start, end);
  return stop < 0 ? undefined : text.slice(start, stop - 1);
}

/** Where the part after the n-th separator begins; -1 where there are fewer before `end`. */
function after(text: string, n: number, from: number, end: number): number {
  let at = from;
  for (let i = 0; i < n; i += 1) {
    at = text.indexOf(separator, at) + 1;
    if (at === 0 || at > end) return -1;
  }
  return at;
}

function indexed(text: string): Map<string, string[]> {
  const jobs = new Map<string, string[]>();
  for (const row of text.split("\n")) {
    const id = toldIn(row, 0, row.length)?.split(separator, 1)[0];
    if (id === undefined) continue;
    const leader = hetComponent(id)?.leader;
    if (leader !== undefined) jobs.set(leader, [...(jobs.get(leader) ?? []), row].sort(byComponent));
    else for (const each of expandJobId(id)) jobs.set(each, [row]);
  }
  return jobs;
}

function byComponent(a: string, b: string): number {
  const component = (row: string) => hetComponent(row.split(separator)[passing.length] ?? "")?.component ?? 0;
  return component(a) - component(b);
}

function viewOf(job: string, row: string): JobView {
  const [
    exit = "",
    derived = "",
    start = "",
    end = "",
    ,
    state = "",
    reason = "",
    restarts = "",
    nodes = "",
    submit = "",
  ] = row.split(separator, count);
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
