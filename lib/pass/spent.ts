// Whether a run's own seal still stands for a job that is to come: if not, it is sent for the next generation.
import type { Facts } from "../record/state.js";

/**
 * Whether nothing comes any more of the submission that the run has sealed: its jobs found that they were not to compute, or
 * what became of it counts no more; or it was never sent, and there is a script that is newer than its own.
 */
export function isSpent({ decision, submissions, attempts }: Facts, sealed: number): boolean {
  if (sealed <= (decision?.submission ?? 0)) return true;
  const its = attempts.filter(({ start }) => start?.submission === sealed);
  if (its.length > 0) return its.every(({ exit }) => exit?.reason === "superseded");
  return !isSent(submissions, sealed) && submissions.some(({ n }) => n > sealed);
}

function isSent(submissions: Facts["submissions"], sealed: number): boolean {
  const { intent, receipt } = submissions.find(({ n }) => n === sealed) ?? {};
  return receipt !== undefined || (intent !== undefined && intent.void !== true);
}
