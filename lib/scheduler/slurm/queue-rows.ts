// squeue's rows. Of most jobs only whether their row has changed is ever asked, so that a row is taken apart when its job is.
import type { JobView } from "../../record/facts.js";
import type { Queue } from "../scheduler.js";
import { readComment } from "./comment.js";
import { joinedViews } from "./het-job.js";
import { expandJobId, hetComponent } from "./job-ids.js";
import { exitStatus, standing, stateWord } from "./states.js";
import { timeField } from "./time-field.js";

/** Unit separator: in no field of Slurm's own. */
const separator = "\u001f";

/** What tells nothing new of a job that has not ended, since it comes and goes with every estimate. */
const passing = ["exit_code", "DerivedEC", "StartTime", "EndTime"];
/** What tells where a job stands. A requeued job is submitted anew, and so is another one of the same id. */
const telling = ["State", "Reason", "RestartCnt", "NodeList", "SubmitTime"];

/**
 * squeue's option: the id between what comes and goes and what tells; what people may write last, so that whatever is in
 * it spoils no other row.
 */
export const queueFormat = `--Format=${[...passing, "JobArrayID", ...telling, "Name", "Comment"]
  .map((field) => `${field}:${separator}`)
  .join(",")
  .slice(0, -1)}`;

export interface QueueRows extends Required<Queue> {
  /** Takes a part of squeue's output, wherever it was cut; rows count once they have their end. */
  add(text: string): void;
}

interface Row {
  text: string;
  /** The part that tells where the job stands. */
  told: string;
}

/** The jobs of squeue's output, by id: array elements one by one, a heterogeneous job by its leader. */
export function queueRows(): QueueRows {
  /** A heterogeneous job has several rows, the others have one. */
  const rows = new Map<string, Row | Row[]>();
  let rest = "";

  function add(text: string): void {
    const whole = rest + text;
    let from = 0;
    for (let end = whole.indexOf("\n"); end >= 0; end = whole.indexOf("\n", from)) {
      addRow(whole.slice(from, end));
      from = end + 1;
    }
    rest = whole.slice(from);
  }

  function addRow(text: string): void {
    const start = after(text, passing.length);
    const told = after(text, 1, start);
    const end = after(text, telling.length, told);
    if (start === 0 || told === 0 || end === 0) return;
    const id = text.slice(start, told - 1);
    const row = { text, told: text.slice(told, end - 1) };
    if (!id.includes("_[") && !id.includes("+")) rows.set(id, row);
    else for (const each of expandJobId(id)) addOne(each, row);
  }

  function addOne(id: string, row: Row): void {
    const leader = hetComponent(id)?.leader;
    if (leader === undefined) rows.set(id, row);
    else rows.set(leader, [...asList(rows.get(leader)), row].sort(byComponent));
  }

  /** A job's name and comment. */
  function wordsOf(job: string): string[] {
    const [row] = asList(rows.get(job));
    return row?.text.slice(after(row.text, count)).split(separator) ?? [];
  }

  return {
    add,
    has: (job) => rows.has(job),
    keys: () => rows.keys(),
    get size() {
      return rows.size;
    },
    get(job) {
      const [first, ...others] = asList(rows.get(job)).map((row) => viewOf(job, row));
      return first && others.reduce(joinedViews, first);
    },
    row(job) {
      const found = rows.get(job);
      return Array.isArray(found) ? found.map(({ told }) => told).join("\n") : found?.told;
    },
    name: (job) => wordsOf(job)[0],
    whose: (job) => readComment(wordsOf(job)[1] ?? ""),
  };
}

const count = passing.length + 1 + telling.length;

/** Where the part after the n-th separator from `from` on begins; 0 where there are fewer. */
function after(text: string, n: number, from = 0): number {
  let at = from;
  for (let i = 0; i < n; i += 1) {
    at = text.indexOf(separator, at) + 1;
    if (at === 0) return 0;
  }
  return at;
}

function asList(rows: Row | Row[] | undefined): Row[] {
  return Array.isArray(rows) ? rows : rows === undefined ? [] : [rows];
}

function byComponent(a: Row, b: Row): number {
  const component = ({ text }: Row) => hetComponent(text.split(separator)[passing.length] ?? "")?.component ?? 0;
  return component(a) - component(b);
}

function viewOf(job: string, { text }: Row): JobView {
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
  ] = text.split(separator, count);
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
