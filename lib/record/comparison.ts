// Runs side by side: what differs between them, and their metrics.
import * as v from "valibot";
import { changedFileSchema } from "./key.js";
import { anyNumber, count, errorOfRecord, maybe, record, runId, text } from "./schema.js";

/** What a run consists of when it is compared, what somebody chose first and what came of it last. */
export const fieldGroups = [
  "params",
  "args",
  "recipe",
  "source",
  "environment",
  "hardware",
  "inputs",
  "resources",
  "outcome",
] as const;
export type FieldGroup = (typeof fieldGroups)[number];

/** One field of all of them: what a run has not got has no value. */
export const comparedFieldSchema = v.looseObject({
  path: text,
  group: v.picklist(fieldGroups),
  differs: v.boolean(),
  /** By the runs' ids. */
  values: v.record(v.string(), v.unknown()),
});
export type ComparedField = v.InferOutput<typeof comparedFieldSchema>;

/** A metric of one run, over all of its steps; `best_step` is where `best` was, which is known of metrics with a goal. */
export const metricSummarySchema = v.looseObject({
  count,
  last: anyNumber,
  last_step: maybe(v.number()),
  min: maybe(v.number()),
  min_step: maybe(v.number()),
  max: maybe(v.number()),
  max_step: maybe(v.number()),
  best: maybe(v.number()),
  best_step: maybe(v.number()),
});
export type MetricSummary = v.InferOutput<typeof metricSummarySchema>;

export const comparedMetricSchema = v.looseObject({
  name: text,
  goal: maybe(v.picklist(["min", "max"])),
  values: v.record(v.string(), metricSummarySchema),
});
export type ComparedMetric = v.InferOutput<typeof comparedMetricSchema>;

/** The same but for their seed: what is said of them is said of all. */
export const seedGroupSchema = v.looseObject({ runs: v.array(runId), seeds: v.array(v.number()) });
export type SeedGroup = v.InferOutput<typeof seedGroupSchema>;

export const comparedRunSchema = v.looseObject({
  id: runId,
  name: text,
  user: text,
  state: text,
  mode: maybe(text),
  message: maybe(text),
});
export type ComparedRun = v.InferOutput<typeof comparedRunSchema>;

export const comparisonSchema = record("comparison", {
  runs: v.array(comparedRunSchema),
  fields: v.array(comparedFieldSchema),
  metrics: v.array(comparedMetricSchema),
  seeds: maybe(v.array(seedGroupSchema)),
  /** Of two runs whose sources differ, where both can be looked into. */
  files: maybe(v.array(changedFileSchema)),
  patch: maybe(text),
  /** What could not be compared, and why. */
  notes: maybe(v.array(text)),
  error: maybe(errorOfRecord),
});
export type Comparison = v.InferOutput<typeof comparisonSchema>;
