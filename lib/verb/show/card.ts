// A run as a person sees it: a card of what it is, how it went and where its things are.
import { plain } from "../../command/plain.js";
import { localTime, paint, type TableStyle } from "../../command/table.js";
import { width } from "../../command/width.js";
import { wrapped } from "../../command/wrap.js";
import { bashWord } from "../../job/quote.js";
import type { Note } from "../../record/note.js";
import type { Status } from "../../record/records.js";
import type { Run } from "../../record/run.js";
import { handleOf } from "../../record/run-id.js";
import { shortDuration, shortSize } from "../../record/units.js";
import type { Collected } from "../../registry/collected.js";
import { commandWords, textOf } from "./command-words.js";
import { artifactRows, inputWords, madeLines, type UsedAndMade } from "./showing-artifacts.js";
import type { AnsweredBy } from "./what-answers.js";

type Shown = Pick<
  Run,
  | "id"
  | "name"
  | "user"
  | "planned_at"
  | "narrative"
  | "command"
  | "args"
  | "params"
  | "resources"
  | "source"
  | "key"
  | "inputs"
  | "outputs"
  | "tags"
> &
  Partial<Pick<Status, "mode" | "message" | "started_at" | "ended_at" | "elapsed_s" | "run_dir">> & {
    state: string;
    job?: string | { id: string };
    argv?: string[];
    recipe?: { path?: string; set?: string[] };
    attempts: Attempted[];
    metrics?: Record<string, number | string>;
    derived?: Record<string, number | string>;
    script?: string;
    collected?: Collected[];
    answered_by?: AnsweredBy;
    tracking?: { wandb?: { url?: string } };
    logs: string[];
    notes?: Note[];
    missing?: { role: string; reason: string }[];
  } & UsedAndMade;

interface Attempted {
  n: number;
  start?: { host: string };
  exit?: {
    code: number;
    reason: string;
    peak_mem_bytes?: number;
    outputs?: { role: string; complete?: boolean; step?: number; bytes?: number }[];
  };
}

/** The card that a person sees. */
export function cardOf(record: Record<string, unknown>, style: TableStyle): string {
  if (record["type"] === "artifact")
    return artifactCard(record as unknown as Parameters<typeof artifactRows>[0], style);
  const run = record as unknown as Shown;
  return card(run.name, run.id, rowsOf(run), style);
}

function artifactCard(artifact: Parameters<typeof artifactRows>[0], style: TableStyle): string {
  const { role, step, path, id } = artifact;
  const name =
    role === undefined ? (path.split("/").at(-1) ?? path) : `${role}${step === undefined ? "" : ` step ${step}`}`;
  return card(
    name,
    id,
    artifactRows(artifact).map(([key, words]) => spaced(key, words)),
    style,
  );
}

function card(title: string, id: string, rows: readonly Row[], style: TableStyle): string {
  const name = plain(title);
  const head = style.colour ? `${paint(name, "handle")}  ${paint(id, "header")}` : `${name}  ${id}`;
  return `${head}\n${body(rows, style).join("\n")}\n`;
}

interface Row {
  key: string;
  /** Where a line may end. */
  words: string[];
  /** What a line that goes on ends with. */
  more?: string;
}

function rowsOf(run: Shown): Row[] {
  const rows: Row[] = [];
  const add = (key: string, text: string | undefined) => {
    if (text) rows.push({ key, words: plain(text).split(" ") });
  };
  const list = (key: string, words: string[]) => {
    if (words.length > 0) rows.push(spaced(key, words));
  };
  add("state", stateOf(run));
  for (const [key, text] of answerRows(run)) add(key, text);
  add("why", run.narrative?.hypothesis ?? run.narrative?.intent);
  add("note", run.narrative?.note);
  for (const note of run.notes ?? []) add("noted", noteOf(note));
  add("by", `${run.user}, planned ${localTime(run.planned_at)}`);
  add("ran", timesOf(run));
  add("job", typeof run.job === "object" ? run.job.id : run.job);
  add("tracked", run.tracking?.wandb?.url);
  list("recipe", recipeOf(run));
  rows.push({ key: "command", words: commandWords(run).map(plain), more: " \\" });
  list("params", wordsOf(run.params));
  add("asks for", resourcesOf(run));
  add("source", sourceOf(run));
  add("key", run.key && shortDigest(run.key.digest));
  for (const [role, { path }] of Object.entries(run.inputs)) list(`input ${role}`, inputWords({ ...run, path }, role));
  for (const [role, output] of Object.entries(run.outputs))
    add(
      `output ${role}`,
      `${run.answered_by?.outputs[role] ?? output.path ?? output.alias} (${output.type}${writtenOf(run, role)})`,
    );
  for (const { role, reason } of run.missing ?? []) add(`missing ${role}`, reason);
  for (const [key, text] of madeLines(run, run.user)) add(key, text);
  list("metrics", wordsOf(run.metrics ?? {}));
  list("derived", wordsOf(run.derived ?? {}));
  for (const file of (run.collected ?? []).slice(0, 20))
    add("collected", `${within(file.path, run)} (${shortSize(file.bytes)})`);
  if ((run.collected?.length ?? 0) > 20) add("collected", `and ${(run.collected?.length ?? 0) - 20} more`);
  for (const attempt of run.attempts) add(`attempt ${attempt.n}`, attemptOf(attempt));
  add("tags", run.tags.join(" "));
  add("directory", run.run_dir);
  add("script", run.script && within(run.script, run));
  add("log", run.logs.length > 0 ? within(run.logs.at(-1) ?? "", run) : undefined);
  return rows;
}

