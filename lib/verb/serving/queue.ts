// The queue as the page shows it: the scheduler is asked for all who look, and not more often than every 15 seconds.
import type { Job } from "../../record/records.js";
import { timestamp } from "../../record/units.js";
import { type QueueGroup, queueApi } from "../../serve/api/queue.js";
import { listQueue } from "../show/queueing.js";
import { type Answering, answering } from "./answering.js";
import { atMostEvery } from "./at-most-every.js";

const askedEvery_ms = 15_000;

export const queue: Answering = (served) => {
  const ask = atMostEvery(askedEvery_ms, async () => {
    const asked = { me: false, user: [], running: false, start: false, limit: undefined };
    const now = Date.now();
    const jobs: Job[] = [];
    for await (const job of listQueue(asked, { ...served.context, now })) jobs.push(job);
    return { jobs, now };
  });
  return answering(queueApi, async (_, { user, partition }, { context, registry }) => {
    const { kind } = await context.scheduler();
    const { jobs: all, now } = await ask();
    const users = user?.map((one) => (one === "me" ? registry.user : one));
    const ofUser = (job: Job) => !users || users.includes(job.user);
    const ofPartition = (job: Job) => !partition || partition.includes(job.partition ?? noPartition);
    const jobs = all.filter((job) => ofUser(job) && ofPartition(job));
    return {
      jobs,
      partitions: groupsOf(all.filter(ofUser), (job) => job.partition ?? noPartition),
      users: groupsOf(all.filter(ofPartition), (job) => job.user),
      reasons: reasonsOf(jobs),
      ...{ kind, me: registry.user, as_of: timestamp(now) },
    };
  })(served);
};

/** The local scheduler has none. */
const noPartition = "this machine";

/** Jobs by something of them, those first who have most. */
export function groupsOf(jobs: readonly Job[], of: (job: Job) => string): QueueGroup[] {
  const groups = new Map<string, QueueGroup>();
  for (const job of jobs) {
    const name = of(job);
    const none = () => ({ jobs: 0, cpus: 0, gpus: 0 });
    const group = groups.get(name) ?? { name, running: none(), pending: none() };
    groups.set(name, group);
    const waits = job.state === "pending";
    const amounts = waits ? group.pending : group.running;
    amounts.jobs += 1;
    amounts.cpus += job.cpus ?? 0;
    amounts.gpus += job.gpus ?? 0;
    if (waits && (job.waited_s ?? 0) > (group.longest_wait_s ?? -1)) group.longest_wait_s = job.waited_s ?? 0;
    const { expected_start_at: start } = job;
    if (start !== undefined && (group.next_start_at === undefined || start < group.next_start_at))
      group.next_start_at = start;
  }
  const size = ({ running, pending }: QueueGroup) => running.jobs + pending.jobs;
  return [...groups.values()].sort((a, b) => size(b) - size(a) || (a.name < b.name ? -1 : 1));
}

function reasonsOf(jobs: readonly Job[]): { reason: string; message?: string; count: number }[] {
  const reasons = new Map<string, { reason: string; message?: string; count: number }>();
  for (const { state, reason = "unknown", message } of jobs) {
    if (state !== "pending") continue;
    const known = reasons.get(reason) ?? { reason, ...(message === undefined ? {} : { message }), count: 0 };
    known.count += 1;
    reasons.set(reason, known);
  }
  return [...reasons.values()].sort((a, b) => b.count - a.count);
}
