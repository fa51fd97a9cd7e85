// Whether what a job waits for has come, or can come no more. Slurm's four words with Slurm's meaning.
import type { JobQueued } from "../../record/queue.js";
import type { Queue, QueueItem } from "./read-queue.js";

type State = "satisfied" | "waiting" | "never";
type Type = JobQueued["dependencies"][number]["type"];

/** The state of all of a job's dependencies together, and the jobs that make it so. */
export function dependencyState({ dependencies }: JobQueued, queue: Queue): { state: State; jobs: string[] } {
  const waiting: string[] = [];
  for (const { type, jobs } of dependencies) {
    for (const job of jobs) {
      const state = stateOf(type, queue.get(job));
      if (state === "never") return { state, jobs: [job] };
      if (state === "waiting") waiting.push(job);
    }
  }
  return { state: waiting.length > 0 ? "waiting" : "satisfied", jobs: waiting };
}

/** A job that is not in the queue any more has ended, but nobody can say how. */
function stateOf(type: Type, item: QueueItem | undefined): State {
  if (item === undefined) return type === "after" || type === "afterany" ? "satisfied" : "never";
  const { started, ended } = item;
  if (type === "after") return started || ended ? "satisfied" : "waiting";
  if (!ended) return "waiting";
  if (type === "afterany") return "satisfied";
  return (ended.verdict === "completed") === (type === "afterok") ? "satisfied" : "never";
}
