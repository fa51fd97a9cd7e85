// Sweeps as the page shows them: from what lab-sweep-status tells, and what its points have reached.
import { bestSoFar } from "../../graph/best-so-far.js";
import { importance } from "../../graph/importance.js";
import { isFault } from "../../record/fault.js";
import { type Goal, goalOf } from "../../record/goal.js";
import type { Sweep, SweepPointRecord, SweepStatus } from "../../record/sweep.js";
import { timestamp } from "../../record/units.js";
import { bestMetric } from "../../registry/last-metrics.js";
import { makerOfRun } from "../../registry/makers.js";
import { withReruns } from "../../registry/sweep-reruns.js";
import { findSweep, readSweep, sweepIds } from "../../registry/sweeps.js";
import { type SweepPoint, sweepApi, sweepsApi } from "../../serve/api/sweeps.js";
import { fieldOf, keyOf } from "../../serve/index/table.js";
import { breather } from "../breathing.js";
import type { Row } from "../show/rows.js";
import { rowsOf, statusOfSweep } from "../sweep/sweep-status.js";
import { type Answering, answering, type Serving } from "./answering.js";
import { newestFirst } from "./newest-first.js";
import { runRef } from "./refs.js";

const stored = { directory: "sweeps", ids: sweepIds, read: readSweep } as const;

export const sweeps = answering(sweepsApi, async (_, { limit = 25, ...wanted }, serving) => {
  const { page, ...rest } = await newestFirst(stored, { limit, ...wanted }, serving, async (sweep) => {
    const isKnown = serving.index.ready();
    const status = isKnown ? standing(sweep, serving) : await statusOfSweep(sweep, undefined, serving.context);
    const { points: _points, ...shown } = status;
    return { ...shown, axes: sweep.axes };
  });
  return { sweeps: page, ...rest };
});

/** What lab-sweep-status tells of a sweep, from the index, which has the states of all runs already. */
function standing(planned: Sweep, { registry, index: { table } }: Serving): SweepStatus {
  const { id, name, user, planned_at, of, points = [], aggregate } = withReruns(registry, planned);
  const told = (run: string, word: string): string | undefined => {
    const row = table.rows.get(keyOf(user, run));
    const value = row === undefined ? undefined : fieldOf(table, row, [word]);
    return value === undefined ? undefined : String(value);
  };
  const counts: Record<string, number> = {};
  for (const { run } of points) {
    const state = told(run, "state") ?? "missing";
    counts[state] = (counts[state] ?? 0) + 1;
  }
  const message = aggregate && told(aggregate.run, "message");
  const after = aggregate && { run: aggregate.run, state: told(aggregate.run, "state") ?? "missing" };
  return {
    ...{ type: "sweep-status", v: 1, id, name, user, planned_at, of, counts },
    ...(after ? { aggregate: { ...after, ...(message === undefined ? {} : { message }) } } : {}),
  };
}

/** What points that have ended reached, which does not change: by run, metric and goal. */
type Reached = Map<string, number | undefined>;
const mostKept = 50_000;

export const sweep: Answering = (served) => {
  const kept: Reached = new Map();
  return answering(sweepApi, async ({ id = "" }, query, serving) => {
    const { context, registry } = serving;
    const found = withReruns(registry, findSweep(registry, runRef(id)));
    const rows = await rowsOf(found, context);
    const names = namesIn(found, rows.get);
    const goal = goalFor(query, names);
    const rest = breather();
    const points: SweepPoint[] = [];
    for (const line of found.points ?? []) {
      await rest();
      points.push(pointOf(line, rows.get(line.run), goal, serving, kept));
    }
    const valued = points.flatMap(({ value, ...point }) => (value === undefined ? [] : [{ ...point, value }]));
    const ended = valued.map(({ ended_at: at = timestamp(context.now), run, index, value }) => ({
      at,
      run,
      index,
      value,
    }));
    const steps = goal ? bestSoFar(ended, goal.goal) : [];
    const best = steps.find(({ value }) => value === steps.at(-1)?.best);
    return {
      sweep: { ...headOf(found, points), ...aggregateOf(found, rows.get), ...metricOf(goal, best) },
      ...{ metrics: names, points, best_so_far: steps },
      importance: importance(
        valued,
        found.axes.map(({ path }) => path),
      ),
      as_of: timestamp(context.now),
    };
  })(served);
};

