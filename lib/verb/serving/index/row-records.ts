// A run as the index knows it: the records that lists read fields from, an earlier one before a later one, and the text that
// they are made from again.
import { isFault } from "../../../record/fault.js";
import type { Summary } from "../../../record/pack.js";
import { type Status, statusSchema } from "../../../record/records.js";
import { type Run, runSchema } from "../../../record/run.js";
import { withoutSecrets } from "../../../record/secrets.js";
import type { Graces } from "../../../record/state.js";
import type { RunOnDisk } from "../../../registry/facts.js";
import { type Followed, followedValues } from "../../../registry/followed-metrics.js";
import { statusOf } from "../../../registry/status.js";
import { tellsAllOf } from "../../../registry/summary.js";

/** Of a run that is read from its own files: all that lists look at. */
export interface Live {
  status: Partial<Status>;
  run: Record<string, unknown>;
  metrics: Record<string, unknown>;
}

/** What a run's own files say now; `complete` where its metrics have been read as far as they go. */
export function liveOf(
  disk: RunOnDisk,
  now: number,
  limits: Graces,
  followed: Followed = new Map(),
): { live: Live; complete: boolean } {
  const { run_dir: _, type: __, v: ___, ...status } = statusOf(disk, now, limits);
  const { values, complete } = valuesOf(disk, followed);
  return { live: { status, run: shown(disk.run), metrics: values }, complete };
}

/** None where they cannot be read, which is one more problem of the run: all else of it is known. */
function valuesOf(disk: RunOnDisk, followed: Followed): { values: Live["metrics"]; complete: boolean } {
  try {
    return followedValues(disk, followed);
  } catch (error) {
    if (!isFault(error)) throw error;
    disk.problems.push(error.message);
    return { values: {}, complete: true };
  }
}

/** A record of a run as it may be kept: what is named like a secret nobody can search for. */
function shown(run: Run): Record<string, unknown> {
  const { run_dir: _, type: __, v: ___, env, ...rest } = run;
  const masked = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, withoutSecrets(name, value)]));
  return { ...rest, env: masked };
}

export function recordsOfLive({ status, run, metrics }: Live): object[] {
  return [status, run, { metrics }];
}

/** The same of a packed run, from its line, of which nothing is left. */
export function recordsOfSummary(summary: Summary, user: string): object[] {
  const { plan, metrics, key } = summary;
  const fields = summary as Record<string, unknown>;
  // To make these blank takes less time than a copy without them.
  for (const name of blank) if (fields[name] !== undefined) fields[name] = undefined;
  return [fields, { user }, plan ?? {}, { metrics: metrics ?? {} }, ...(key ? [{ key: { digest: key } }] : [])];
}

const blank = ["type", "v", "plan", "metrics", "key", "full_at", "full_bytes", "run_dir"];

/** The words of a plan that a line does not tell of, though the run may have them. */
export function missingOf(summary: Summary, words: Iterable<string>): string[] {
  return [...words].filter((word) => isOfPlan(word) && !tellsAllOf(summary, word) && !Object.hasOwn(summary, word));
}

/** What the index knows of every run besides: which sweep and which pipeline it belongs to. */
const elsewhere: ReadonlySet<string> = new Set(["sweep", "pipeline", "run_dir", "type", "v"]);

function isOfPlan(word: string): boolean {
  if (elsewhere.has(word)) return false;
  return word === "metrics" || (Object.hasOwn(runSchema.entries, word) && !isOfStatus(word));
}

// `error` is of both, and a run that was created has none.
function isOfStatus(word: string): boolean {
  return Object.hasOwn(statusSchema.entries, word);
}

/** The record of a run by the words that are wanted of it. */
export function partOf(run: object, words: readonly string[]): Record<string, unknown> {
  const fields = shown({ env: {}, ...run } as Run);
  return Object.fromEntries(words.flatMap((word) => (fields[word] === undefined ? [] : [[word, fields[word]]])));
}
