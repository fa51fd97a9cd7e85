// Heterogeneous jobs: Slurm shows a job a component, a run has one.
import type { JobView } from "../../record/facts.js";

/**
 * One view of two components, the leader's first, whose script is the job: it has ended when both have. What ends one
 * component (a node that fails) ends them all in the same way.
 */
export function joinedViews(leader: JobView, other: JobView): JobView {
  if (leader.phase !== "ended" || other.phase === "ended") return leader;
  const { verdict: _, ended_at: __, ...rest } = leader;
  return { ...rest, phase: "completing" };
}
