// Runs side by side: what lab-compare, lab-diff and the page of comparisons show.
import path from "node:path";
import * as v from "valibot";
import type { Context } from "../../command/context.js";
import { type Compared, comparedFields } from "../../graph/comparing.js";
import { comparedMetrics, metricSummaries } from "../../graph/metric-summary.js";
import { seedGroups } from "../../graph/seeds.js";
import type { ComparedRun, Comparison, MetricSummary } from "../../record/comparison.js";
import { fault, isFault } from "../../record/fault.js";
import type { Graces } from "../../record/state.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { attemptDirectory, envelope } from "../../registry/layout.js";
import { makerOfRun } from "../../registry/makers.js";
import { pointsOf } from "../../registry/metrics.js";
import type { Registry } from "../../registry/open.js";
import { readRecord } from "../../registry/read.js";
import { breather } from "../breathing.js";
import { graces, namedRuns, statusOf } from "../runs.js";

export const mostCompared = 50;

/** The comparison of all runs that were named; metrics as far as their names are `wanted`. Throws usage for fewer than two, or too many. */
export async function compareAll(
  records: AsyncIterable<unknown>,
  wanted: (name: string) => boolean,
  context: Context,
): Promise<{ comparison: Comparison; runs: RunOnDisk[]; others: object[] }> {
  const runs = new Map<string, RunOnDisk>();
  const others: object[] = [];
  for await (const named of namedRuns(records, context)) {
    if ("other" in named) others.push(named.other);
    else runs.set(named.run.run.id, named.run);
    if (runs.size > mostCompared)
      throw fault("usage", `more than ${mostCompared} runs are too many to be compared`, {
        hint: "fewer of them: lab ls --where … -q",
      });
  }
  const all = [...runs.values()];
  const registry = await context.registry();
  return {
    comparison: await comparisonOf(all, wanted, registry, await graces(context), context.now),
    runs: all,
    others,
  };
}

/** The comparison of these runs. What cannot be read of one is among the notes. Between runs it lets others have their turn. */
export async function comparisonOf(
  runs: readonly RunOnDisk[],
  wanted: (name: string) => boolean,
  registry: Registry,
  limits: Graces,
  now: number,
): Promise<Comparison> {
  if (runs.length < 2)
    throw fault("usage", runs.length === 0 ? "no runs to compare" : "one run has nothing to be compared with", {
      hint: "name two or more",
    });
  const notes: string[] = [];
  const statuses: Compared["status"][] = [];
  const sides: Compared[] = [];
  const metrics = new Map<string, Map<string, MetricSummary>>();
  const rest = breather();
  for (const disk of runs) {
    await rest();
    const status = statusOf(disk, now, limits);
    const maker = makerOf(disk, registry, notes);
    statuses.push(status);
    sides.push({ run: disk.run, status, facts: disk.facts, ...foundBy(maker, notes) });
    metrics.set(disk.run.id, summariesOf(disk, maker, wanted, notes));
  }
  const seeds = seedGroups(runs.map(({ run }) => run));
  return {
    type: "comparison",
    v: 1,
    runs: statuses.map(({ id, name, user, state, mode, message }): ComparedRun => {
      const more = { ...(mode === undefined ? {} : { mode }), ...(message === undefined ? {} : { message }) };
      return { id, name, user, state, ...more };
    }),
    fields: comparedFields(sides),
    metrics: comparedMetrics(metrics),
    ...(seeds.length > 0 ? { seeds } : {}),
    ...(notes.length > 0 ? { notes } : {}),
  };
}

/** Who made what this run answers with; the run itself, where that cannot be seen. */
function makerOf(disk: RunOnDisk, registry: Registry, notes: string[]): RunOnDisk {
  return tried(disk, notes, () => (disk.facts.attempts.length > 0 ? disk : makerOfRun(registry, disk))) ?? disk;
}

function summariesOf(
  disk: RunOnDisk,
  maker: RunOnDisk,
  wanted: (name: string) => boolean,
  notes: string[],
): Map<string, MetricSummary> {
  const bad = (message: string) => void notes.push(`${disk.run.id}: ${message}`);
  return tried(disk, notes, () => metricSummaries(pointsOf(maker, bad, wanted))) ?? new Map();
}

const anyRecord = v.looseObject({});

/** What the last attempt recorded of its environment and its machine. */
export function foundBy(disk: RunOnDisk, notes: string[]): Pick<Compared, "environment" | "hardware"> {
  const last = disk.facts.attempts.at(-1);
  if (!last) return {};
  const directory = attemptDirectory(envelope(disk.dir), last.n);
  const read = (name: string) =>
    tried(disk, notes, () => readRecord(path.join(directory, name), anyRecord, { owner: disk.owner }));
  return { environment: read("env.json"), hardware: read("hardware.json") };
}

function tried<T>({ run }: RunOnDisk, notes: string[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isFault(error)) throw error;
    notes.push(`${run.id}: ${error.message}`);
    return undefined;
  }
}
