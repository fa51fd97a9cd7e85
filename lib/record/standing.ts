// Where a run can stand, and what is told of it.
import { ends, type Mode } from "./facts.js";

export const states = [
  "planned",
  "blocked",
  "following",
  "deferred",
  "submitted",
  "queued",
  "running",
  "exited",
  "requeued",
  ...ends,
  "unknown",
] as const;
export type State = (typeof states)[number];

/** Whether the run has ended, for all that was known when this was said. */
export function hasEnded(state: string): boolean {
  return (ends as readonly string[]).includes(state);
}

/** Whether the run has what it was planned for: it made it, or an earlier run had. */
export function hasSucceeded(state: string): boolean {
  return state === "succeeded" || state === "cached";
}

export interface Standing {
  state: State;
  mode?: Mode;
  message?: string;
  hint?: string;
  exit_code?: number;
  signal?: string;
  job?: string;
  attempt?: number;
  /** Cached: the run that answered, and whose it is. */
  cached_from?: string;
  cached_user?: string;
  started_at?: string;
  ended_at?: string;
  /** Whether this can be written down as the outcome: nothing that is still to come can change it. */
  final: boolean;
}
