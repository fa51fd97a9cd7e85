// How far a run has come through the pipe; apart from its schema, since every command asks this of every record.
import type { Run } from "./run.js";

/** The phases in their order; each command refuses a run that lacks the one before it. */
export const phases = ["planned", "snapshotted", "resolved", "created", "cached", "rendered", "submitted"] as const;
export type Phase = (typeof phases)[number];

/** Whether a record of a stream is a run (of any phase); its fields are checked by whoever acts on it. */
export function isRun(value: unknown): value is Run {
  return typeof value === "object" && value !== null && "type" in value && value.type === "run" && "id" in value;
}

/** Whether the record has come at least as far as `phase`. */
export function hasPhase(run: Run, phase: Phase): boolean {
  return phases.indexOf(run.phase) >= phases.indexOf(phase);
}
