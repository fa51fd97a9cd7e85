// Writing down how a run ended, and closing the door to submissions that are still to come.
import { decided } from "../record/decided.js";
import type { Outcome } from "../record/facts.js";
import type { Standing } from "../record/state.js";
import { timestamp } from "../record/units.js";
import type { RunOnDisk } from "../registry/facts.js";
import { note } from "../registry/journal.js";
import type { Registry } from "../registry/open.js";
import { linkIntent, writeOutcome } from "../registry/submissions.js";

/** Writes the outcome of a standing that is final. Twice is the same as once: the first one stays, and only it is `made`. */
export function settle(
  registry: Registry,
  { run, dir }: Pick<RunOnDisk, "run" | "dir">,
  standing: Standing,
  now: number,
): { outcome: Outcome; made: boolean } {
  const { final: _, state, ...known } = standing;
  const outcome = { type: "outcome", v: 1, run: run.id, state, ...known, at: timestamp(now) } as Outcome;
  const made = writeOutcome(registry, dir, outcome) === "made";
  if (made) {
    note(registry, `run_${outcome.state}`, run.id, { name: run.name, ...(outcome.mode ? { mode: outcome.mode } : {}) });
  }
  return { outcome, made };
}

/** Forbids the submission of a run that nobody has begun to submit. Says whether that could still be done. */
export function voidUnsubmitted(
  registry: Registry,
  { run, dir, facts }: RunOnDisk,
  by: "reconcile" | "cancel" = "reconcile",
): boolean {
  const waiting = decided(facts);
  const n = Math.max(1, (waiting?.submission ?? -1) + 1, ...facts.submissions.map((submission) => submission.n));
  const { intent } = linkIntent(registry, dir, run.id, n, by, true);
  return intent.void === true;
}
