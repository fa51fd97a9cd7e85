// What a log says of the end of its run.
import type { Status } from "../../record/records.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { linesFrom, logFiles, tailOffset } from "../../registry/logs.js";
import { printable } from "./log-reading.js";

const errorLine =
  /(error|exception)\b|\b(traceback|fatal|failed|killed|cannot|no such|not found|denied|out of memory|oom|segmentation|assert)\b/i;
const ours = /^lab: \S+: attempt \d+: /;

/** Whether it is the runtime's own last word, which says what the exit record does. */
export function isOurLastWord(line: string): boolean {
  return ours.test(line);
}

/** A status whose message says of a failure by an error of its own what its log says last of one. */
export function withLastError(status: Status, run: RunOnDisk): Status {
  const line = status.mode === "code_error" ? errorLineOf(run) : undefined;
  if (line === undefined) return status;
  return { ...status, message: status.message === undefined ? line : `${status.message}: ${line}` };
}

/** The lines around the last thing in the log that looks like an error; else simply the last lines. */
export function lastError(run: RunOnDisk): string[] {
  const { job, scheduler } = files(run);
  const log = lines(job, 400);
  const at = lastAt(log);
  const traceback = log.findLastIndex((line) => line.startsWith("Traceback (most recent call last)"));
  const from = traceback >= 0 && at - traceback < 40 ? Math.max(traceback, at - 12) : Math.max(0, at - 3);
  const shown = at >= 0 ? log.slice(from, at + 3) : log.slice(-8);
  const words = lines(scheduler, 20).filter((line) => line.trim() !== "");
  return [...shown, ...words.slice(-4)].filter((line, i, all) => line !== "" || all[i - 1] !== "");
}

/** The last line of the job's log that looks like an error, shortened; undefined where none does. */
export function errorLineOf(run: RunOnDisk): string | undefined {
  const log = lines(files(run).job, 400).filter((line) => !isOurLastWord(line));
  const line = log[lastAt(log)]?.trim();
  return line === undefined || line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}

const longest = 200;

function lastAt(log: readonly string[]): number {
  return log.findLastIndex((line) => errorLine.test(line));
}

function files(run: RunOnDisk) {
  const all = logFiles(run);
  return {
    job: all.findLast(({ attempt }) => attempt !== undefined)?.file,
    scheduler: all.findLast(({ attempt }) => attempt === undefined)?.file,
  };
}

function lines(file: string | undefined, n: number): string[] {
  return file === undefined
    ? []
    : [...linesFrom(file, tailOffset(file, n), true)].map((line) => printable(line, false));
}
