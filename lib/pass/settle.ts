// Writing down how a run ended, and closing the door to submissions that are still to come.
import { decided } from "../record/decided.js";
import type { Outcome } from "../record/facts.js";
import type { Standing, Submission } from "../record/state.js";
import { timestamp } from "../record/units.js";
import { partOf, readParts } from "../registry/arrays.js";
import type { RunOnDisk } from "../registry/facts.js";
import { note } from "../registry/journal.js";
import { arrayDirectory } from "../registry/layout.js";
import type { Registry } from "../registry/open.js";
import { linkIntent, withdrawIntent, writeOutcome } from "../registry/submissions.js";

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

/**
 * Forbids the submission of a run that nobody has begun to submit. Says whether that could still be done. A wish to cancel
 * counts also where a part of its array is just being sent; that job ends by it.
 */
export function voidUnsubmitted(
  registry: Registry,
  { run, dir, facts }: RunOnDisk,
  by: "reconcile" | "cancel" = "reconcile",
): boolean {
  const waiting = decided(facts);
  const n = Math.max(1, (waiting?.submission ?? -1) + 1, ...facts.submissions.map((submission) => submission.n));
  const array = facts.submissions.find((submission) => submission.n === n)?.array;
  const isBeingSent = () => by === "reconcile" && array !== undefined && isInPart(registry, array);
  if (isBeingSent()) return false;
  const { intent, ours } = linkIntent(registry, dir, run.id, n, by, true);
  // Who sends a part links that first and looks for this then. The other way round here, one sees the other: who sends wins.
  if (ours && isBeingSent()) {
    withdrawIntent(dir, n);
    return false;
  }
  return intent.void === true;
}

/** Whether a part of the array that was not refused holds the element. */
function isInPart(registry: Registry, array: NonNullable<Submission["array"]>): boolean {
  const dir = arrayDirectory(registry.base, registry.user, array.id);
  const part = partOf(readParts({ array, dir, owner: registry.uid }), array.index);
  return part !== undefined && part.refusal === undefined;
}
