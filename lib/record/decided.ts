// Whether what a run's owner decided last still holds, or a submission that came after it has made it old.
import type { Decision, Intent } from "./facts.js";
import type { Facts, Submission } from "./run-facts.js";

/**
 * The last decision, if nobody has begun to send the run since. Then no job of it is to be looked for: it waits for another
 * run (`follows`, `blocked`, `deferred`), has been answered by one (`hit`), or is to be sent for a new generation (`claimed`).
 */
export function decided(facts: Pick<Facts, "decision" | "submissions" | "attempts">): Decision | undefined {
  const { decision } = facts;
  return decision && lastSent(facts) <= (decision.submission ?? 0) ? decision : undefined;
}

/** The highest submission that somebody has begun to send, or whose script has begun; 0 if none. Void ones are nobody's. */
export function lastSent({ submissions, attempts }: Pick<Facts, "submissions" | "attempts">): number {
  const sent = submissions.filter(({ intent, receipt }) => (intent && !intent.void) || receipt).map(({ n }) => n);
  const begun = attempts.flatMap(({ start, exit }) =>
    start && exit?.reason !== "superseded" ? [start.submission] : [],
  );
  return Math.max(0, ...sent, ...begun);
}

/** Whether the run waits for nothing but room: since that was decided, or the scheduler has refused it for now. */
export function waitsForRoom(facts: Pick<Facts, "decision" | "submissions" | "attempts">): boolean {
  return decided(facts)?.decision === "deferred" || refused(facts) !== undefined;
}

/** Whether nobody sends this submission, since a later one of the run is sent: of the run that says nothing. */
export function isPassedOver({ void: isVoid, by }: Intent): boolean {
  return isVoid === true && by === "submit";
}

/** What the scheduler said where it refused the last submission that was begun, and nothing was decided since. */
export function refused(facts: Pick<Facts, "decision" | "submissions" | "attempts">): Submission["refusal"] {
  const last = decided(facts) ? undefined : facts.submissions.findLast(({ n }) => n === lastSent(facts));
  return last?.intent?.void ? undefined : last?.refusal;
}