/** Two spaces between words, so that one sees where the next begins. */
function spaced(key: string, words: readonly string[]): Row {
  return { key, words: words.map((word, i) => plain(word) + (i < words.length - 1 ? " " : "")) };
}

/** Keys in a column; what does not fit beside them goes on below itself. */
function body(rows: readonly Row[], { colour, width: terminal }: TableStyle): string[] {
  const wide = Math.max(...rows.map(({ key }) => width(key)));
  const room = Math.max(24, (terminal ?? Number.POSITIVE_INFINITY) - wide - 4);
  return rows.flatMap(({ key, words, more }) =>
    wrapped(words, room, more).map((line, i) => {
      const shown = i === 0 ? key.padEnd(wide) : " ".repeat(wide);
      if (!colour) return `  ${shown}  ${line}`.trimEnd();
      return `  ${paint(shown, "header")}  ${key === "state" && i === 0 ? stateLine(line) : line}`;
    }),
  );
}

function stateLine(line: string): string {
  const [word = ""] = line.split(/[ :]/);
  return paint(word, "state") + line.slice(word.length);
}

function noteOf({ author, at, text, lesson, next, outcome, tags = [] }: Note): string {
  const says = [
    outcome,
    text,
    lesson === undefined ? undefined : `learned: ${lesson}`,
    next === undefined ? undefined : `next: ${next}`,
    tags.length > 0 ? `[${tags.join(", ")}]` : undefined,
  ];
  return `${says.filter((word) => word !== undefined).join("; ")} (${author}, ${localTime(at)})`;
}

/** Which run it is that has, or will have, what this one was to make; its log and metrics are there. */
function answerRows({ answered_by: by, state, user }: Shown): [key: string, text: string][] {
  if (!by) return [];
  const whose = by.user === user ? "" : `, ${by.user}'s`;
  const handle = handleOf(by.id);
  return [
    [state === "cached" ? "answered by" : "follows", `${by.name} ${by.id}, ${by.state}${whose}`],
    ["there", `lab log ${handle} and lab metrics ${handle}`],
  ];
}

function stateOf({ state, mode, message }: Shown): string {
  const how = mode && mode !== state ? `${state} (${mode})` : state;
  return message ? `${how}: ${message}` : how;
}

/** What is below the run's directory is told by that, which the card has. */
function within(file: string, { run_dir }: Shown): string {
  return run_dir !== undefined && file.startsWith(`${run_dir}/`) ? `…${file.slice(run_dir.length)}` : file;
}

function shortDigest(digest: string): string {
  return digest.length > 24 ? `${digest.slice(0, 23)}…` : digest;
}

function timesOf(run: Shown): string | undefined {
  if (run.started_at === undefined) return undefined;
  const took = run.elapsed_s === undefined ? "" : ` (${shortDuration(run.elapsed_s)})`;
  if (run.ended_at === undefined) return `since ${localTime(run.started_at)}${took}`;
  return `${localTime(run.started_at)} to ${localTime(run.ended_at)}${took}`;
}

function recipeOf({ recipe }: Shown): string[] {
  const set = (recipe?.set ?? []).map((text) => `--set ${bashWord(text)}`);
  return recipe?.path === undefined ? set : [recipe.path, ...set];
}

function wordsOf(values: Record<string, unknown>): string[] {
  return Object.entries(values).map(
    ([key, value]) => `${key}=${typeof value === "number" ? Number(value.toPrecision(6)) : textOf(value)}`,
  );
}

function resourcesOf({ resources: r }: Shown): string {
  const parts = [
    r.nodes !== undefined && r.nodes > 1 ? `${r.nodes} nodes` : "",
    r.gpus ? `${r.gpus} gpu${r.gpus > 1 ? "s" : ""}` : "",
    r.cpus ? `${r.cpus} cpu${r.cpus > 1 ? "s" : ""}` : "",
    r.mem_bytes ? shortSize(r.mem_bytes) : "",
    r.time_s ? `${shortDuration(r.time_s)} at most` : "",
    r.partition ? `partition ${r.partition}` : "",
  ];
  return parts.filter(Boolean).join(", ");
}

function sourceOf({ source }: Shown): string {
  const commit = source.commit
    ? ` at ${source.commit.slice(0, 12)}${source.branch ? ` (${source.branch})` : ""}${source.dirty ? ", with changes" : ""}`
    : "";
  return `${source.root}${commit}`;
}

/** What of an output was there when the last attempt ended. */
function writtenOf({ attempts }: Shown, role: string): string {
  const exit = attempts.at(-1)?.exit;
  if (!exit) return "";
  const made = exit.outputs?.filter((output) => output.role === role) ?? [];
  const whole = made.filter(({ complete }) => complete);
  if (whole.length === 0) return ", NOT COMPLETE";
  const bytes = whole.reduce((total, output) => total + (output.bytes ?? 0), 0);
  const steps = whole.some(({ step }) => step !== undefined) ? `${whole.length} steps, ` : "";
  return `, ${steps}${shortSize(bytes)}`;
}

function attemptOf({ start, exit }: Attempted): string {
  const where = start ? `on ${start.host}` : "did not start";
  const how = exit ? `, ${exit.reason === "command" ? `exit code ${exit.code}` : exit.reason.replace("_", " ")}` : "";
  const memory = exit?.peak_mem_bytes ? `, ${shortSize(exit.peak_mem_bytes)} of memory at its peak` : "";
  return `${where}${how}${memory}`;
}
