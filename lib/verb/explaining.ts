// Why a run is as it is: the scheduler's reason, the failure mode, the log's last error, and what to try.

import type { Context } from "../command/context.js";
import type { TableStyle } from "../command/table.js";
import { differences } from "../graph/differences.js";
import { bashWord } from "../job/quote.js";
import { isFault } from "../record/fault.js";
import type { Run } from "../record/run.js";
import { handleOf } from "../record/run-id.js";
import { type Graces, type Standing, stateOf } from "../record/state.js";
import { shortDuration, shortSize } from "../record/units.js";
import type { RunOnDisk } from "../registry/facts.js";
import { linesFrom, logFiles, tailOffset } from "../registry/logs.js";
import { marked, openRun } from "../registry/runs.js";
import { printable } from "./log-reading.js";
import { reconcilePass } from "./passes.js";

/** A `reason` record for one run. One's own run is looked at afresh where the scheduler can be reached. */
export async function explainRun(given: RunOnDisk, limits: Graces, context: Context): Promise<object> {
  const run = await refreshed(given, context);
  const { final: _, ...standing } = stateOf(run.facts, context.now, limits);
  const base = {
    type: "reason",
    v: 1,
    run: run.run.id,
    name: run.run.name,
    state: standing.state,
    ...(standing.mode ? { mode: standing.mode } : {}),
  };
  if (standing.state === "queued") return { ...base, ...(await pending(run, context)) };
  if (standing.state === "succeeded") return { ...base, message: "there is nothing to explain" };
  if (standing.state === "running") return { ...base, ...running(run, standing, context) };
  if (standing.state !== "failed")
    return { ...base, message: standing.message ?? unsaid(standing.state), ...(tries(run, standing) ?? {}) };
  const log = lastError(run);
  const unbegun = await neverBegan(run, context);
  const detail = [...(unbegun ? [unbegun.message] : []), ...(await sinceSuccess(run, context))];
  return {
    ...base,
    message: standing.message ?? "it failed",
    ...(log.length > 0 ? { log } : {}),
    ...(detail.length > 0 ? { detail } : {}),
    ...(tries(run, unbegun?.hint === undefined ? standing : { ...standing, hint: unbegun.hint }) ?? {}),
  };
}

/** What the scheduler can tell of a job that ended before its first line: nobody else can. */
async function neverBegan({ facts }: RunOnDisk, context: Context) {
  const view = facts.scheduler?.job;
  if (facts.attempts.length > 0 || view?.verdict !== "failed") return undefined;
  return (await context.scheduler()).explain(view);
}

function unsaid(state: string): string {
  if (state === "exited") return "it has ended; how, the scheduler has yet to say";
  return state === "planned" ? "it has not been submitted" : state;
}

async function refreshed(run: RunOnDisk, context: Context): Promise<RunOnDisk> {
  const registry = await context.registry();
  if (run.facts.outcome || run.owner !== registry.uid) return run;
  try {
    for await (const _ of reconcilePass(context, [run.run.id]));
  } catch (error) {
    if (!isFault(error)) throw error;
    context.say(`${error.message}; this is what was known before`);
  }
  return openRun(registry, run.run.user, run.run.id) ?? run;
}

async function pending(run: RunOnDisk, context: Context): Promise<object> {
  const view = run.facts.scheduler?.job;
  if (!view) return { message: "the scheduler has not said anything about it yet" };
  const { message, hint } = (await context.scheduler()).explain(view);
  const start = view.expected_start_at ? [`the scheduler expects to start it at ${view.expected_start_at}`] : [];
  return { message, ...(start.length > 0 ? { detail: start } : {}), ...(hint ? { try: [hint] } : {}) };
}

function running({ facts }: RunOnDisk, { started_at }: Pick<Standing, "started_at">, context: Context): object {
  const beat = facts.attempts.at(-1)?.beat_at;
  const since = started_at ? ` for ${shortDuration((context.now - Date.parse(started_at)) / 1000)}` : "";
  const silent = beat ? (context.now - Date.parse(beat)) / 1000 : 0;
  if (silent > 300)
    return {
      message: `it has been running${since}, but gave no sign of life for ${shortDuration(silent)}`,
      try: ["look at its node, and at its log: lab log"],
    };
  return { message: `it is running${since}` };
}

const errorLine =
  /(error|exception)\b|\b(traceback|fatal|failed|killed|cannot|no such|not found|denied|out of memory|oom|segmentation|assert)\b/i;

/** The lines around the last thing in the log that looks like an error; else simply the last lines. */
export function lastError(run: RunOnDisk): string[] {
  const job = logFiles(run)
    .filter(({ attempt }) => attempt !== undefined)
    .at(-1);
  const scheduler = logFiles(run)
    .filter(({ attempt }) => attempt === undefined)
    .at(-1);
  const lines = (file: string | undefined, n: number) =>
    file === undefined ? [] : [...linesFrom(file, tailOffset(file, n), true)].map((line) => printable(line, false));
  const log = lines(job?.file, 400);
  const at = log.findLastIndex((line) => errorLine.test(line));
  const traceback = log.findLastIndex((line) => line.startsWith("Traceback (most recent call last)"));
  const from = traceback >= 0 && at - traceback < 40 ? Math.max(traceback, at - 12) : Math.max(0, at - 3);
  const shown = at >= 0 ? log.slice(from, at + 3) : log.slice(-8);
  const words = lines(scheduler?.file, 20).filter((line) => line.trim() !== "");
  return [...shown, ...words.slice(-4)].filter((line, i, all) => line !== "" || all[i - 1] !== "");
}

