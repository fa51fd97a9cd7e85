// Which checkpoint is the right one: by what names say, never by when it was written. The node does the same in bash.
import * as v from "valibot";
import { artifactId } from "./artifact.js";
import { fault } from "./fault.js";
import { count, errorOfRecord, maybe, path, record, runId, text } from "./schema.js";

/** A checkpoint of a run, and how it came to be the one. */
export const checkpointSchema = record("checkpoint", {
  run: runId,
  error: maybe(errorOfRecord),
  name: text,
  user: text,
  path,
  step: maybe(count),
  /** Of a list of all of them there is none. */
  how: maybe(v.picklist(["pointer", "step", "single", "best"])),
  /** Of a step of a stream: the output, and where it is registered, the artifact. */
  role: maybe(text),
  artifact: maybe(artifactId),
  /** By which it is the best. */
  metric: maybe(v.looseObject({ name: text, value: v.number(), goal: v.picklist(["min", "max"]) })),
});
export type Checkpoint = v.InferOutput<typeof checkpointSchema>;

/** Where a run without [checkpoints] globs may have left some. */
export const usualGlobs = ["checkpoints/**"];

/** Something that may be gone on from. */
export interface Candidate {
  path: string;
  step?: number;
  role?: string;
}

// In this order, each anywhere in the name; slurmforge's, so that its users find what they are used to.
const patterns = [
  /global[_-]?step[_=-]?(\d+)/i,
  /step[_=-]?(\d+)/i,
  /checkpoint[_=-]?(\d+)/i,
  /ckpt[_=-]?(\d+)/i,
] as const;

/** The step in the name of a file or directory (`step-10.ckpt`, `checkpoint-1200`, `global_step40`); undefined where none is. */
export function stepInName(name: string): number | undefined {
  for (const pattern of patterns) {
    const digits = pattern.exec(name)?.[1];
    if (digits !== undefined && digits.length <= 15) return Number(digits);
  }
  return undefined;
}

/** Whether a name says that what it names is still being written, or is nobody's business. */
export function isUnfinished(name: string): boolean {
  return /^\.|^tmp[-_]|\.(tmp|temp|part|partial|incomplete)$/.test(name);
}

/**
 * The one candidate, or the one with the highest step; undefined where there is none. Throws dataerr where it would have to
 * guess: two have that step, or of several none has any.
 */
export function latestOf<C extends Candidate>(
  candidates: readonly C[],
): { one: C; how: "step" | "single" } | undefined {
  const [only, ...others] = candidates;
  if (only === undefined) return undefined;
  if (others.length === 0) return { one: only, how: only.role === undefined ? "single" : "step" };
  const highest = Math.max(...candidates.map(({ step }) => step ?? -1));
  const first = candidates.filter(({ step }) => (step ?? -1) === highest);
  const [one] = first;
  if (one !== undefined && first.length === 1) return { one, how: "step" };
  const what = highest < 0 ? "none of them has a step in its name" : `${first.length} of them are of step ${highest}`;
  throw fault("dataerr", `cannot tell the latest of ${candidates.length} checkpoints: ${what}`, {
    hint: `candidates: ${listed(first.map((candidate) => candidate.path))}`,
  });
}

function listed(paths: string[]): string {
  const sorted = [...paths].sort();
  const shown = sorted.slice(0, 10).join(", ");
  return sorted.length > 10 ? `${shown} and ${sorted.length - 10} more` : shown;
}
