// The last step before a job: that this run, in this submission, is the one that computes its key. See lab-registry(5), "Claims".
import { claimedBy, type Slot } from "../record/claim.js";
import { generationsOf, linkGo, linkGos, ownOnly, type Sealed } from "../registry/claims.js";
import type { RunOnDisk } from "../registry/facts.js";
import { readContext } from "../registry/submissions.js";
import type { Asker } from "./answer.js";
import { isSpent } from "./spent.js";

/** A generation of the run's own, and the submission that is to be sent for it. */
export interface Ticket extends Slot {
  generation: number;
  submission: number;
}

/** Whether the generation is the run's no more, or somebody has claimed one above it: its job would end as superseded. */
export function isOvertaken({ registry, report }: Asker, { run }: RunOnDisk, ticket: Ticket): boolean {
  const listed = generationsOf(registry, ticket, report);
  const generations = ticket.key === run.key?.digest ? listed : ownOnly(listed, registry.user);
  const mine = generations.find(({ generation }) => generation === ticket.generation);
  const later = generations.some(({ generation, claim }) => generation > ticket.generation && claim !== undefined);
  return later || mine?.claim?.run !== run.id || mine.seal === "void";
}

/** The run's claim, where it has one and this submission's script was made for it; `stale` where the script is another's. */
export function ticketOf(disk: RunOnDisk, submission: number): Ticket | "stale" | undefined {
  const { decision } = disk.facts;
  const claim = readContext(disk, submission)?.claim;
  if (decision?.decision !== "claimed") return claim ? "stale" : undefined;
  const its = claimedBy(decision);
  if (!its) return undefined;
  const same = claim?.key === its.key && claim.epoch === its.epoch && claim.generation === its.generation;
  return same ? { ...its, submission } : "stale";
}

/** For asking who answers now: a run that is to be sent again takes the next generation, also where nobody else has. */
export function spentBy({ facts: { decision } }: RunOnDisk): Pick<Asker, "spent"> {
  const spent = claimedBy(decision);
  return spent ? { spent } : {};
}

/**
 * Seals the claim for the submission, before its intent and the scheduler's call. `lost` where somebody has said that it never
 * will be sent, or has a later claim, or the seal was for a submission of which nothing comes any more; `busy` where another
 * submission of the run has it, or its script was started by hand. The seal stays, whatever comes of the call: a job that was started by hand may have relied on it.
 */
export function sealClaim(asker: Asker, disk: RunOnDisk, ticket: Ticket): SealedAs {
  if (isOvertaken(asker, disk, ticket)) return "lost";
  return sealedAs(disk, linkGo(asker.registry, ticket, ticket.generation, decidedBy(disk, ticket)));
}

export type SealedAs = "sealed" | "lost" | "busy";

/** The same for many, whose seals are written side by side. */
export async function sealClaims(
  asker: Asker,
  all: readonly { disk: RunOnDisk; ticket: Ticket }[],
): Promise<SealedAs[]> {
  const overtaken = all.map(({ disk, ticket }) => isOvertaken(asker, disk, ticket));
  const mine = all.filter((_, i) => !overtaken[i]);
  const seals = await linkGos(
    asker.registry,
    mine.map(({ disk, ticket: { key, epoch, generation, submission } }) => {
      const decided = decidedBy(disk, { submission });
      return { key, epoch, generation, decided };
    }),
  );
  const said = mine.map(({ disk }, i) => sealedAs(disk, seals[i] as Sealed));
  return overtaken.map((isLost) => (isLost ? "lost" : (said.shift() as SealedAs)));
}

function decidedBy({ run }: RunOnDisk, { submission }: Pick<Ticket, "submission">) {
  return { run: run.id, submission, by: "submit" } as const;
}

function sealedAs({ run, facts }: RunOnDisk, { seal, ours, go }: Sealed): SealedAs {
  if (ours) return "sealed";
  return seal === "void" || (go?.run === run.id && isSpent(facts, go.submission ?? 1)) ? "lost" : "busy";
}
