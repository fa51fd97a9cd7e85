// Packs: many settled runs in a few large files. The first line of a summary file tells of the pack, each other of a run.
import * as v from "valibot";
import { count, digest, maybe, record, runId, table, text, time, words } from "./schema.js";

export const packLevels = ["day", "month"] as const;

/** The first line of a summary file, and what lab-pack says of a pack. */
export const packSchema = record("pack", {
  id: text,
  user: text,
  /** `day`: written from loose runs; `month`: from other packs. */
  level: v.picklist(packLevels),
  runs: count,
  first: runId,
  last: runId,
  /** When the run of it that ended last did; of one of which that is not known, when it was planned. */
  ended_last: time,
  /** The lines below this one. */
  summary_bytes: count,
  summary_digest: digest,
  full_bytes: count,
  full_digest: digest,
  /** Packs whose runs are in this one; they are removed when it is a day old. */
  replaces: maybe(words),
  at: time,
});
export type PackHeader = v.InferOutput<typeof packSchema>;

/** A run in a line: its status without what its place tells, and the fields of its plan that lists look at. */
export const summarySchema = record("summary", {
  id: runId,
  state: text,
  name: text,
  planned_at: time,
  /** These fields of run.json, whole; without it the full line has them. */
  plan: maybe(table),
  /** The last value of each metric. */
  metrics: maybe(table),
  /** The digest of the cache key. */
  key: maybe(digest),
  /** Where its line in the full file begins, and how long it is without its end (bytes). */
  full_at: count,
  full_bytes: count,
});
export type Summary = v.InferOutput<typeof summarySchema>;

/** A summary that has no place in a pack yet. */
export type Unplaced = Pick<Summary, "type" | "v" | "id" | "state" | "name" | "planned_at"> & Record<string, unknown>;

/** A line of a full file: every JSON file of .lab/ by its path in it. */
export const packedSchema = record("packed", { id: runId, files: v.record(text, v.unknown()) });
export type PackedFiles = v.InferOutput<typeof packedSchema>;
