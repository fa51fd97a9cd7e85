// What a command has made of a run's metrics and files: the first line of the file that keeps it.
import * as v from "valibot";
import { anyNumber, count, digest, errorOfRecord, maybe, record, runId, seconds, text, time } from "./schema.js";

export const derivedSchema = record("derived", {
  run: runId,
  /** What it is called; its metrics are called so too, or `name/metric`. */
  name: text,
  /** Who derived it. What follows is known unless it could not be derived. */
  user: text,
  generation: maybe(count),
  command: maybe(text),
  /** Of the command and the files that belong to it. */
  digest: maybe(digest),
  files: maybe(v.record(v.string(), digest)),
  /** The run's last attempt then, and whether its end was known. */
  attempt: maybe(count),
  ended: maybe(v.boolean()),
  points: maybe(count),
  elapsed_s: maybe(seconds),
  at: maybe(time),
  /** In streams, not on disk: the last values, whether it was there already, and that nothing was kept. */
  metrics: maybe(v.record(v.string(), anyNumber)),
  kept: maybe(v.boolean()),
  dry_run: maybe(v.boolean()),
  error: maybe(errorOfRecord),
});
export type Derived = v.InferOutput<typeof derivedSchema>;
