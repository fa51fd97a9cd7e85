// Sweeps: lists of them, and one with its points, what these reached, and how much each axis matters for that.
import * as v from "valibot";
import { count, maybe, runId, text, time, words } from "../../record/schema.js";
import { sweepStatusSchema } from "../../record/sweep.js";
import { endpoint } from "./api.js";
import { choice, many, whole } from "./query.js";

const { points: _, ...entries } = sweepStatusSchema.entries;
const axes = v.array(v.looseObject({ path: text, values: maybe(v.array(v.unknown())) }));

export const sweepsApi = endpoint({
  path: "/api/v1/sweeps",
  summary: "Sweeps, the newest first, with how their points are",
  query: v.object({
    user: maybe(v.pipe(many, v.description("whose; me for one's own; everybody's where not said"))),
    name: maybe(v.pipe(text, v.description("* and ? stand for others"))),
    limit: maybe(whole(1, 100)),
    cursor: maybe(runId),
  }),
  answer: v.object({ sweeps: v.array(v.looseObject({ ...entries, axes })), total: maybe(count), next: maybe(runId) }),
  list: "sweeps",
});

const point = v.looseObject({
  index: count,
  run: runId,
  state: text,
  mode: maybe(text),
  message: maybe(text),
  point: v.record(v.string(), v.unknown()),
  name: maybe(text),
  replicate: maybe(count),
  value: maybe(v.pipe(v.number(), v.description("the best of the metric that it has reached"))),
  started_at: maybe(time),
  ended_at: maybe(time),
});
export type SweepPoint = v.InferOutput<typeof point>;

const level = v.object({ value: v.unknown(), count, mean: v.number(), min: v.number(), max: v.number() });
const importance = v.object({
  path: text,
  share: v.number(),
  levels: v.array(level),
  points: count,
  uncertain: maybe(v.literal(true)),
});
export type AxisImportance = v.InferOutput<typeof importance>;

export const sweepApi = endpoint({
  path: "/api/v1/sweeps/:id",
  summary:
    "One sweep: its points and what each reached, the best so far over time, and an estimate of what each axis explains",
  query: v.object({ metric: maybe(text), goal: maybe(choice(["min", "max"])) }),
  answer: v.object({
    sweep: v.looseObject({ ...entries, axes, all: maybe(count), max_concurrent: maybe(count) }),
    metrics: v.pipe(words, v.description("what its points have logged")),
    points: v.array(point),
    best_so_far: v.array(v.object({ at: time, run: runId, index: count, value: v.number(), best: v.number() })),
    importance: v.array(importance),
    as_of: time,
  }),
});
