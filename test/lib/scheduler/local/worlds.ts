// Worlds for the pure parts of the local scheduler: users, their jobs, and what is taken.
import type { JobEnded, JobQueued, JobStarted } from "../../../../lib/record/queue.js";
import { demandOf } from "../../../../lib/scheduler/local/capacity.js";
import type { QueueItem } from "../../../../lib/scheduler/local/read-queue.js";
import type { Household, Taken, World } from "../../../../lib/scheduler/local/world.js";

export const here = { host: "here", boot: "b" };
export const at = (n: number) => new Date(n * 1000).toISOString();

export function queued(n: number, more: Partial<JobQueued> = {}): JobQueued {
  const job = `local-${String(n).padStart(6, "0")}-1`;
  const run = `20260101-000000-${String(n).padStart(6, "0")}`;
  const place = { script: "/s", run_dir: "/r", host: "here", env: {} };
  return {
    type: "job-queued",
    v: 1,
    job,
    run,
    submission: 1,
    registry: "r",
    job_name: "j",
    ...place,
    resources: {},
    dependencies: [],
    priority: 5,
    at: at(n),
    ...more,
  };
}

export function started({ job }: JobQueued, gpus: number[], where = here): JobStarted {
  return { type: "job-started", v: 1, job, ...where, pid: 1, pid_start: "1", token: "t", gpus, at: at(0) };
}

export function ended({ job, run }: JobQueued, verdict: JobEnded["verdict"] = "completed"): JobEnded {
  return { type: "job-ended", v: 1, job, run, registry: "r", verdict, submitted_at: at(0), at: at(1) };
}

/** An item of a queue; one with an end is over. */
export function item(facts: Partial<QueueItem>): QueueItem {
  const job = facts.job ?? facts.queued?.job ?? "";
  return { job, restarts: 0, ...(facts.ended ? { over: true } : {}), ...facts };
}

export function household(uid: number, items: QueueItem[], more: Partial<Household> = {}): Household {
  const queue = new Map(items.map((one) => [one.job, one]));
  const find = (job: string) => queue.get(job);
  return { user: `user${uid}`, uid, mine: uid === 1, worker: "running", queue, find, ...more };
}

/** A world of these users; what their jobs that run here take is taken. */
export function world(...households: Household[]): World {
  const taken: Taken[] = households.flatMap(({ uid, queue }) =>
    [...queue.values()].flatMap(({ job, queued: one, started: begun, over }) => {
      if (!one || !begun || over || (begun.host !== here.host && begun.boot !== here.boot)) return [];
      const sweep = one.sweep ? { sweep: one.sweep.id } : {};
      return [{ uid, job, ...sweep, demand: demandOf(one.resources), gpus: begun.gpus }];
    }),
  );
  return { here, households, taken, log: { entries: [], next: 1 } };
}
