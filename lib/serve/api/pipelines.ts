// Pipelines: lists of them, and one with its stages, their runs and when these ran.
import * as v from "valibot";
import { pipelineStatusSchema } from "../../record/pipeline.js";
import { count, maybe, runId, text, time, words } from "../../record/schema.js";
import { endpoint } from "./api.js";
import { many, whole } from "./query.js";

const counts = v.record(v.string(), count);
const { stages: _, ...entries } = pipelineStatusSchema.entries;

const pipelineRow = v.looseObject({
  ...entries,
  stages: v.array(v.object({ name: text, after: words, counts })),
});

export const pipelinesApi = endpoint({
  path: "/api/v1/pipelines",
  summary: "Pipelines, the newest first, with how the runs of their stages are",
  query: v.object({
    user: maybe(v.pipe(many, v.description("whose; me for one's own; everybody's where not said"))),
    name: maybe(v.pipe(text, v.description("* and ? stand for others"))),
    limit: maybe(whole(1, 200)),
    cursor: maybe(runId),
  }),
  answer: v.object({ pipelines: v.array(pipelineRow), total: maybe(count), next: maybe(runId) }),
  list: "pipelines",
});

const stageRun = v.looseObject({
  run: runId,
  state: text,
  mode: maybe(text),
  message: maybe(text),
  job: maybe(text),
  leader: maybe(runId),
  leader_user: maybe(text),
  name: maybe(text),
  submitted_at: maybe(time),
  started_at: maybe(time),
  ended_at: maybe(time),
  waits: maybe(v.pipe(words, v.description("what it waits for, a line each"))),
});
export type StageRun = v.InferOutput<typeof stageRun>;

const stage = v.object({
  name: text,
  after: words,
  sweep: maybe(runId),
  counts,
  runs: v.array(stageRun),
  started_at: maybe(time),
  ended_at: maybe(time),
});
export type PipelineStage = v.InferOutput<typeof stage>;

export const pipelineApi = endpoint({
  path: "/api/v1/pipelines/:id",
  summary: "One pipeline: its stages, which runs they are, how these are and when they ran, and why they wait",
  answer: v.object({
    pipeline: v.looseObject({ ...entries, stages: v.array(stage) }),
    recipe: maybe(text),
    as_of: time,
  }),
});
