// Slurm's words for the state of a job, and what each means. The only place where they are translated.
import type { JobView, Verdict } from "../../record/facts.js";

export type Phase = JobView["phase"];

export interface Standing {
  phase: Phase;
  verdict?: Verdict;
}

const pending: Standing = { phase: "pending" };
const running: Standing = { phase: "running" };
const completing: Standing = { phase: "completing" };
const unknown: Standing = { phase: "unknown" };

/**
 * Every state that Slurm 22.05 to 26.05 prints (job_state_string in its source). What was requeued or held waits again; a
 * suspended or stopped job still has its allocation; REVOKED is the copy of a federated job that another cluster has
 * taken, which says nothing of its end.
 */
export const slurmStates: Readonly<Record<string, Standing>> = {
  PENDING: pending,
  CONFIGURING: pending,
  REQUEUED: pending,
  REQUEUE_FED: pending,
  REQUEUE_HOLD: pending,
  SPECIAL_EXIT: pending,
  RESV_DEL_HOLD: pending,
  EXPEDITING: pending,
  RUNNING: running,
  RESIZING: running,
  SIGNALING: running,
  STOPPED: running,
  SUSPENDED: running,
  COMPLETING: completing,
  STAGE_OUT: completing,
  REVOKED: unknown,
  COMPLETED: { phase: "ended", verdict: "completed" },
  FAILED: { phase: "ended", verdict: "failed" },
  CANCELLED: { phase: "ended", verdict: "cancelled" },
  TIMEOUT: { phase: "ended", verdict: "timeout" },
  OUT_OF_MEMORY: { phase: "ended", verdict: "oom" },
  PREEMPTED: { phase: "ended", verdict: "preempted" },
  NODE_FAIL: { phase: "ended", verdict: "node_fail" },
  BOOT_FAIL: { phase: "ended", verdict: "boot_fail" },
  DEADLINE: { phase: "ended", verdict: "deadline" },
};

/** A state as printed, taken apart: `CANCELLED by 1001` names who did it. */
export function stateWord(state: string): { word: string; by?: number } {
  const match = /^(\S+?)\+?(?:,\S*)?(?: by (\d+))?$/.exec(state.trim());
  const word = match?.[1] ?? state.trim();
  return match?.[2] === undefined ? { word } : { word, by: Number(match[2]) };
}

/**
 * What a state means. A job that was cancelled because a job that it waited for did not end as it had to is `dependency`:
 * squeue then gives the reason DependencyNeverSatisfied, sacct the last reason it had before (Dependency) and no uid. A
 * word that is not in the table is `unknown`, never an end.
 */
export function standing(
  word: string,
  told: { source: "queue" | "accounting"; reason?: string; by?: number },
): Standing {
  const found = Object.hasOwn(slurmStates, word) ? (slurmStates[word] ?? unknown) : unknown;
  if (found.verdict !== "cancelled" || told.by !== undefined) return found;
  const unmet =
    told.reason === "DependencyNeverSatisfied" || (told.source === "accounting" && told.reason === "Dependency");
  return unmet ? { phase: "ended", verdict: "dependency" } : found;
}

/**
 * The verdict on a job once its steps are known: a job that failed, and of which a step was killed for its memory, ran
 * out of memory, whatever its script made of it. One that completed all the same has completed.
 */
export function verdictWithSteps(verdict: Verdict, stepWords: readonly string[]): Verdict {
  return verdict === "failed" && stepWords.includes("OUT_OF_MEMORY") ? "oom" : verdict;
}

/**
 * How it ended: `3:0` is exit 3, `0:9` signal 9, `0:125` out of memory; squeue before 24.05 prints the raw wait status
 * (768, 9, 253) instead. Empty for anything else.
 */
export function exitStatus(text: string): { exit_code?: number; signal?: number } {
  const pair = /^(\d+):(\d+)$/.exec(text);
  if (pair) return fields(Number(pair[1]), Number(pair[2]));
  if (!/^\d+$/.test(text)) return {};
  const signal = Number(text) & 0x7f;
  return fields(signal === 0 ? (Number(text) >> 8) & 0xff : 0, signal);
}

function fields(exit_code: number, signal: number): { exit_code?: number; signal?: number } {
  if (signal === 0) return { exit_code };
  return exit_code === 0 ? { signal } : { exit_code, signal };
}
