// A sweep: which points it has, and which run each of them is. Its file in the registry has this record first, without the
// points, and then a line a point.
import * as v from "valibot";
import { planEntries } from "./plan-entries.js";
import { runRecipeSchema } from "./run-recipe.js";
import { runSourceSchema } from "./run-source.js";
import { count, maybe, record, runId, table, text } from "./schema.js";

/** Which point it is. */
const pointEntries = {
  index: count,
  run: runId,
  /** What it sets, by paths in the recipe. */
  point: table,
  /** The case that it is of. */
  name: maybe(text),
  /** The how manyeth of the seeds, where there are several. */
  replicate: maybe(count),
};

export const sweepPointSchema = v.looseObject({
  ...pointEntries,
  /** What makes its run of `plan`: a JSON merge patch. */
  own: maybe(table),
});
export type SweepPointRecord = v.InferOutput<typeof sweepPointSchema>;

export const sweepSchema = record("sweep", {
  ...planEntries,
  dry_run: maybe(v.boolean()),
  /** How many points it has; and before `sample` and `max_runs`, where that are more. */
  of: count,
  all: maybe(count),
  recipe: runRecipeSchema,
  /** What is swept, and the values of it where all points together have few. */
  axes: v.array(v.looseObject({ path: text, values: maybe(v.array(v.unknown())) })),
  max_concurrent: maybe(count),
  max_gpus: maybe(count),
  /** What its points ask for at most: GPUs (CPUs) times hours of the time limit. */
  gpu_hours: maybe(v.number()),
  cpu_hours: maybe(v.number()),
  /** The run that its points are made of, without the recipe's text and the source. */
  plan: maybe(table),
  /** The snapshot of its runs, in the registry. */
  source: maybe(runSourceSchema),
  points: maybe(v.array(sweepPointSchema)),
  aggregate: maybe(v.looseObject({ run: runId, when: v.picklist(["afterok", "afterany"]), plan: maybe(table) })),
});
export type Sweep = v.InferOutput<typeof sweepSchema>;

/** How a sweep is doing: how its points are, and the best of them so far. */
export const sweepStatusSchema = record("sweep-status", {
  ...planEntries,
  of: count,
  /** By state; `missing` are those that were never made. */
  counts: v.record(v.string(), count),
  metric: maybe(v.looseObject({ name: text, goal: v.picklist(["min", "max"]) })),
  best: maybe(v.looseObject({ index: count, run: runId, value: v.number() })),
  points: maybe(
    v.array(
      v.looseObject({
        ...pointEntries,
        state: text,
        mode: maybe(text),
        message: maybe(text),
        /** The best that it has reached. */
        value: maybe(v.number()),
      }),
    ),
  ),
  aggregate: maybe(v.looseObject({ run: runId, state: text, message: maybe(text) })),
});
export type SweepStatus = v.InferOutput<typeof sweepStatusSchema>;

/** Whether a record of a stream is a sweep's. */
export function isSweep(value: unknown): value is Sweep {
  return typeof value === "object" && value !== null && (value as { type?: unknown }).type === "sweep";
}
