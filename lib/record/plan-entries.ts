// What records of many runs that were planned together have in common: those of sweeps and pipelines, and of how they do.
import { errorOfRecord, maybe, runId, text, time } from "./schema.js";

export const planEntries = {
  id: runId,
  error: maybe(errorOfRecord),
  name: text,
  user: text,
  planned_at: time,
};
