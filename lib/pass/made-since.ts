// What a run was to make and never will, a run of somebody trusted may have made since: what has the same key is as good.
import { hasSucceeded, stateOf } from "../record/state.js";
import type { RunOnDisk } from "../registry/facts.js";
import { openRun } from "../registry/runs.js";
import { type Asker, answerFor } from "./answer.js";

/**
 * The run that has made it, of one that has ended and has not; undefined where there is none. Claims nothing. Throws faults.
 */
export async function madeSince(disk: RunOnDisk, asker: Asker): Promise<RunOnDisk | undefined> {
  const { final, state } = stateOf(disk.facts, asker.now, asker.graces);
  if (!final || hasSucceeded(state)) return undefined;
  const answer = await answerFor(disk.run, { ...asker, dry: true });
  if (answer?.decision !== "hit" || answer.leader === disk.run.id) return undefined;
  return openRun(asker.registry, answer.leader_user, answer.leader);
}
