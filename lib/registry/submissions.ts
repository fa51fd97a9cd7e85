// The directories of submissions, and the write-once files by which exactly one of those who want to decide, does.
import os from "node:os";
import path from "node:path";
import {
  contextSchema,
  type Intent,
  intentSchema,
  type JobContext,
  type Outcome,
  type Receipt,
  type SchedulerFact,
  schedulerFactSchema,
} from "../record/facts.js";
import { fault } from "../record/fault.js";
import { randomWord } from "../record/random.js";
import { checked } from "../record/schema.js";
import { timestamp } from "../record/units.js";
import { fs } from "./disk.js";
import { envelope, numbersIn, submissionDirectory } from "./layout.js";
import type { Registry } from "./open.js";
import { list, readRecord } from "./read.js";
import { makeDirectory, recordText, replace, unmark, writeOnce } from "./write.js";
import { writeMany } from "./write-many.js";

/** Makes the directory of the next submission (exclusively) and returns its number and place. */
export function nextSubmission(registry: Registry, runDir: string): { n: number; dir: string } {
  const lab = envelope(runDir);
  let n = 1 + Math.max(0, ...numbersIn(list(lab), "submit-"));
  while (makeDirectory(submissionDirectory(lab, n), registry.modes.directory) === "exists") n += 1;
  return { n, dir: submissionDirectory(lab, n) };
}

/** Writes a submission's files, side by side; that one is there already is a fault, since nobody else writes here. */
export async function writeSubmissionFiles(
  registry: Registry,
  dir: string,
  texts: Readonly<Record<string, string>>,
): Promise<void> {
  const { file } = registry.modes;
  const files = Object.entries(texts).map(([name, text]) => ({
    file: path.join(dir, name),
    text,
    mode: name === "script.sh" ? file | 0o110 : file,
  }));
  const taken = (await writeMany(files)).indexOf("exists");
  if (taken >= 0) throw fault("cantcreat", `cannot write '${files[taken]?.file}': it is there already`);
}

/**
 * Tries to be the one who decides about a submission: `by: "submit"` to call the scheduler, `void: true` to forbid it.
 * Returns the intent that holds, ours or the one that was there first.
 */
export function linkIntent(
  registry: Registry,
  runDir: string,
  run: string,
  n: number,
  by: Intent["by"],
  isVoid: boolean,
): { ours: boolean; intent: Intent } {
  const dir = submissionDirectory(envelope(runDir), n);
  makeDirectory(dir, registry.modes.directory);
  const file = path.join(dir, "intent.json");
  const start = processStart(process.pid);
  const intent: Intent = {
    type: "intent",
    v: 1,
    run,
    submission: n,
    token: randomWord(),
    ...(isVoid ? { void: true } : {}),
    by,
    user: registry.user,
    host: os.hostname(),
    pid: process.pid,
    ...(start === undefined ? {} : { pid_start: start }),
    at: timestamp(Date.now()),
  };
  if (writeOnce(file, recordText(intent), registry.modes.file) === "made") return { ours: true, intent };
  const there = readRecord(file, intentSchema, { owner: registry.uid });
  if (!there) throw fault("tempfail", `cannot read '${file}' yet`);
  return { ours: false, intent: there };
}

/** Takes back our own intent, when the scheduler certainly was not reached. */
export function withdrawIntent(runDir: string, n: number): void {
  unmark(path.join(submissionDirectory(envelope(runDir), n), "intent.json"));
}

/** Notes the job id that the scheduler gave. */
export function writeReceipt(registry: Registry, runDir: string, receipt: Receipt): "made" | "exists" {
  return writeOnce(
    path.join(submissionDirectory(envelope(runDir), receipt.submission), "receipt.json"),
    recordText(receipt),
    registry.modes.file,
  );
}

/** Writes how the run ended, for good. */
export function writeOutcome(registry: Registry, runDir: string, outcome: Outcome): "made" | "exists" {
  return writeOnce(path.join(envelope(runDir), "outcome.json"), recordText(outcome), registry.modes.file);
}

/** Replaces what the owner's reconcile saw, unless what is there was seen later. */
export function writeSchedulerFact(registry: Registry, runDir: string, fact: SchedulerFact): void {
  const file = path.join(envelope(runDir), "scheduler.json");
  let there: SchedulerFact | undefined;
  try {
    there = readRecord(file, schedulerFactSchema, { owner: registry.uid });
  } catch {
    // What cannot be read is replaced: the file is derived from the next look at the scheduler anyway.
  }
  if (there && Date.parse(there.observed_at) > Date.parse(fact.observed_at)) return;
  replace(file, recordText(fact), registry.modes.file);
}

/** The kernel's start time of a process, in clock ticks: with the pid it names a process for good. Undefined if it is gone. */
export function processStart(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

/** Whether the process that wrote an intent or a claim is alive: undefined where that cannot be known from this host. */
export function writerAlive({ host, pid, pid_start }: Pick<Intent, "host" | "pid" | "pid_start">): boolean | undefined {
  if (host !== os.hostname() || pid === undefined) return undefined;
  const start = processStart(pid);
  return start !== undefined && (pid_start === undefined || start === pid_start);
}

/** Write-once requests of a run's owner: cancel.json and forget.json. */
export function writeRequest(
  registry: Registry,
  runDir: string,
  kind: "cancel" | "forget",
  run: string,
  reason: string | undefined,
): "made" | "exists" {
  const record = {
    type: kind,
    v: 1,
    run,
    user: registry.user,
    at: timestamp(Date.now()),
    ...(reason === undefined ? {} : { reason }),
  };
  return writeOnce(path.join(envelope(runDir), `${kind}.json`), recordText(record), registry.modes.file);
}

/** What a submission's job was given; undefined where it was not rendered to its end. Throws dataerr. */
export function readContext(
  { dir, owner, contexts }: { dir: string; owner: number; contexts?: ReadonlyMap<number, object> },
  n: number,
): JobContext | undefined {
  const file = submissionFiles(dir, n).context;
  const there = contexts?.get(n);
  return there === undefined ? readRecord(file, contextSchema, { owner }) : checked(contextSchema, there, `'${file}'`);
}

/** Where the files of a submission are. */
export function submissionFiles(
  runDir: string,
  n: number,
): { dir: string; script: string; context: string; params: string; points: string } {
  const dir = submissionDirectory(envelope(runDir), n);
  return {
    dir,
    script: path.join(dir, "script.sh"),
    context: path.join(dir, "context.json"),
    // Of an element of an array by its job, from what the array says.
    params: path.join(dir, "params.json"),
    // Of what comes after a sweep: its points.
    points: path.join(dir, "points.ndjson"),
  };
}
