// One run, whole: as a record for a pipe, as a card for eyes.

import type { Context } from "../command/context.js";
import { plain } from "../command/plain.js";
import { type TableStyle, tableLines } from "../command/table.js";
import { fault } from "../record/fault.js";
import type { Metric, Status } from "../record/records.js";
import type { Run } from "../record/run.js";
import { type Graces, stateOf } from "../record/state.js";
import { shortDuration, shortSize } from "../record/units.js";
import { type Collected, collectedFiles } from "../registry/collected.js";
import type { RunOnDisk } from "../registry/facts.js";
import { logFiles } from "../registry/logs.js";
import { metricsOf } from "../registry/metrics.js";
import { submissionFiles } from "../registry/submissions.js";
import { statusOf } from "./runs.js";

/** The run record with its standing and all of its facts. */
export async function wholeRun(disk: RunOnDisk, context: Context, limits: Graces): Promise<object> {
  const { run, facts, problems } = disk;
  for (const problem of problems) context.report(run.id, fault("dataerr", problem));
  const { final: _, ...standing } = stateOf(facts, context.now, limits);
  const metrics = metricsOf(disk, () => {});
  const newest = facts.submissions.at(-1);
  const collected = await collectedFiles(disk);
  return {
    ...run,
    ...standing,
    ...jobOf(standing.job, facts.submissions.at(-1)?.receipt?.scheduler),
    ...("elapsed_s" in statusOf(disk, context.now, limits)
      ? { elapsed_s: statusOf(disk, context.now, limits).elapsed_s }
      : {}),
    submissions: facts.submissions,
    attempts: facts.attempts,
    ...(facts.scheduler ? { scheduler: facts.scheduler } : {}),
    ...(facts.outcome ? { outcome: facts.outcome } : {}),
    ...(metrics.length > 0 ? { metrics: lastOf(metrics) } : {}),
    ...(newest ? { script: submissionFiles(disk.dir, newest.n).script } : {}),
    ...(collected.length > 0 ? { collected } : {}),
    logs: logFiles(disk).map(({ file }) => file),
  };
}

/** As lab-submit puts it into the run's record. */
function jobOf(id: string | undefined, scheduler = "slurm"): { job?: { id: string; scheduler: string } } {
  return id === undefined ? {} : { job: { id, scheduler: id.startsWith("local-") ? "local" : scheduler } };
}

function lastOf(metrics: Metric[]): Record<string, Metric["value"]> {
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

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
    attempts: Attempted[];
    metrics?: Record<string, number | string>;
    script?: string;
    collected?: Collected[];
    logs: string[];
  };

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
  const run = record as unknown as Shown;
  const rows: [string, string][] = [];
  const add = (key: string, value: unknown) => {
    if (value !== undefined && value !== "")
      rows.push([key, typeof value === "string" ? value : JSON.stringify(value)]);
  };
  add(
    "state",
    [run.state, run.mode && run.mode !== run.state ? `(${run.mode})` : "", run.message ? `: ${run.message}` : ""]
      .filter(Boolean)
      .join(" ")
      .replace(" :", ":"),
  );
  add("why", run.narrative?.hypothesis ?? run.narrative?.intent);
  add("note", run.narrative?.note);
  add("by", `${run.user}, planned ${local(run.planned_at)}`);
  add("ran", timesOf(run));
  add("job", run.job === undefined ? undefined : String(typeof run.job === "string" ? run.job : run.job.id));
  add("command", commandOf(run));
  add("params", wordsOf(run.params));
  add("asks for", resourcesOf(run));
  add("source", sourceOf(run));
  add("key", run.key?.digest);
  for (const [role, input] of Object.entries(run.inputs)) add(`input ${role}`, input.path);
  for (const [role, output] of Object.entries(run.outputs)) {
    add(`output ${role}`, `${output.path ?? output.alias} (${output.type}${writtenOf(run, role)})`);
  }
  add("metrics", run.metrics && wordsOf(run.metrics));
  for (const file of (run.collected ?? []).slice(0, 20)) add("collected", `${file.path} (${shortSize(file.bytes)})`);
  if ((run.collected?.length ?? 0) > 20) add("collected", `and ${(run.collected?.length ?? 0) - 20} more`);
  for (const attempt of run.attempts) add(`attempt ${attempt.n}`, attemptOf(attempt));
  add("tags", run.tags.join(" "));
  add("script", run.script);
  add("log", run.logs.at(-1));
  add("directory", run.run_dir);
  return `${heading(run, style)}\n${body(rows, style)}\n`;
}

function heading(run: Shown, style: TableStyle): string {
  const text = `${plain(run.name)}  ${run.id}`;
  return style.colour ? `\u001b[1m${text}\u001b[0m` : text;
}

function body(rows: [string, string][], style: TableStyle): string {
  const columns = [
    { key: "key", title: "", format: "text" as const },
    { key: "value", title: "", format: "text" as const },
  ];
  const coloured = rows.map(([key, value]) => ({ key: `  ${key}`, value }));
  const { lines } = tableLines(coloured, columns, { ...style, header: false, width: undefined });
  return lines.map((line, i) => (rows[i]?.[0] === "state" && style.colour ? paintState(line) : line)).join("\n");
}

function paintState(line: string): string {
  const colour = line.includes("succeeded") ? 32 : /failed|lost/.test(line) ? 31 : /cancelled/.test(line) ? 35 : 36;
  return `\u001b[${colour}m${line}\u001b[0m`;
}

function local(iso: string): string {
  const date = new Date(iso);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function timesOf(run: Shown): string | undefined {
  if (run.started_at === undefined) return undefined;
  const over = run.ended_at === undefined ? "" : ` to ${local(run.ended_at)}`;
  return `${local(run.started_at)}${over}${run.elapsed_s === undefined ? "" : ` (${shortDuration(run.elapsed_s)})`}`;
}

function commandOf(run: Shown): string {
  const words =
    typeof run.command === "string"
      ? run.command
      : run.command
          .map((word) => (/^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
          .join(" ");
  const args = Object.entries(run.args).map(([key, value]) =>
    value === true
      ? `--${key}`
      : value === false
        ? ""
        : `--${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return [words, ...args].filter(Boolean).join(" ");
}

function wordsOf(values: Record<string, unknown>): string | undefined {
  const words = Object.entries(values).map(
    ([key, value]) =>
      `${key}=${typeof value === "number" ? Number(value.toPrecision(6)) : typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return words.length > 0 ? words.join("  ") : undefined;
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
