// Ends of runs that never had a job, or whose job never began.
import type { Cancel, Intent } from "./facts.js";
import type { Standing } from "./standing.js";

export const submitError = { state: "failed", mode: "submit_error", hint: "submit it again: lab run" } as const;

/** Given up before it was sent. A cancel that came after that changes nothing any more. */
export function neverSubmitted(refused: Intent, cancel: Cancel | undefined): Standing {
  const first = cancel !== undefined && Date.parse(cancel.at) <= Date.parse(refused.at);
  return refused.by === "cancel" || first
    ? cancelledEarly("it was submitted")
    : { ...submitError, message: "never submitted", final: true };
}

/** Its owner wanted no job of it. */
export function cancelledEarly(what: string): Standing {
  return { state: "cancelled", mode: "cancelled", message: `cancelled before ${what}`, final: true };
}
