// Which runs a list shows, and in which order. Reads packs, and opens each loose run that may qualify; never walks runs/.
import type { Context } from "../../command/context.js";
import { at } from "../../command/table.js";
import { type Fault, fault, isFault } from "../../record/fault.js";
import { nearest } from "../../record/names.js";
import type { Status } from "../../record/records.js";
import { lastBeat } from "../../registry/agent.js";
import type { Registry } from "../../registry/open.js";
import { findPipeline } from "../../registry/pipelines.js";
import { type Entry, roll, usersOnRoll } from "../../registry/roll.js";
import { usersWith } from "../../registry/runs.js";
import type { Where } from "../../where/where.js";
import { agentStanding } from "../agent/agent-standing.js";
import { graces } from "../runs.js";
import { withLastError } from "./last-error.js";
import { accepting, type Filter, inTime, plannedBy, rulesOf } from "./listing-filter.js";
import { notesIn } from "./notes-in.js";
import { type Planned, type Row, type Rows, rowOf } from "./rows.js";

export type { Filter } from "./listing-filter.js";

/** The statuses of the runs that pass the filter, newest first unless asked otherwise. */
export async function* listRuns(filter: Filter, context: Context): AsyncGenerator<Status> {
  const registry = await context.registry();
  const limits = await graces(context);
  const where = await whereOf(filter, context);
  const report = (error: Fault) => context.report(undefined, error);
  const accepts = accepting(filter, where, filter.note === undefined ? undefined : await notesIn(registry, report));
  const planned = plannedBy(filter, where);
  const pipeline = filter.pipeline === undefined ? undefined : findPipeline(registry, filter.pipeline);
  const among = pipeline && new Set(pipeline.stages.flatMap(({ runs }) => runs));
  const users = pipeline ? [pipeline.user] : usersOf(filter, registry, report);
  const limit = filter.limit ?? (context.terminal.out && !filter.summary ? 50 : Number.POSITIVE_INFINITY);
  const columns = filter.columns?.split(",").map((key) => key.trim()) ?? [];
  const problem = (id: string, message: string) => context.report(id, fault("dataerr", message));
  const rows: Rows = { registry, now: context.now, limits, problem };
  const kept: Row[] = [];
  let count = 0;
  if (limit < 1) return;
  for (const entry of roll(registry, users, { ...rulesOf(filter), report })) {
    if (context.signal.aborted) return;
    if (among && !among.has(entry.id)) continue;
    const row = inTime(entry.id, filter) ? opened(context, rows, entry, planned) : undefined;
    if (!row || !accepts(row)) continue;
    count += 1;
    // A summary is for a person, who wants to know why something failed.
    if (filter.summary) row.status = withItsError(row);
    if (filter.sort !== undefined) kept.push(row);
    else {
      yield withColumns(row, columns);
      if (count >= limit) break;
    }
  }
  if (count === 0 && context.terminal.out && !filter.summary) context.say("no runs");
  if (count === 0) for (const what of where?.missed() ?? []) context.say(what);
  for (const row of sorted(kept, filter.sort ?? "").slice(0, limit)) yield withColumns(row, columns);
  if (filter.summary) tellOfAgent(registry, context);
}

/** Where an agent is at work, a person hears of it; of one that is in trouble everybody does. */
function tellOfAgent(registry: Registry, context: Context): void {
  const beat = lastBeat(registry);
  // One pass by hand is over, and so is what was stopped: nobody expects more of it.
  if (!beat || (beat.agent.ended_at !== undefined && !beat.agent.due)) return;
  const { ok, message, hint } = agentStanding(beat.agent, Math.max(0, Date.now() - beat.mtime));
  if (!ok || context.terminal.err) context.say(`your agent: ${message}${hint ? ` (${hint})` : ""}`);
}

/** Throws noinput for a user who has no runs. */
function usersOf(filter: Filter, registry: Registry, report: (error: Fault) => void): string[] {
  for (const user of filter.user) {
    const others = user === registry.user ? [] : usersWith(registry, "runs", report);
    if (user === registry.user || others.includes(user)) continue;
    const near = nearest(user, others);
    throw fault("noinput", `no user '${user}' has runs here`, { hint: near ? `did you mean ${near}?` : undefined });
  }
  if (filter.all) return usersOnRoll(registry, report);
  return filter.user.length > 0 ? [...new Set(filter.user)] : [registry.user];
}

function opened(context: Context, rows: Rows, entry: Entry, planned: Planned): Row | undefined {
  try {
    return rowOf(rows, entry, planned);
  } catch (error) {
    if (!isFault(error)) throw error;
    context.report(entry.id, error);
    return undefined;
  }
}

function withItsError({ status, disk }: Row): Status {
  if (status.mode !== "code_error") return status;
  const run = disk();
  return run ? withLastError(status, run) : status;
}

/** The status with the fields of the run that a table of these columns shows besides. */
function withColumns({ status, field }: Row, columns: readonly string[]): Status {
  if (columns.length === 0) return status;
  const more = columns.filter((key) => at(status, key) === undefined && field(key) !== undefined);
  return { ...status, ...Object.fromEntries(more.map((key) => [key, field(key)])) };
}

function sorted(rows: Row[], sort: string): Row[] {
  const [key, sign] = sort.startsWith("-") ? [sort.slice(1), -1] : [sort, 1];
  const order = (a: unknown, b: unknown) =>
    a === b ? 0 : a === undefined ? 1 : b === undefined ? -1 : (a as string) < (b as string) ? -sign : sign;
  return rows.sort((a, b) => order(a.field(key), b.field(key)));
}

async function whereOf({ where }: Filter, { now }: Context): Promise<Where | undefined> {
  if (where.length === 0) return undefined;
  const { whereIn } = await import("./where-in.js");
  return whereIn("runs", where, now);
}
