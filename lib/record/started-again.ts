// A run that is to go on after an end that was no fault of its own: another submission is due.
import { attemptsOf } from "./counted.js";
import type { Ending } from "./ending.js";
import type { Mode } from "./facts.js";
import type { Facts } from "./run-facts.js";
import type { Standing } from "./standing.js";

/** What such an end means for a run whose recipe wants it to be started again: not its end, as long as it may be attempted. */
export function startedAgain(
  facts: Facts,
  { mode, message }: Ending,
): Pick<Standing, "state" | "message" | "final"> | undefined {
  const { max_attempts = 0, cancel } = facts;
  const done = attemptsOf(facts);
  if (mode === undefined || !again.includes(mode) || done >= max_attempts || cancel) return undefined;
  return {
    state: "requeued",
    message: `${message}; it is to be submitted again, after attempt ${done} of ${max_attempts}`,
    final: false,
  };
}

const again: Mode[] = ["preempted", "timeout", "node_fail"];
