// Where a run stands that has no job, since it was decided that it waits.
import { neverSubmitted } from "./early-end.js";
import type { Decision } from "./facts.js";
import type { Facts } from "./run-facts.js";
import type { Standing } from "./standing.js";

/** What was decided holds: there is no job, or what became of the last one counts no more. */
export function waitingFor(
  { decision, leader = "another run", runs, message }: Decision,
  { cancel, forget, submissions, decision: last }: Facts,
): Standing {
  if (forget) return { state: "lost", message: "given up by its owner", final: true };
  const refused = submissions.findLast(({ n, intent }) => intent?.void && n > (last?.submission ?? 0))?.intent;
  // A cancel alone is no end: it may be that somebody sends it this moment. Whoever cancels forbids that first.
  if (refused) return neverSubmitted(refused, cancel);
  if (decision === "follows" || decision === "hit")
    return { state: "following", message: `${leader} computes the same`, final: false };
  if (decision === "deferred") return { state: "deferred", ...(message ? { message } : {}), final: false };
  if (decision === "claimed") return { state: "planned", message: "is to be sent again", final: false };
  return {
    state: "blocked",
    message: message ?? `waits for ${runs?.join(", ") || "what it needs"}`,
    final: false,
  };
}
