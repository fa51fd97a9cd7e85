// How the agent is, in words, by its last heartbeat. Pure.
import type { Agent } from "../../record/agent.js";
import { shortDuration } from "../../record/units.js";
import { silence_ms } from "../../registry/agent.js";

export interface AgentStanding {
  ok: boolean;
  message: string;
  hint?: string;
}

/** `age_ms` is how long ago the heart beat. */
export function agentStanding({ host, loop, ended_at, parts }: Agent, age_ms: number): AgentStanding {
  const ago = `${shortDuration(age_ms / 1000)} ago`;
  if (loop && ended_at === undefined && age_ms > silence_ms)
    return {
      ok: false,
      message: `on ${host} was last heard of ${ago}`,
      hint: "lab agent --loop takes over; until then lab status and lab wait do what it did",
    };
  const failing = parts.filter(({ failures }) => failures > 0);
  const [first] = failing;
  const where = ended_at === undefined ? `at work on ${host}, heard of ${ago}` : `last at work on ${host}, ${ago}`;
  if (!first) return { ok: true, message: where };
  const others = failing.length > 1 ? ` (and ${failing.length - 1} more)` : "";
  return {
    ok: false,
    message: `${where}; ${first.name}${others} fails since ${first.failing_since ?? "then"}: ${first.message ?? ""}`,
    hint: `${first.name} by hand tells more`,
  };
}
