// How many GPUs a run was estimated to need, and how one comes to that number.
import * as v from "valibot";
import { count, errorOfRecord, maybe, record, runId, text } from "./schema.js";

const amount = v.pipe(v.number(), v.minValue(0));

/** One number or word that goes in: `from` is where the recipe says it (args.batch_size), or "default". */
const estimateFactorSchema = v.looseObject({ name: text, value: v.union([v.number(), text]), from: text });
export type EstimateFactor = v.InferOutput<typeof estimateFactorSchema>;

/** GPUs in all, save `per_node`. Memory in GB of 10^9 bytes, over all GPUs, safety included. */
export const gpuEstimateSchema = v.looseObject({
  /** What fits the memory; what the batch is best spread over; beyond what more are of no use. All within the bounds. */
  min: count,
  recommended: count,
  max_useful: count,
  memory_gb: amount,
  /** How many the memory takes, whatever the bounds are. */
  memory_min: count,
  nodes: count,
  per_node: count,
  /** Absent where the memory is asked for directly. */
  parameters: maybe(amount),
  bytes_per_parameter: maybe(amount),
  state_gb: maybe(amount),
  activations_gb: maybe(amount),
  samples_per_gpu: maybe(count),
  factors: v.array(estimateFactorSchema),
});
export type GpuEstimate = v.InferOutput<typeof gpuEstimateSchema>;

/** What lab-resolve --explain says of a run. */
export const estimateSchema = record("estimate", {
  run: runId,
  name: text,
  /** What the person asks for on each node, where it is a number: then the estimate decides nothing. */
  asked: maybe(count),
  estimate: maybe(gpuEstimateSchema),
  message: maybe(text),
  error: maybe(errorOfRecord),
});
export type Estimate = v.InferOutput<typeof estimateSchema>;
