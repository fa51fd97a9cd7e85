// attempt-<n>/eval.json: how the evaluation ended that followed the command in its job.
import * as v from "valibot";
import { chosenCheckpointSchema } from "./facts.js";
import { count, maybe, record, runId, seconds, text, time } from "./schema.js";

export const evaluationSchema = record("evaluation", {
  run: runId,
  attempt: count,
  state: v.picklist(["succeeded", "failed"]),
  code: count,
  signal: maybe(text),
  message: maybe(text),
  /** What was evaluated. */
  checkpoint: maybe(chosenCheckpointSchema),
  started_at: time,
  at: time,
  wall_s: maybe(seconds),
});
export type Evaluation = v.InferOutput<typeof evaluationSchema>;
