// The end of a run that another one has answered for.
import type { Outcome } from "../record/facts.js";
import { timestamp } from "../record/units.js";
import type { RunOnDisk } from "../registry/facts.js";
import type { Registry } from "../registry/open.js";
import { settle } from "./settle.js";

/** Settles the run as cached: what it was to make, the leader has made. Twice is the same as once. */
export function answered(
  registry: Registry,
  disk: Pick<RunOnDisk, "run" | "dir">,
  { leader, leader_user }: { leader: string; leader_user: string },
  now: number,
): { outcome: Outcome; made: boolean } {
  const from = { cached_from: leader, cached_user: leader_user };
  const message = `answered by ${leader}`;
  return settle(registry, disk, { state: "cached", message, ...from, ended_at: timestamp(now), final: true }, now);
}
