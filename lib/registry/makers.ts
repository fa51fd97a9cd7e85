// Which run makes, or has made, what a run was to make: itself, the one that answered for it, or the one that it follows.
import { decided } from "../record/decided.js";
import type { RunOnDisk } from "./facts.js";
import type { Registry } from "./open.js";
import { openRun } from "./runs.js";

/** Whoever follows does so at most once: a leader has claimed, and claims are of those who compute. */
const longest = 8;

/** The run that makes what `disk` stands for, as things are now. The run itself where its leader cannot be seen. */
export function makerOfRun(registry: Registry, disk: RunOnDisk): RunOnDisk {
  let maker = disk;
  for (let i = 0; i < longest; i += 1) {
    const leader = leaderOf(maker);
    const next = leader && openRun(registry, leader.user, leader.run);
    if (!next) return maker;
    maker = next;
  }
  return maker;
}

/** The run that answers for this one, or that it follows; undefined where it computes, or will. */
export function leaderOf({ facts }: Pick<RunOnDisk, "facts">): { run: string; user: string } | undefined {
  const { outcome } = facts;
  if (outcome?.cached_from !== undefined && outcome.cached_user !== undefined)
    return { run: outcome.cached_from, user: outcome.cached_user };
  if (outcome) return undefined;
  const decision = decided(facts);
  const { leader, leader_user } = decision ?? {};
  if (decision?.decision !== "follows" && decision?.decision !== "hit") return undefined;
  return leader === undefined || leader_user === undefined ? undefined : { run: leader, user: leader_user };
}
