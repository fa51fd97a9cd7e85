// What made a cache key, and what differs between two.
import * as v from "valibot";
import { digest, errorOfRecord, maybe, path, record, runId, table, text } from "./schema.js";

/** The cache key of a run, or of what a recipe would be now. */
export const keySchema = record("key", {
  run: maybe(runId),
  recipe: maybe(path),
  digest,
  version: text,
  /** What went in. */
  of: table,
  /** With the key it is what others' runs are compared by; a recipe has none yet. */
  epoch: maybe(text),
  error: maybe(errorOfRecord),
});
export type Key = v.InferOutput<typeof keySchema>;

const side = v.looseObject({ run: maybe(runId), recipe: maybe(path), digest, epoch: maybe(text) });

/** One value of two; of what one has not got, that side is absent. The runs are those that make the two inputs. */
export const differenceSchema = v.looseObject({
  path: text,
  a: maybe(v.unknown()),
  b: maybe(v.unknown()),
  a_run: maybe(runId),
  b_run: maybe(runId),
});
export type Difference = v.InferOutput<typeof differenceSchema>;

export const changedFileSchema = v.looseObject({ path: text, how: v.picklist(["changed", "only in a", "only in b"]) });
export type ChangedFile = v.InferOutput<typeof changedFileSchema>;

/** Two keys: what makes them differ, and what differs without counting. */
export const keyComparisonSchema = record("key-comparison", {
  same: v.boolean(),
  a: side,
  b: side,
  differs: v.array(differenceSchema),
  /** Of sources that differ, where both can be looked into. */
  files: maybe(v.array(changedFileSchema)),
  besides: v.array(differenceSchema),
  error: maybe(errorOfRecord),
});
export type KeyComparison = v.InferOutput<typeof keyComparisonSchema>;