/** What differs from the newest success of the same name: the first suspect. */
async function sinceSuccess(run: RunOnDisk, context: Context): Promise<string[]> {
  const registry = await context.registry();
  const earlier = marked(registry, "loose", run.run.user)
    .filter((id) => id < run.run.id)
    .reverse()
    .slice(0, 200);
  for (const id of earlier) {
    try {
      const other = openRun(registry, run.run.user, id);
      if (other?.run.name !== run.run.name || other.facts.outcome?.state !== "succeeded") continue;
      const found = differences(other.run, run.run);
      return found.length > 0
        ? [`since its last success (${id}) these changed:`, ...found.slice(0, 8)]
        : [`nothing that is recorded changed since its last success (${id})`];
    } catch (error) {
      if (!isFault(error)) throw error;
    }
  }
  return [];
}

function tries(
  { run, facts }: RunOnDisk,
  { mode, state, hint, exit_code }: Pick<Standing, "mode" | "state" | "hint" | "exit_code">,
): { try: string[] } | undefined {
  const own = advice(
    run,
    mode ?? state,
    exit_code,
    facts.attempts.at(-1)?.exit?.peak_mem_bytes ?? facts.scheduler?.job?.max_rss_bytes,
  );
  const all = [...(hint ? [hint] : []), ...own];
  return all.length > 0 ? { try: all } : undefined;
}

function advice(run: Run, mode: string, code: number | undefined, peak: number | undefined): string[] {
  const { mem_bytes, time_s } = run.resources;
  const again = repeated(run);
  if (mode === "oom") {
    const asked =
      mem_bytes === undefined
        ? ""
        : `it asked for ${shortSize(mem_bytes)}${peak ? ` and used at least ${shortSize(peak)}` : ""}; `;
    return [
      `${asked}ask for more: lab run --set resources.mem='"${doubled(mem_bytes)}"' ${again}`,
      "or use less: a smaller batch, fewer workers",
    ];
  }
  if (mode === "timeout")
    return [
      `it had ${shortDuration(time_s ?? 0)}; give it more: lab run --set resources.time='"${Math.ceil(((time_s ?? 600) * 2) / 60)}m"' ${again}`,
      "or write checkpoints and resume from them",
    ];
  if (mode === "node_fail" || mode === "preempted")
    return [`it was no fault of the code: run it again: lab run ${again}`];
  if (mode === "input_error")
    return ["check that the input exists, is readable on the nodes and has not changed since planning"];
  if (mode === "dependency") return ["look at the job that it waited for"];
  if (mode === "planned") return [`submit it: lab submit ${handleOf(run.id)}`];
  if (mode === "lost") return ["if nobody will hear of it again: lab forget"];
  if (mode === "code_error" && code === 127)
    return ["the command was not found on the node: check [environment] and the command's first word"];
  if (mode === "code_error" && code === 126)
    return ["the command could not be executed: is it executable in the snapshot?"];
  return [];
}

/** What follows `lab run` to run the same again. */
function repeated({ recipe, command }: Run): string {
  if (recipe.path !== undefined) return bashWord(recipe.path);
  const words = typeof command === "string" ? [command] : command;
  return `-- ${words.map(bashWord).join(" ")}`;
}

function doubled(bytes: number | undefined): string {
  const mega = Math.ceil(((bytes ?? 4 * 2 ** 30) * 2) / 2 ** 20);
  return mega % 1024 === 0 ? `${mega / 1024}GB` : `${mega}MB`;
}

/** A reason for eyes. */
export function reasonView(record: Record<string, unknown>, style: TableStyle): string {
  const reason = record as {
    run: string;
    name?: string;
    state: string;
    mode?: string;
    message: string;
    detail?: string[];
    log?: string[];
    try?: string[];
  };
  const paint = (code: number, text: string) => (style.colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const state = `${reason.state}${reason.mode && reason.mode !== reason.state ? ` (${reason.mode})` : ""}`;
  const colour = reason.state === "failed" || reason.state === "lost" ? 31 : reason.state === "succeeded" ? 32 : 33;
  const blocks = [
    `${paint(1, `${reason.name ?? ""}  ${reason.run}`.trim())}\n  ${paint(colour, state)}: ${printable(reason.message, false)}`,
  ];
  if (reason.log)
    blocks.push(
      `  ${paint(2, "the log's last words")}\n${reason.log.map((line) => `  ${paint(2, "│")} ${line}`).join("\n")}`,
    );
  if (reason.detail) blocks.push(reason.detail.map((line) => `  ${line}`).join("\n"));
  if (reason.try) blocks.push(`  ${paint(2, "what to try")}\n${reason.try.map((line) => `  → ${line}`).join("\n")}`);
  return `${blocks.join("\n\n")}\n\n`;
}
