// What somebody wrote about a run after it was planned, and the story of a run as a whole.
import * as v from "valibot";
import { narrativeSchema } from "./run.js";
import { anyNumber, errorOfRecord, maybe, record, runId, text, time, words } from "./schema.js";

/** What a run has shown of its hypothesis. */
export const verdicts = ["validates", "refutes", "inconclusive", "partial"] as const;

/** It says at least one thing; what is new about a run is another note. */
export const noteSchema = record("note", {
  /** As a run's: when it was written, and what nobody else draws. */
  id: runId,
  run: runId,
  author: text,
  at: time,
  text: maybe(text),
  /** What was learned. */
  lesson: maybe(text),
  /** What to do next. */
  next: maybe(text),
  outcome: maybe(v.picklist(verdicts)),
  tags: maybe(words),
  dry_run: maybe(v.boolean()),
  error: maybe(errorOfRecord),
});
export type Note = v.InferOutput<typeof noteSchema>;

/** Why a run was made, what it did, how it ended, and what people wrote about it. */
export const narrativeRecordSchema = record("narrative", {
  run: runId,
  name: text,
  user: text,
  planned_at: time,
  state: text,
  mode: maybe(text),
  message: maybe(text),
  elapsed_s: maybe(v.number()),
  tags: maybe(words),
  group: maybe(text),
  parent: maybe(text),
  narrative: maybe(narrativeSchema),
  command: text,
  params: maybe(v.record(v.string(), v.unknown())),
  /** What differs from its parent, or from the run that it repeats. */
  changed: maybe(words),
  metrics: maybe(v.record(v.string(), anyNumber)),
  notes: maybe(v.array(noteSchema)),
});
export type NarrativeRecord = v.InferOutput<typeof narrativeRecordSchema>;
