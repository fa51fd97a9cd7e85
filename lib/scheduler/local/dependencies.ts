// Whether what a job waits for has come, or can come no more. Slurm's four words with Slurm's meaning.
import type { JobQueued } from "../../record/queue.js";
import type { QueueItem } from "./read-queue.js";

type State = "satisfied" | "waiting" | "never";
type Type = JobQueued["dependencies"][number]["type"];

/**
 * Finds a job, with its end where it has one: the waiting job's owner's own, or that of the user who is named; `unknown`
 * where it cannot be told whether there is one.
 */
export type Find = (job: string, of: string | undefined) => QueueItem | undefined | "unknown";

/** The state of all of a job's dependencies together, and the jobs that make it so. */
export function dependencyState({ dependencies }: JobQueued, find: Find): { state: State; jobs: string[] } {
  const waiting: string[] = [];
  for (const { type, jobs, of } of dependencies) {
    for (const job of jobs) {
      const state = stateOf(type, find(job, of?.[job]));
      if (state === "never") return { state, jobs: [job] };
      if (state === "waiting") waiting.push(job);
    }
  }
  return { state: waiting.length > 0 ? "waiting" : "satisfied", jobs: waiting };
}

/** A job that is not in the queue any more has ended, but nobody can say how. A job that was put back has started once. */
function stateOf(type: Type, item: ReturnType<Find>): State {
  if (item === "unknown") return "waiting";
  if (item === undefined) return type === "after" || type === "afterany" ? "satisfied" : "never";
  const { started, ended, over, restarts } = item;
  if (type === "after") return started || over || restarts > 0 ? "satisfied" : "waiting";
  if (!over) return "waiting";
  if (type === "afterany") return "satisfied";
  // How it ended cannot be read now; it may be later.
  if (!ended) return "waiting";
  return (ended.verdict === "completed") === (type === "afterok") ? "satisfied" : "never";
}
