// How sweeps are doing: the state of each point, and the best of them by a metric.
import type { Context } from "../../command/context.js";
import { fault, isFault } from "../../record/fault.js";
import type { Goal } from "../../record/goal.js";
import type { Sweep, SweepPointRecord, SweepStatus } from "../../record/sweep.js";
import { bestMetric } from "../../registry/last-metrics.js";
import { makerOfRun } from "../../registry/makers.js";
import { roll } from "../../registry/roll.js";
import { usersWith } from "../../registry/runs.js";
import { withReruns } from "../../registry/sweep-reruns.js";
import { findSweep, readSweep, sweepIds } from "../../registry/sweeps.js";
import { graces } from "../runs.js";
import { type Row, type Rows, rowOf } from "../show/rows.js";

type Point = NonNullable<SweepStatus["points"]>[number];

/** The statuses of the sweeps that are named, of one's newest where none is. Throws noinput. */
export async function* sweepStatuses(
  refs: readonly string[],
  goal: Goal | undefined,
  context: Context,
): AsyncGenerator<SweepStatus> {
  const registry = await context.registry();
  for (const ref of refs.length === 0 ? ["@last"] : refs) {
    if (context.signal.aborted) return;
    try {
      yield await statusOfSweep(findSweep(registry, ref), goal, context);
    } catch (error) {
      if (!isFault(error) || refs.length <= 1) throw error;
      context.report(ref, error);
    }
  }
}

/** Sweeps without their points, the newest first: one's own, or everybody's. */
export async function* listedSweeps(all: boolean, context: Context): AsyncGenerator<SweepStatus> {
  const registry = await context.registry();
  const users = all ? usersWith(registry, "sweeps") : [registry.user];
  const places = users.flatMap((user) => sweepIds(registry, user).map((id) => ({ user, id })));
  let count = 0;
  for (const { user, id } of places.sort((a, b) => (a.id < b.id ? 1 : -1))) {
    if (context.signal.aborted || (context.terminal.out && count === 20)) return;
    count += 1;
    try {
      const sweep = readSweep(registry, user, id);
      if (!sweep) continue;
      const { points: _, ...status } = await statusOfSweep(sweep, undefined, context);
      yield status;
    } catch (error) {
      if (!isFault(error)) throw error;
      context.report(id, error);
    }
  }
  if (count === 0 && context.terminal.out) context.say("no sweeps");
}

/** How a sweep is doing. The files of a point's run are read, or its line in a pack. */
export async function statusOfSweep(planned: Sweep, goal: Goal | undefined, context: Context): Promise<SweepStatus> {
  const sweep = withReruns(await context.registry(), planned);
  const { id, name, user, planned_at, of, points: lines = [], aggregate } = sweep;
  const found = await rowsOf(sweep, context);
  const points = lines.map((line) => pointOf(line, found.get(line.run), goal, context, found.rows));
  const counts: Record<string, number> = {};
  for (const { state } of points) counts[state] = (counts[state] ?? 0) + 1;
  const best = goal && bestOf(points, goal);
  const after = aggregate && found.get(aggregate.run)?.status;
  return {
    ...{ type: "sweep-status", v: 1, id, name, user, planned_at, of, counts },
    ...(goal ? { metric: { ...goal } } : {}),
    ...(best ? { best } : {}),
    points,
    ...(aggregate
      ? {
          aggregate: {
            run: aggregate.run,
            state: after?.state ?? "missing",
            ...(after?.message === undefined ? {} : { message: after.message }),
          },
        }
      : {}),
  };
}

/** The runs of a sweep that there are, by their ids. */
export function rowsOf({ user, points = [], aggregate }: Sweep, context: Context): ReturnType<typeof rowsOfRuns> {
  return rowsOfRuns(user, [...points.map(({ run }) => run), ...(aggregate ? [aggregate.run] : [])], context);
}

/** Those of these runs of a user that there are, by their ids: looked for between the first and the last. */
export async function rowsOfRuns(
  user: string,
  wantedIds: readonly string[],
  context: Context,
): Promise<{ get(id: string): Row | undefined; rows: Rows }> {
  const registry = await context.registry();
  const problem = (id: string, message: string) => context.report(id, fault("dataerr", message));
  const rows: Rows = { registry, now: context.now, limits: await graces(context), problem };
  const ids = [...wantedIds].sort();
  const wanted = new Set(ids);
  const found = new Map<string, Row>();
  // What is after the last id comes right before `~`.
  for (const entry of roll(registry, [user], { from: ids[0], before: `${ids.at(-1)}~` })) {
    if (!wanted.has(entry.id)) continue;
    const row = rowOf(rows, entry);
    if (row) found.set(entry.id, row);
  }
  return { get: (id) => found.get(id), rows };
}

function pointOf(
  line: SweepPointRecord,
  row: Row | undefined,
  goal: Goal | undefined,
  context: Context,
  { registry }: Rows,
): Point {
  const { index, run, point, name, replicate } = line;
  const { state = "missing", mode, message } = row?.status ?? {};
  const value = row && goal ? reached(row, goal, context, registry) : undefined;
  return {
    ...{ index, run, state, point },
    ...(mode === undefined ? {} : { mode }),
    ...(message === undefined ? {} : { message }),
    ...(name === undefined ? {} : { name }),
    ...(replicate === undefined ? {} : { replicate }),
    ...(value === undefined ? {} : { value }),
  };
}

/** The best of the run that makes, or made, what the point is to make. */
function reached(row: Row, goal: Goal, context: Context, registry: Rows["registry"]): number | undefined {
  try {
    const disk = row.disk();
    const value = disk && bestMetric(makerOfRun(registry, disk), goal)?.value;
    return typeof value === "number" ? value : undefined;
  } catch (error) {
    if (!isFault(error)) throw error;
    context.report(row.status.id, error);
    return undefined;
  }
}

function bestOf(points: readonly Point[], { goal }: Goal): SweepStatus["best"] {
  let best: { index: number; run: string; value: number } | undefined;
  for (const { index, run, value } of points) {
    if (value === undefined) continue;
    if (!best || (goal === "min" ? value < best.value : value > best.value)) best = { index, run, value };
  }
  return best;
}
