// The caller's agent: whether one is at work, and whether its parts are.
import { lastBeat } from "../../registry/agent.js";
import type { Registry } from "../../registry/open.js";
import { agentStanding } from "../agent/agent-standing.js";
import { doubtful, type Finding, well } from "./finding.js";

export function* agentFindings(registry: Registry, now: () => number): Generator<Finding> {
  const beat = lastBeat(registry);
  if (!beat) {
    yield well("agent", "there is none; lab status and lab wait do what it would");
    return;
  }
  const { ok, message, hint } = agentStanding(beat.agent, Math.max(0, now() - beat.mtime));
  yield (ok ? well : doubtful)("agent", message, { hint });
}
