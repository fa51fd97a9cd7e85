// Whose the jobs are that a job depends on.
import { fault, isFault } from "../../record/fault.js";
import type { JobQueued } from "../../record/queue.js";
import type { SubmitRequest } from "../scheduler.js";
import type { OtherQueue, QueueStore } from "./store.js";

/**
 * The dependencies of a request, each job with its owner where that is somebody else. Throws refused for a job that is in
 * no queue that can be read, or in several of others.
 */
export function located({ dependencies }: SubmitRequest, store: QueueStore): JobQueued["dependencies"] {
  if (dependencies.length === 0) return [];
  const known = store.jobs();
  return dependencies.map(({ type, jobs }) => {
    const of: Record<string, string> = {};
    for (const job of jobs) {
      if (known.get(job)?.has("queued")) continue;
      const owners = store.others().filter((other) => hasJob(other, job));
      const [owner] = owners;
      if (owner && owners.length === 1) of[job] = owner.user;
      else throw fault("refused", `cannot queue it: it depends on ${job}, which is ${whose(owners)}`);
    }
    return { type, jobs, ...(Object.keys(of).length > 0 ? { of } : {}) };
  });
}

function whose(owners: OtherQueue[]): string {
  if (owners.length === 0) return "in no queue that you can read";
  return `a job of each of ${owners.map(({ user }) => user).join(", ")}`;
}

function hasJob(other: OtherQueue, job: string): boolean {
  try {
    return other.jobs().get(job)?.has("queued") === true;
  } catch (error) {
    if (isFault(error) && error.code === "noperm") return false;
    throw error;
  }
}
