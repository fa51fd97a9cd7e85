// Heterogeneous jobs: Slurm shows a job a component, a run has one.
import type { JobView } from "../../record/facts.js";

/**
 * One view of two components, the leader's first: the job has ended when both have. Where the leader was only cancelled,
 * because the other component came to grief, it ended as the other did.
 */
export function joinedViews(leader: JobView, other: JobView): JobView {
  if (leader.phase !== "ended") return leader;
  if (other.phase !== "ended") {
    const { verdict: _, ended_at: __, ...rest } = leader;
    return { ...rest, phase: "completing" };
  }
  const blamed =
    leader.verdict === "cancelled" && leader.cancelled_by_uid === undefined && other.verdict !== "completed";
  if (!blamed || other.verdict === undefined) return leader;
  return { ...leader, verdict: other.verdict, ...(other.word === undefined ? {} : { word: other.word }) };
}
