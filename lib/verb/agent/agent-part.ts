// One part of the agent: run to its end, what became of it, when it is due again, and what of its words is news.
import { type ChildProcess, spawn } from "node:child_process";
import os from "node:os";
import type { AgentPart } from "../../record/agent.js";
import type { StopSignal } from "../../record/stop-signal.js";
import { shortDuration, timestamp } from "../../record/units.js";
import { type ProcessId, processStart, signalGroup } from "../../scheduler/local/processes.js";
import type { TablePart } from "./agent-table.js";

export interface Ended {
  /** As a shell would say it. */
  code: number;
  /** What it said on stderr, by lines. */
  lines: string[];
}

/** Nothing that is well takes longer (milliseconds); then it is asked to end, and after as long as `grace_ms` made to. */
const limit_ms = 1_800_000;
const grace_ms = 60_000;

/** The least of the longest pause that a failing part gets (seconds). */
const longest_s = 900;

/** How much of what a part says is read (characters). */
const most = 65_536;

/**
 * Runs a line of sh in a process group of its own. When the agent is asked to end, so is the part, which finishes the
 * record that it is at.
 */
export function runPart(
  command: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: StopSignal,
): Promise<Ended> {
  const child = spawn("sh", ["-c", command], { env, detached: true, stdio: ["ignore", "ignore", "pipe"] });
  const group = groupOf(child);
  const ask = () => group && signalGroup(group, "SIGTERM");
  const timers = [
    setTimeout(ask, limit_ms),
    setTimeout(() => group && signalGroup(group, "SIGKILL"), limit_ms + grace_ms),
  ];
  if (signal.aborted) ask();
  signal.addEventListener("abort", ask);
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (said.length < most) said += text.slice(0, most - said.length);
  });
  return new Promise((resolve) => {
    const end = (code: number, more = "") => {
      for (const timer of timers) clearTimeout(timer);
      signal.removeEventListener("abort", ask);
      resolve({ code, lines: `${said}\n${more}`.split("\n").filter((line) => line.trim() !== "") });
    };
    child.on("error", (error) => end(71, `cannot run '${command}': ${error.message}`));
    child.on("close", (code, by) => end(code ?? 128 + (by === null ? 0 : os.constants.signals[by])));
  });
}

function groupOf({ pid }: ChildProcess): ProcessId | undefined {
  const start = pid === undefined ? undefined : processStart(pid);
  return pid === undefined || start === undefined ? undefined : { pid, pid_start: start };
}

/** Whether the part could not do its work: 1 means that it could, and that something is wrong with a record. */
export function hasFailed(code: number): boolean {
  return code !== 0 && code !== 1;
}

/** After how long a part is due again (seconds): twice as long after each failure in a row, up to a quarter of an hour. */
export function pauseAfter(failures: number, interval_s: number): number {
  return Math.min(interval_s * 2 ** Math.min(failures, 30), longestPause(interval_s));
}

/** No part waits longer (seconds). */
export function longestPause(interval_s: number): number {
  return Math.max(interval_s, longest_s);
}

/**
 * What is known of a part after it was run, from `begun` to `now` in the pass that began at `turn` (milliseconds), and what a person hears of it: what it said that it
 * has not said for a day, that it began to fail, and that it works again.
 */
export function after(
  { name, interval_s }: Pick<TablePart, "name" | "interval_s">,
  before: AgentPart,
  { code, lines }: Ended,
  { turn, begun, now }: { turn: number; begun: number; now: number },
): { part: AgentPart; news: string[] } {
  const failed = hasFailed(code);
  const failures = failed ? before.failures + 1 : 0;
  const { said, fresh } = unheard(lines, before.said ?? {}, now);
  const pause_s = pauseAfter(failures, interval_s);
  const since = before.failing_since;
  const news = [...fresh];
  if (failed && before.failures === 0)
    news.push(
      `${name} ended with status ${code}; it is tried again in ${shortDuration(pause_s)}, then more and more rarely`,
    );
  if (!failed && since !== undefined)
    news.push(`${name} works again, after ${shortDuration((now - Date.parse(since)) / 1000)}`);
  const message = lines.at(-1);
  const part: AgentPart = {
    name,
    at: timestamp(begun),
    took_s: Math.max(0, (now - begun) / 1000),
    exit_code: code,
    failures,
    ...(failed ? { failing_since: since ?? timestamp(begun) } : {}),
    ...(message === undefined || code === 0 ? {} : { message }),
    next_at: timestamp(turn + pause_s * 1000),
    ...(Object.keys(said).length > 0 ? { said } : {}),
  };
  return { part, news };
}

const day_ms = 86_400_000;
const remembered = 50;

/** The lines that were not passed on within a day, numbers in them aside, and what has been passed on now. */
function unheard(lines: readonly string[], before: Readonly<Record<string, string>>, now: number) {
  const said = new Map(Object.entries(before).filter(([, at]) => now - Date.parse(at) < day_ms));
  const fresh: string[] = [];
  for (const line of lines) {
    const gist = line.replaceAll(/(?<![\w-])\d+(\.\d+)?(?=[smhd]?(?![\w-]))/g, "#").slice(0, 300);
    if (!said.has(gist)) fresh.push(line);
    if (!said.has(gist)) said.set(gist, timestamp(now));
  }
  return { fresh, said: Object.fromEntries([...said].slice(-remembered)) };
}
