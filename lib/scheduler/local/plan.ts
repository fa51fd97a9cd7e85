// Which waiting jobs of everybody's start now, and what the others wait for. Pure: worker and readers of the queue agree by it.
import type { JobQueued } from "../../record/queue.js";
import { type Capacity, impossible } from "./capacity.js";
import { dependencyState, type Find } from "./dependencies.js";
import { type Arrangement, arrange, type Candidate } from "./order.js";
import type { QueueItem } from "./read-queue.js";
import type { Household, World } from "./world.js";

export type WaitReason =
  | "Cancelling"
  | "JobHeldUser"
  | "Dependency"
  | "Resources"
  | "Priority"
  | "OtherHost"
  | "NoWorker"
  | "WorkerStopped"
  | "BadConstraints"
  | "JobArrayTaskLimit"
  | "SweepLimit";

export interface Wait {
  reason: WaitReason;
  /** Jobs, resources, a host. */
  for: string[];
}

export interface Plan extends Omit<Arrangement, "waiting"> {
  waiting: Map<QueueItem, Wait>;
  /** Jobs whose dependencies can never be satisfied any more, with the first one that cannot. */
  never: Map<QueueItem, string>;
}

/**
 * The plan for this host. Those take part whose worker is there to start their jobs, and who are not `absent` although it
 * is; all others wait for that.
 */
export function plan(world: World, capacity: Capacity, absent: ReadonlySet<number> = new Set()): Plan {
  const waiting: Plan["waiting"] = new Map();
  const never: Plan["never"] = new Map();
  const candidates: Candidate[] = [];
  for (const household of world.households) {
    const find = finderFor(household, world);
    for (const item of household.queue.values()) {
      const { queued, started, over, unreadable } = item;
      if (!queued || started || over || unreadable) continue;
      const wait =
        waitOf(item, queued, world, find, never) ?? attendance(household, absent) ?? misfit(queued, capacity);
      if (wait) waiting.set(item, wait);
      else candidates.push({ uid: household.uid, item, queued });
    }
  }
  const arranged = arrange(candidates, world.taken, capacity);
  for (const [item, wait] of arranged.waiting) waiting.set(item, wait);
  return { ...arranged, waiting, never };
}

/** Dependencies are on one's own jobs, save where another user is named. */
function finderFor(household: Household, { households }: World): Find {
  return (job, of) => {
    if (of === undefined || of === household.user) return household.find(job);
    const other = households.find(({ user }) => user === of);
    return other ? other.find(job) : "unknown";
  };
}

/** What a job waits for beside its turn. */
function waitOf(
  item: QueueItem,
  queued: JobQueued,
  { here: { host } }: World,
  find: Find,
  never: Plan["never"],
): Wait | undefined {
  if (queued.host !== undefined && queued.host !== host)
    return item.held && !item.cancel ? heldByOwner : { reason: "OtherHost", for: [queued.host] };
  if (item.cancel) return { reason: "Cancelling", for: [] };
  const { state, jobs } = dependencyState(queued, find);
  if (state === "never") never.set(item, jobs[0] ?? "");
  else if (item.held) return heldByOwner;
  if (state === "satisfied") return undefined;
  return { reason: "Dependency", for: jobs };
}

const heldByOwner: Wait = { reason: "JobHeldUser", for: [] };

function attendance({ uid, user, worker }: Household, absent: ReadonlySet<number>): Wait | undefined {
  if (worker === "gone") return { reason: "NoWorker", for: [user] };
  return worker === "stopped" || absent.has(uid) ? { reason: "WorkerStopped", for: [user] } : undefined;
}

/** A job that no longer fits, or was queued by other settings, holds up nobody. */
function misfit({ resources }: JobQueued, capacity: Capacity): Wait | undefined {
  const why = impossible(resources, capacity);
  return why === undefined ? undefined : { reason: "BadConstraints", for: [why] };
}
