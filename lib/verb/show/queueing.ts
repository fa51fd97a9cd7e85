// The scheduler's queue as records: what runs where, what comes next, and what each job waits for.
import type { Context } from "../../command/context.js";
import type { ArrayElement } from "../../record/array.js";
import { fault, isFault } from "../../record/fault.js";
import type { Job } from "../../record/records.js";
import { isRunId } from "../../record/run-id.js";
import { readArray, readIndex } from "../../registry/arrays.js";
import { userDirectory } from "../../registry/layout.js";
import type { Registry } from "../../registry/open.js";
import { ownerOfUser } from "../../registry/owners.js";
import { list } from "../../registry/read.js";
import type { QueueRow, Scheduler } from "../../scheduler/scheduler.js";

export interface Asked {
  me: boolean;
  user: string[];
  running: boolean;
  start: boolean;
  limit: number | undefined;
}

/** Everybody's jobs that are asked for, in the scheduler's order, or by their expected start. */
export async function* listQueue(asked: Asked, context: Context): AsyncGenerator<Job> {
  const registry = await context.registry();
  const scheduler = await context.scheduler();
  if (!scheduler.everybody)
    throw fault("unavailable", `cannot show the queue: the scheduler '${scheduler.kind}' does not tell of it`);
  const users = new Set([...asked.user, ...(asked.me ? [registry.user] : [])]);
  const entries = (await scheduler.everybody()).filter(({ user, view }) => {
    const wanted = users.size === 0 || users.has(user);
    if (asked.running) return wanted && view.phase !== "pending";
    return wanted && (!asked.start || view.phase === "pending");
  });
  if (asked.start) entries.sort(byExpectedStart);
  if (entries.length === 0 && context.terminal.out) context.say(nothing(asked));
  for (const entry of entries.slice(0, asked.limit)) {
    if (context.signal.aborted) return;
    yield jobOf(ofElement(entry, registry), scheduler, registry.id, context.now);
  }
}

/** The job of an element speaks of its array: the index tells of which run it is. Of those that wait together it is none. */
function ofElement(entry: QueueRow, registry: Registry): QueueRow {
  const { run: id, user, view } = entry;
  if (id === undefined || entry.registry !== registry.id) return entry;
  const { run: _, ...rest } = entry;
  const [, index] = /^\d+_(\d+)$/.exec(view.job) ?? [];
  try {
    const elements = elementsOf(registry, user, id);
    const run = index === undefined ? undefined : elements?.[Number(index)]?.run;
    return elements ? { ...rest, ...(run === undefined ? {} : { run }) } : entry;
  } catch (error) {
    if (!isFault(error)) throw error;
    return rest;
  }
}

const indices = new Map<string, ArrayElement[] | undefined>();

/** The elements of an array, or undefined where there is none: then it is a run's id. */
function elementsOf(registry: Registry, user: string, id: string): ArrayElement[] | undefined {
  if (indices.has(id)) return indices.get(id);
  const directory = userDirectory(registry.base, "arrays", user);
  const owner = list(directory).includes(id) ? ownerOfUser(registry, directory, user) : undefined;
  const array = owner === undefined ? undefined : readArray(registry, user, id, owner);
  const elements = array && readIndex(array);
  indices.set(id, elements);
  return elements;
}

function nothing({ me, user, running, start }: Asked): string {
  const whose = me || user.length > 0 ? ` of ${[...user, ...(me ? ["yours"] : [])].join(", ")}` : "";
  return `nothing${whose} ${running ? "runs" : start ? "waits" : "waits or runs"}`;
}

function byExpectedStart(a: QueueRow, b: QueueRow): number {
  // What has none comes last; times of one form sort as text.
  const [one, other] = [a, b].map(({ view }) => view.expected_start_at ?? "~") as [string, string];
  return one < other ? -1 : one > other ? 1 : 0;
}

/** One entry as a record. What waits, and what does not simply run, says why. */
function jobOf(entry: QueueRow, { explain }: Scheduler, registry: string, now: number): Job {
  const { view, user, job_name: name, run, registry: of, ...more } = entry;
  const { job, phase, nodes, reason, restarts, submitted_at, started_at, expected_start_at } = view;
  const waits = Array.isArray(view["waits_for"]) ? { waits_for: view["waits_for"] } : {};
  const known = {
    name,
    run: of === registry && run !== undefined && isRunId(run) ? run : undefined,
    state: phase === "ended" ? "unknown" : phase,
    ...more,
    nodes,
    restarts: restarts || undefined,
    submitted_at,
    started_at,
    expected_start_at,
    waited_s: waited(submitted_at, started_at, now),
    reason,
    ...(phase === "running" && reason === undefined ? {} : explain(view)),
    ...waits,
  };
  const told = Object.entries(known).filter(([, value]) => value !== undefined);
  return { type: "job", v: 1, id: job, user, ...Object.fromEntries(told) } as Job;
}

function waited(submitted: string | undefined, started: string | undefined, now: number): number | undefined {
  if (submitted === undefined) return undefined;
  const until = started === undefined ? now : Date.parse(started);
  return Math.max(0, Math.round((until - Date.parse(submitted)) / 1000));
}
