// Since when there has been no sign of a run's job: what absence is measured from.
import { type Counted, countedOf } from "./counted.js";
import type { JobView, SchedulerFact } from "./facts.js";
import type { Facts } from "./run-facts.js";

/**
 * What a pass that does not find the job writes as `absent_since` (RFC 3339): since when it has not been found without
 * anything else having been heard of it. `observed_at` is when the pass asked.
 */
export function absentSince(facts: Facts, observed_at: string): string {
  const since = facts.scheduler?.absent_since;
  return since !== undefined && Date.parse(since) >= signOfLife(countedOf(facts)) ? since : observed_at;
}

/**
 * What a pass that finds the job at its end writes as `ended_seen_at`: when it was seen so first. What was seen by those who
 * did not note that was seen when they asked.
 */
export function endSeen(before: Sighting | undefined, view: JobView, observed_at: string): { ended_seen_at?: string } {
  if (view.phase !== "ended") return {};
  const known = before?.job?.job === view.job && before.job.phase === "ended" && before.job.restarts === view.restarts;
  return { ended_seen_at: known ? (before.ended_seen_at ?? before.observed_at) : observed_at };
}

type Sighting = Pick<SchedulerFact, "job" | "ended_seen_at" | "observed_at">;

/** The last time (milliseconds) at which a file tells of the submission, or of the job itself; -Infinity if none does. */
export function signOfLife({ submission, attempt }: Counted): number {
  const { start, exit, beat_at } = attempt ?? {};
  return latest(submission?.intent?.at, submission?.receipt?.at, start?.at, exit?.at ?? beat_at);
}

export function latest(...times: (string | undefined)[]): number {
  return Math.max(...times.map((time) => (time === undefined ? -Infinity : Date.parse(time))));
}
