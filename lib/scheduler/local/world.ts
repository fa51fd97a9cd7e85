// What there is on this host at one moment: everybody's queues, whose workers are there, and what running jobs take.
import { isFault } from "../../record/fault.js";
import type { Lease } from "../../record/queue.js";
import { type Capacity, demandOf } from "./capacity.js";
import { type Here, isHere } from "./here.js";
import { sessionRemains, standingOf } from "./processes.js";
import { type Queue, type QueueItem, readQueue } from "./read-queue.js";
import type { Entry, HostLog, OtherQueue, QueueStore, ReadableQueue } from "./store.js";

export type Standing = "running" | "stopped" | "gone";

/** One user's part. */
export interface Household {
  user: string;
  uid: number;
  mine: boolean;
  worker: Standing;
  /** The token of its lease. */
  token?: string;
  queue: Queue;
  /** A job of this queue with the facts that a dependency asks for; `unknown` while the queue cannot be read. */
  find(job: string): QueueItem | undefined | "unknown";
}

/** What a job takes while it is there. */
export interface Taken {
  uid: number;
  job: string;
  /** The sweep that it is a point of. */
  sweep?: string;
  demand: Capacity;
  /** Indices. */
  gpus: number[];
}

export interface World {
  here: Here;
  /** The caller's own first. */
  households: Household[];
  taken: Taken[];
  log: HostLog;
}

export interface Looker {
  /** The caller's own queue, as it is now. */
  own(): Queue;
  /** Everything: what there is of others' now, and the caller's own queue as it was looked at last. `worker` says how her worker is. */
  world(worker: Standing): World;
}

/** Looks again and again, reading no fact twice. What is wrong with a file, whosever it is, is reported and left out. */
export function makeLooker(store: QueueStore, here: Here, report: (message: string) => void): Looker {
  const reservations = store.reservations(here.host);
  let own: Queue = new Map();
  let before = new Map<string, Queue>();

  function readOwn(): Queue {
    own = readQueue(store, report, { before: own });
    return own;
  }

  function world(worker: Standing): World {
    const mine = { user: store.user, uid: store.uid, mine: true, worker, queue: own, find: finder(store, own) };
    const others = store.others().map((other) => householdOf(other));
    before = new Map(others.map(({ user, queue }) => [user, queue]));
    const log = reservations.read(report);
    const households = [mine, ...others];
    return { here, households, log, taken: takenOf(households, log.entries, here) };
  }

  function householdOf(other: OtherQueue): Household {
    const known = before.get(other.user);
    const reading = { open: true, ...(known ? { before: known } : {}) };
    const read = readable(undefined, () => readQueue(other, report, reading));
    const queue: Queue = read ?? new Map();
    const lease = readable(undefined, () => other.lease(here.host));
    const { user, uid } = other;
    const worker = { worker: workerOf(lease, here), ...(lease ? { token: lease.token } : {}) };
    return { user, uid, mine: false, ...worker, queue, find: read ? finder(other, queue) : () => "unknown" };
  }

  /** Whoever keeps a queue to herself takes no part; that is no trouble of ours. */
  function readable<T>(otherwise: T, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!isFault(error)) throw error;
      if (error.code !== "noperm") report(error.message);
      return otherwise;
    }
  }

  function finder(queue: ReadableQueue, items: Queue): Household["find"] {
    return (job) => {
      const item = items.get(job);
      if (item?.over && !item.ended) {
        const ended = readable(undefined, () => queue.read(job, "ended"));
        if (ended) item.ended = ended;
      }
      return item;
    };
  }

  return { own: readOwn, world };
}

/** How the process that holds a lease of this host is. */
export function workerOf(lease: Lease | undefined, { boot }: Here): Standing {
  return lease?.boot === boot ? standingOf(lease) : "gone";
}

/** Whether what an entry is for is still there: not ended, of this boot, and with a process left. */
export function isAlive({ ended, reservation }: Entry, { boot }: Here): boolean {
  return !ended && reservation.boot === boot && sessionRemains(reservation);
}

/**
 * What is taken now. One's own jobs take it until their end is written down, with or without an entry; all that is known of
 * others' are their entries, and of which sweep they are.
 */
function takenOf(households: Household[], entries: Entry[], here: Here): Taken[] {
  const taken: Taken[] = [];
  const mine = households.find((household) => household.mine);
  for (const item of mine?.queue.values() ?? []) {
    if (!mine || item.over || !item.queued || !item.started || !isHere(item, here)) continue;
    const demand = demandOf(item.queued.resources);
    taken.push({ uid: mine.uid, job: item.job, ...sweepOf(item), demand, gpus: item.started.gpus });
  }
  const counted = new Set(taken.map(({ job }) => job));
  for (const entry of entries) {
    const { uid, job, gpus, cpus, mem_bytes } = entry.reservation;
    if ((uid === mine?.uid && counted.has(job)) || !isAlive(entry, here)) continue;
    const item = households.find((household) => household.uid === uid)?.queue.get(job);
    taken.push({ uid, job, ...sweepOf(item), demand: { cpus, gpus: gpus.length, mem_bytes }, gpus });
  }
  return taken;
}

function sweepOf(item: QueueItem | undefined): Pick<Taken, "sweep"> {
  return item?.queued?.sweep ? { sweep: item.queued.sweep.id } : {};
}
