// A run that others follow and that nobody has sent: its pipe has died, or is about to send it.
import { lastSent } from "../record/decided.js";
import { handleOf } from "../record/run-id.js";
import type { RunOnDisk } from "../registry/facts.js";

/** What to do about it, as one line; undefined where it was sent, has ended, or waits for something itself. */
export function unsent({ run, facts }: RunOnDisk, me: string): string | undefined {
  if (lastSent(facts) > 0 || facts.outcome || facts.cancel || facts.decision?.decision !== "claimed") return undefined;
  const handle = handleOf(run.id);
  if (run.user === me) return `${handle} is not sent yet: if nothing is about to, lab submit ${handle}`;
  return `${handle} is not sent yet: if ${run.user} does not, yours is sent when the claim's lease is over`;
}
