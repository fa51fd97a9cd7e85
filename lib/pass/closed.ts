// Before a run is settled whose job nobody has seen: that none can begin any more.

import { claimedBy } from "../record/claim.js";
import { hasSucceeded, type Standing } from "../record/state.js";
import { generationsOf, holderOf, linkClaim, linkGo, ownOnly } from "../registry/claims.js";
import type { RunOnDisk } from "../registry/facts.js";
import type { Registry } from "../registry/open.js";
import { openRun } from "../registry/runs.js";
import { linkIntent } from "../registry/submissions.js";

/**
 * Closes the door to a job that is still on its way, where the end is concluded from its not being seen, and looks again:
 * whoever begins from now on finds the door closed, and whoever began before is seen. Says whether none did. Throws faults.
 */
export function closed(registry: Registry, disk: RunOnDisk, { job, state }: Standing): boolean {
  const { run, dir, facts } = disk;
  if (!hasSucceeded(state) && isClaimedAnew(registry, disk)) return false;
  const seen = job !== undefined && facts.scheduler?.absent_since === undefined;
  if (seen || facts.attempts.length > 0) return true;
  if (facts.submissions.every(({ intent, receipt }) => !intent && !receipt)) return true;
  const last = Math.max(...facts.submissions.map(({ n }) => n));
  if (!linkIntent(registry, dir, run.id, last + 1, "reconcile", true).intent.void) return false;
  closeClaim(registry, disk);
  return (openRun(registry, registry.user, run.id)?.facts.attempts.length ?? 0) === 0;
}

/** Whether another process has claimed a later generation for the run, to send it again: then this end is not its end. */
function isClaimedAnew(registry: Registry, { run, facts: { decision, cancel } }: RunOnDisk): boolean {
  const claimed = claimedBy(decision);
  if (cancel || !claimed) return false;
  return generationsOf(registry, claimed).some(
    (one) => one.generation > claimed.generation && one.seal !== "void" && one.claim?.run === run.id,
  );
}

/** The same for its claim: a generation above it that is void. */
function closeClaim(registry: Registry, { run, facts: { decision } }: RunOnDisk): void {
  const claimed = claimedBy(decision);
  if (!claimed) return;
  const { key, epoch } = claimed;
  const slot = { key, epoch };
  for (;;) {
    const listed = generationsOf(registry, slot);
    const generations = key === run.key?.digest ? listed : ownOnly(listed, registry.user);
    if (holderOf(generations)?.claim.run !== run.id) return;
    const next = (generations.at(-1)?.generation ?? 0) + 1;
    if (
      linkClaim(registry, slot, next, { run: run.id, ...(key === run.key?.digest ? {} : { own: true }) }) === "exists"
    )
      continue;
    linkGo(registry, slot, next, { run: run.id, by: "reconcile", void: true });
    return;
  }
}
