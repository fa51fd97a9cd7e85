// The queue of this host as everybody sees it: what runs where, and who comes next.
import type { QueueRow } from "../scheduler.js";
import type { Capacity } from "./capacity.js";
import { type Dependent, forecast, type Running } from "./forecast.js";
import { isHere } from "./here.js";
import type { Plan } from "./plan.js";
import { ageOf, sessionRemains } from "./processes.js";
import type { QueueItem } from "./read-queue.js";
import { viewOf } from "./view.js";
import { type Household, isAlive, type Taken, type World } from "./world.js";

/** The rows of the jobs that run, then of those that wait in their common order, then of the others. */
export function wholeQueue(world: World, planned: Plan, capacity: Capacity, now: number): QueueRow[] {
  const runs: QueueRow[] = [];
  const waits: QueueRow[] = [];
  const left = new Map<string, number>();
  const starts = (): Map<QueueItem, number> => forecastOf(world, planned, capacity, left, now);
  const position = new Map(planned.order.map(({ item }, index) => [item, index + 1]));
  const shown = world.households.flatMap((household) =>
    ofThisHost(household, world).map((item) => ({ household, item })),
  );
  for (const { household, item } of shown.filter(({ item }) => item.started)) {
    const row = runningRow(household, item, planned);
    if (row.left_s !== undefined) left.set(`${household.uid} ${item.job}`, row.left_s);
    runs.push(row);
  }
  for (const row of unreadableRows(world, shown)) runs.push(row);
  const expected = starts();
  for (const { household, item } of shown.filter(({ item }) => !item.started)) {
    const row = rowOf(household, item, planned);
    const place = position.get(item);
    const start = expected.get(item);
    if (place !== undefined) row.position = place;
    if (start !== undefined) row.view.expected_start_at = new Date(start).toISOString();
    waits.push(row);
  }
  runs.sort((a, b) => ((a.view.started_at ?? "") < (b.view.started_at ?? "") ? -1 : 1));
  waits.sort((a, b) => (a.position ?? Infinity) - (b.position ?? Infinity));
  return [...runs, ...waits];
}

/** The caller's own jobs for other hosts are hers to see too. */
function ofThisHost({ mine, queue }: Household, { here }: World): QueueItem[] {
  return [...queue.values()].filter((item) => {
    if (item.over) return false;
    return mine || (item.started ? isHere(item, here) : (item.queued?.host ?? here.host) === here.host);
  });
}

function rowOf({ user }: Household, item: QueueItem, planned: Plan): QueueRow {
  const { queued } = item;
  const row: QueueRow = { view: viewOf(item, planned), user };
  if (!queued) return row;
  const { job_name, run, registry, priority, resources } = queued;
  const { cpus = 1, gpus = 0, mem_bytes } = resources;
  return { ...row, job_name, run, registry, priority, cpus, gpus, ...(mem_bytes === undefined ? {} : { mem_bytes }) };
}

function runningRow(household: Household, item: QueueItem, planned: Plan): QueueRow {
  const row = rowOf(household, item, planned);
  const { started, queued } = item;
  if (!started) return row;
  if (household.worker === "gone" && !sessionRemains(started))
    row.view = { ...row.view, phase: "completing", reason: "Unheard", waits_for: [household.user] };
  const elapsed_s = Math.round(ageOf(started));
  const limit = queued?.resources.time_s;
  return {
    ...row,
    gpu_indices: started.gpus,
    elapsed_s,
    ...(limit === undefined ? {} : { left_s: Math.max(0, limit - elapsed_s) }),
  };
}

/** What runs out of queues that may not be read shows in the host's log alone. */
function unreadableRows({ log, here }: World, shown: { household: Household; item: QueueItem }[]): QueueRow[] {
  const known = new Set(shown.map(({ household, item }) => `${household.uid} ${item.job}`));
  return log.entries.flatMap((entry) => {
    const { uid, user, job, gpus, cpus, mem_bytes, host, at } = entry.reservation;
    if (known.has(`${uid} ${job}`) || !isAlive(entry, here)) return [];
    const view = { job, phase: "running", nodes: host, started_at: at, source: "queue" } as const;
    return [
      {
        view,
        user,
        cpus,
        gpus: gpus.length,
        gpu_indices: gpus,
        mem_bytes,
        elapsed_s: Math.round(ageOf(entry.reservation)),
      },
    ];
  });
}

function forecastOf(
  world: World,
  { order, waiting, never }: Plan,
  capacity: Capacity,
  left: Map<string, number>,
  now: number,
): Map<QueueItem, number> {
  const running: Running[] = world.taken.map((taken) => ({ ...taken, ends: endOf(taken, world, left, now) }));
  const dependents: Dependent[] = [];
  for (const { uid, user, queue } of world.households) {
    for (const item of queue.values()) {
      const { queued } = item;
      if (!queued || never.has(item) || waiting.get(item)?.reason !== "Dependency") continue;
      dependents.push({ candidate: { uid, item, queued }, for: waitedFor(item, world, user) });
    }
  }
  return forecast(order, dependents, running, capacity, now);
}

function endOf({ uid, job }: Taken, { log }: World, left: Map<string, number>, now: number): number {
  const known = left.get(`${uid} ${job}`);
  if (known !== undefined) return now + known * 1000;
  const entry = log.entries.findLast(({ reservation }) => reservation.uid === uid && reservation.job === job);
  if (entry?.reservation.time_s === undefined) return Infinity;
  return now + Math.max(0, entry.reservation.time_s - ageOf(entry.reservation)) * 1000;
}

/** What a job still waits for; one that waits for a failure is expected never. */
function waitedFor({ queued }: QueueItem, { households }: World, user: string): Dependent["for"] {
  return (queued?.dependencies ?? []).flatMap(({ type, jobs, of }) =>
    jobs.flatMap((job) => {
      const owner = households.find((household) => household.user === (of?.[job] ?? user));
      const found = owner?.find(job);
      if (!owner || (typeof found === "object" && found.over)) return [];
      return [{ job: type === "afternotok" ? "" : job, uid: owner.uid, start: type === "after" }];
    }),
  );
}
