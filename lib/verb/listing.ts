// Which runs a list shows, and in which order. Reads the markers, then each run that may qualify; never walks runs/.

import type { Context } from "../command/context.js";
import { at } from "../command/table.js";
import { type Fault, fault, isFault } from "../record/fault.js";
import { like } from "../record/like.js";
import { nearest } from "../record/names.js";
import type { Status } from "../record/records.js";
import { timeOfRunId } from "../record/run-id.js";
import { states } from "../record/state.js";
import type { RunOnDisk } from "../registry/facts.js";
import { metricsOf } from "../registry/metrics.js";
import { marked, openRun, usersWith } from "../registry/runs.js";
import type { Where } from "../where/where.js";
import { withLastError } from "./last-error.js";
import { graces, statusOf } from "./runs.js";

export interface Filter {
  /** As every command has it: what the table is asked to show, which may be more than a status has. */
  columns?: string;
  state: string[];
  mode: string[];
  name: string | undefined;
  user: string[];
  all: boolean;
  tag: string[];
  group: string | undefined;
  since: number | undefined;
  until: number | undefined;
  recent: number | undefined;
  where: string[];
  note: string | undefined;
  sort: string | undefined;
  /** Only what is older than this run: where the page before it ended. */
  before?: string | undefined;
  /** Whether all are counted, of which a table shows the first. */
  summary?: boolean;
  limit: number | undefined;
}

const words: Record<string, readonly string[]> = {
  active: ["planned", "blocked", "submitted", "queued", "running", "exited", "unknown"],
  ended: ["succeeded", "failed", "cancelled", "lost"],
};

const ended = new Set(words["ended"]);

/** The statuses of the runs that pass the filter, newest first unless asked otherwise. */
export async function* listRuns(filter: Filter, context: Context): AsyncGenerator<Status> {
  const registry = await context.registry();
  const limits = await graces(context);
  const where = await whereOf(filter, context);
  const accepts = accepting(filter, where);
  const untrusted = (error: Fault) => context.report(undefined, error);
  for (const user of filter.user) {
    const others = user === registry.user ? [] : usersWith(registry, "runs", untrusted);
    if (user === registry.user || others.includes(user)) continue;
    const near = nearest(user, others);
    throw fault("noinput", `no user '${user}' has runs here`, { hint: near ? `did you mean ${near}?` : undefined });
  }
  const users = filter.all
    ? usersWith(registry, "loose", untrusted)
    : filter.user.length > 0
      ? filter.user
      : [registry.user];
  const ids = users
    .flatMap((user) => marked(registry, "loose", user).map((id) => ({ user, id })))
    .filter(({ id }) => inTime(id, filter));
  ids.sort((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0));
  const limit = filter.limit ?? (context.terminal.out && !filter.summary ? 50 : Number.POSITIVE_INFINITY);
  const columns = filter.columns?.split(",").map((key) => key.trim()) ?? [];
  const kept: { status: Status; field: Field }[] = [];
  let count = 0;
  for (const { user, id } of ids) {
    if (context.signal.aborted || (filter.sort === undefined && count >= limit)) return;
    const disk = opened(context, () => openRun(registry, user, id), id);
    if (!disk) continue;
    const status = statusOf(disk, context.now, limits);
    const field = fieldsOf(status, disk);
    if (!accepts(status, disk)) continue;
    count += 1;
    // A summary is for a person, who wants to know why something failed.
    const told = filter.summary ? withLastError(status, disk) : status;
    if (filter.sort === undefined) yield withColumns(told, columns, field);
    else kept.push({ status: told, field });
  }
  if (count === 0 && context.terminal.out && !filter.summary) context.say("no runs");
  if (count === 0) for (const what of where?.missed() ?? []) context.say(what);
  for (const { status, field } of sorted(kept, filter.sort ?? "").slice(0, limit))
    yield withColumns(status, columns, field);
}

type Field = (key: string) => unknown;

/** What is so now, before what was so when it was planned; `metrics.loss` is the last value of that metric. */
function fieldsOf(status: Status, disk: RunOnDisk): Field {
  const read = withMetrics(disk);
  return (key) => {
    const value = at(status, key) ?? at(disk.run, key);
    if (value !== undefined || !key.startsWith("metrics.")) return value;
    return read.metrics[key.slice("metrics.".length)];
  };
}

/** The last values of a run's metrics, read when somebody asks. */
function withMetrics(disk: RunOnDisk): { readonly metrics: Record<string, unknown> } {
  let metrics: Record<string, unknown> | undefined;
  return {
    get metrics() {
      metrics ??= Object.fromEntries(metricsOf(disk, () => {}).map(({ name, value }) => [name, value]));
      return metrics;
    },
  };
}

/** The status with the fields of the run that a table of these columns shows besides. */
function withColumns(status: Status, columns: readonly string[], field: Field): Status {
  const more = columns.filter((key) => at(status, key) === undefined && field(key) !== undefined);
  return { ...status, ...Object.fromEntries(more.map((key) => [key, field(key)])) };
}

function opened(context: Context, open: () => RunOnDisk | undefined, id: string): RunOnDisk | undefined {
  try {
    const disk = open();
    for (const problem of disk?.problems ?? []) context.report(id, fault("dataerr", problem));
    return disk;
  } catch (error) {
    if (!isFault(error)) throw error;
    context.report(id, error);
    return undefined;
  }
}

function inTime(id: string, { since, until, before }: Filter): boolean {
  if (before !== undefined && id >= before) return false;
  const planned = timeOfRunId(id) ?? 0;
  return (since === undefined || planned >= since - 999) && (until === undefined || planned < until);
}

async function whereOf({ where }: Filter, { now }: Context): Promise<Where | undefined> {
  if (where.length === 0) return undefined;
  const { whereIn } = await import("./where-in.js");
  return whereIn("runs", where, now);
}

function accepting(filter: Filter, where: Where | undefined): (status: Status, disk: RunOnDisk) => boolean {
  const wanted = new Set(filter.state.flatMap((word) => words[word] ?? [stateWord(word)]));
  const name = filter.name === undefined ? undefined : like(filter.name);
  return (status, disk) =>
    (wanted.size === 0 || wanted.has(status.state)) &&
    (filter.mode.length === 0 || filter.mode.includes(status.mode ?? "")) &&
    (name === undefined || name(status.name)) &&
    filter.tag.every((tag) => disk.run.tags.includes(tag)) &&
    (filter.group === undefined || disk.run.group === filter.group) &&
    (filter.recent === undefined ||
      !ended.has(status.state) ||
      Date.parse(status.ended_at ?? status.planned_at) >= filter.recent) &&
    (where === undefined || where.passes(status, disk.run, withMetrics(disk))) &&
    (filter.note === undefined ||
      JSON.stringify(disk.run.narrative ?? {})
        .toLowerCase()
        .includes(filter.note.toLowerCase()));
}

function stateWord(word: string): string {
  if ((states as readonly string[]).includes(word)) return word;
  throw fault("usage", `no state '${word}'`, { hint: `one of ${[...states, ...Object.keys(words)].join(", ")}` });
}

function sorted<T extends { field: Field }>(rows: T[], sort: string): T[] {
  const [key, sign] = sort.startsWith("-") ? [sort.slice(1), -1] : [sort, 1];
  const order = (a: unknown, b: unknown) =>
    a === b ? 0 : a === undefined ? 1 : b === undefined ? -1 : (a as string) < (b as string) ? -sign : sign;
  return rows.sort((a, b) => order(a.field(key), b.field(key)));
}