function headOf({ id, name, user, planned_at, of, axes, all, max_concurrent }: Sweep, points: readonly SweepPoint[]) {
  const counts: Record<string, number> = {};
  for (const { state } of points) counts[state] = (counts[state] ?? 0) + 1;
  return {
    ...{ type: "sweep-status" as const, v: 1 as const, id, name, user, planned_at, of, counts, axes },
    ...(all === undefined ? {} : { all }),
    ...(max_concurrent === undefined ? {} : { max_concurrent }),
  };
}

function aggregateOf({ aggregate }: Sweep, get: (id: string) => Row | undefined) {
  if (!aggregate) return {};
  const { state = "missing", message } = get(aggregate.run)?.status ?? {};
  return { aggregate: { run: aggregate.run, state, ...(message === undefined ? {} : { message }) } };
}

function metricOf(goal: Goal | undefined, best: { index: number; run: string; value: number } | undefined) {
  if (!goal) return {};
  const { index = 0, run = "", value = 0 } = best ?? {};
  return { metric: { ...goal }, ...(best ? { best: { index, run, value } } : {}) };
}

/** The metrics that its points have, those of most points first. */
function namesIn({ points = [] }: Sweep, get: (id: string) => Row | undefined): string[] {
  const counts = new Map<string, number>();
  // A hundred of them tell.
  for (const { run } of spread(points, 100))
    for (const record of get(run)?.records(["metrics"]) ?? [])
      for (const name of Object.keys((record as { metrics?: object }).metrics ?? {}))
        counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a, one], [b, two]) => two - one || (a < b ? -1 : 1)).map(([name]) => name);
}

function spread<T>(all: readonly T[], most: number): T[] {
  const step = Math.max(1, all.length / most);
  return Array.from({ length: Math.min(all.length, most) }, (_, i) => all[Math.floor(i * step)] as T);
}

/** The metric that is asked for, else the first of which it is known which way is better, those of a validation before others. */
function goalFor(
  { metric, goal }: { metric?: string; goal?: Goal["goal"] },
  names: readonly string[],
): Goal | undefined {
  if (metric !== undefined) return goal ? { name: metric, goal } : (tried(metric) ?? { name: metric, goal: "min" });
  const known = names.flatMap((name) => tried(name) ?? []);
  const first = known.find(({ name }) => /val|eval|test/i.test(name)) ?? known[0];
  return first ?? (names[0] === undefined ? undefined : { name: names[0], goal: goal ?? "min" });
}

function tried(name: string): Goal | undefined {
  try {
    return goalOf(name);
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}

function pointOf(
  { index, run, point, name, replicate }: SweepPointRecord,
  row: Row | undefined,
  goal: Goal | undefined,
  serving: Serving,
  kept: Reached,
): SweepPoint {
  const { state = "missing", mode, message, started_at, ended_at } = row?.status ?? {};
  const value = row && goal ? reached(row, goal, serving, kept) : undefined;
  return {
    ...{ index, run, state, point },
    ...(mode === undefined ? {} : { mode }),
    ...(message === undefined ? {} : { message }),
    ...(name === undefined ? {} : { name }),
    ...(replicate === undefined ? {} : { replicate }),
    ...(started_at === undefined ? {} : { started_at }),
    ...(ended_at === undefined ? {} : { ended_at }),
    ...(value === undefined ? {} : { value }),
  };
}

function reached(row: Row, { name, goal }: Goal, { context, registry }: Serving, kept: Reached): number | undefined {
  const key = `${row.status.id} ${goal} ${name}`;
  if (kept.has(key)) return kept.get(key);
  try {
    const disk = row.disk();
    const value = disk && bestMetric(makerOfRun(registry, disk), { name, goal })?.value;
    const found = typeof value === "number" && Number.isFinite(value) ? value : undefined;
    if (kept.size >= mostKept) kept.clear();
    if (row.status.ended_at !== undefined) kept.set(key, found);
    return found;
  } catch (error) {
    if (!isFault(error)) throw error;
    context.report(row.status.id, error);
    return undefined;
  }
}
