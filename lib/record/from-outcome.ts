// The standing of a run whose end is written down: what is written.
import type { Outcome } from "./facts.js";
import type { Standing } from "./standing.js";

/** Where a settled run stands, for good. Pure. */
export function fromOutcome(outcome: Outcome): Standing {
  const { state, mode, message, hint, exit_code, signal, job, attempt, cached_from, cached_user } = outcome;
  const { started_at, ended_at } = outcome;
  const all = { state, mode, message, hint, exit_code, signal, job, attempt, cached_from, cached_user, started_at };
  return {
    ...(Object.fromEntries(Object.entries({ ...all, ended_at }).filter(([, value]) => value !== undefined)) as Omit<
      Standing,
      "final"
    >),
    final: true,
  };
}
