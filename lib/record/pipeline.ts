// A pipeline: its stages, and which runs each of them is. The file in the registry has the plans of these runs too, so that what
// was not made when something died in between can be.
import * as v from "valibot";
import { planEntries } from "./plan-entries.js";
import { runRecipeSchema } from "./run-recipe.js";
import { count, maybe, path, record, runId, table, text, words } from "./schema.js";

/** Of a run: which stage of which pipeline it is. */
export const pipelineMemberSchema = v.looseObject({ id: runId, stage: text });
export type PipelineMember = v.InferOutput<typeof pipelineMemberSchema>;

export const pipelineStageSchema = v.looseObject({
  name: text,
  recipe: path,
  /** The stages that it takes something from. */
  after: words,
  runs: v.array(runId),
  /** Its runs are the points of this sweep, whose file has their plans. */
  sweep: maybe(runId),
});
export type PipelineStage = v.InferOutput<typeof pipelineStageSchema>;

export const pipelineSchema = record("pipeline", {
  ...planEntries,
  dry_run: maybe(v.boolean()),
  recipe: runRecipeSchema,
  /** The pinned run, whose outputs inputs of type "from" are. */
  from: maybe(runId),
  /** The pipeline that this one is once more. */
  rerun_of: maybe(runId),
  /** How many runs it has. */
  of: count,
  /** In an order in which each comes after those that it needs. */
  stages: v.array(pipelineStageSchema),
  /** In its file: the runs that are no points of sweeps, as they were resolved. */
  plans: maybe(v.array(table)),
});
export type Pipeline = v.InferOutput<typeof pipelineSchema>;

/** Whether a record of a stream is a pipeline's. */
export function isPipelineRecord(value: unknown): value is Pipeline {
  return typeof value === "object" && value !== null && (value as { type?: unknown }).type === "pipeline";
}

/** How a pipeline is doing, or would: how the runs of each stage are, who answers for them, and why they wait. */
export const pipelineStatusSchema = record("pipeline-status", {
  ...planEntries,
  dry_run: maybe(v.boolean()),
  from: maybe(runId),
  rerun_of: maybe(runId),
  of: count,
  /** Of its runs, by state; `missing` are those that were never made. */
  counts: v.record(v.string(), count),
  stages: maybe(
    v.array(
      v.looseObject({
        name: text,
        after: words,
        sweep: maybe(runId),
        counts: v.record(v.string(), count),
        runs: v.array(
          v.looseObject({
            run: runId,
            state: text,
            mode: maybe(text),
            message: maybe(text),
            job: maybe(text),
            /** Who answers for it, or is followed by it. */
            leader: maybe(runId),
            leader_user: maybe(text),
          }),
        ),
      }),
    ),
  ),
});
export type PipelineStatus = v.InferOutput<typeof pipelineStatusSchema>;
export type StageStatus = NonNullable<PipelineStatus["stages"]>[number];
