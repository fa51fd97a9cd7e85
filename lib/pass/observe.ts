// What the caller can see of the job of another run, whoever's it is.

import { endSeen } from "../record/absence.js";
import type { LeaderFact } from "../record/facts.js";
import { jobOf } from "../record/state.js";
import { timestamp } from "../record/units.js";
import type { RunOnDisk } from "../registry/facts.js";
import type { Registry } from "../registry/open.js";
import type { Scheduler } from "../scheduler/scheduler.js";
import { foundJobs, soughtFor } from "./lost-parts.js";
import { ownView, queryOf } from "./own-job.js";

/**
 * What is seen now of the job of a leader that has no outcome. Absence is a fact only where the job could have been seen;
 * else undefined, and so where there is nothing to ask. Throws `unavailable`.
 */
export async function observe(
  leader: RunOnDisk,
  { run, before }: { run: string; before: LeaderFact | undefined },
  { registry, scheduler, now }: { registry: Registry; scheduler: Scheduler; now: number },
): Promise<LeaderFact | undefined> {
  if (leader.facts.outcome) return undefined;
  const job = jobOf(leader.facts);
  if (job !== undefined && job.startsWith("local-") !== (scheduler.kind === "local")) return undefined;
  const observed_at = timestamp(now);
  const fact = { type: "leader", v: 1, run, leader: leader.run.id, observed_at } as const;
  const view =
    job === undefined ? await found(leader, registry, scheduler) : await viewOf(leader, job, registry, scheduler);
  if (view) return { ...fact, job: view, ...endSeen(before, view, observed_at) };
  const mine = leader.run.user === registry.user;
  if (!mine && scheduler.seesOthers && !(await scheduler.seesOthers())) return undefined;
  const { job: last, ended_seen_at } = before ?? {};
  const kept = { ...(last ? { job: last } : {}), ...(ended_seen_at === undefined ? {} : { ended_seen_at }) };
  return { ...fact, ...kept, absent_since: before?.absent_since ?? observed_at };
}

async function viewOf(leader: RunOnDisk, job: string, registry: Registry, scheduler: Scheduler) {
  const query = queryOf(leader, job, registry.id);
  const queued = ownView(await scheduler.jobs([job]), query);
  return queued ?? (await scheduler.accounting([query]))?.get(job);
}

/** A submission that nobody wrote down: it may have been heard all the same. */
async function found(leader: RunOnDisk, registry: Registry, scheduler: Scheduler) {
  const sought = { ...soughtFor(leader, registry), since: Date.parse(leader.run.planned_at), user: leader.run.user };
  return foundJobs(await scheduler.find(registry.id, [sought]), registry)(leader);
}
