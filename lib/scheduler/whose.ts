// Whether a job is the one that is meant: ids come round, and then stand for another job, of the same user or not.
import type { JobView } from "../record/facts.js";
import type { JobOwner, JobQuery } from "./scheduler.js";

/** How far clocks within a cluster may be apart; munge accepts no more. */
const clock_skew_ms = 300_000;

interface Told {
  owner?: JobOwner | undefined;
  name?: string | undefined;
}

/**
 * Whether what is seen of a job of that id can be the one that the query means. Whose it says that it is decides; where it
 * does not say (somebody took its comment away) its name does, and without one when it was submitted, which a requeue puts
 * off, and ended. Pure.
 */
export function isMeant(query: JobQuery, view: JobView, { owner, name }: Told = {}): boolean {
  if (owner !== undefined && query.owner !== undefined)
    return owner.run === query.owner.run && owner.registry === query.owner.registry;
  if (name !== undefined && query.job_name !== undefined) return name === query.job_name;
  const { since, until = Number.POSITIVE_INFINITY } = query;
  const at = (time: string | undefined, otherwise: number) => (time === undefined ? otherwise : Date.parse(time));
  if (at(view.ended_at, since) < since - clock_skew_ms || at(view.submitted_at, since) < since - clock_skew_ms)
    return false;
  return (view.restarts ?? 0) > 0 || at(view.submitted_at, since) <= until + clock_skew_ms;
}
