// What there is to one run besides its record: each part is asked for when somebody looks at it.
import * as v from "valibot";
import { checkpointSchema } from "../../record/checkpoint.js";
import { keySchema } from "../../record/key.js";
import { narrativeRecordSchema } from "../../record/note.js";
import { eventSchema, reasonSchema, statusSchema } from "../../record/records.js";
import { count, maybe, runId, text, words } from "../../record/schema.js";
import { snapshotSchema } from "../../record/snapshot.js";
import { endpoint } from "./api.js";

export const runEventsApi = endpoint({
  path: "/api/v1/runs/:run/events",
  summary: "What the journal tells of a run, in order",
  answer: v.object({ events: v.array(eventSchema) }),
  list: "events",
});

export const runWhyApi = endpoint({
  path: "/api/v1/runs/:run/why",
  summary: "Why a run is as it is and what to try, as lab-why tells it; nothing is looked at anew by writing",
  answer: v.object({ reason: v.looseObject({ ...reasonSchema.entries, name: text }) }),
});

export const runKeyApi = endpoint({
  path: "/api/v1/runs/:run/key",
  summary: "The cache key of a run and what went in; none of a run that was never resolved",
  answer: v.object({ key: maybe(keySchema), decision: maybe(v.looseObject({ decision: text })) }),
});

const step = v.object({ title: text, command: text });

export const runReproduceApi = endpoint({
  path: "/api/v1/runs/:run/reproduce",
  summary: "Commands that run it again, or bring back what it was made from",
  answer: v.object({ steps: v.array(step) }),
});

export const runScriptApi = endpoint({
  path: "/api/v1/runs/:run/script",
  summary: "The script that the scheduler was given, of the newest submission",
  answer: v.object({ script: maybe(text), submission: maybe(count), array: maybe(runId) }),
});

export const runSourceApi = endpoint({
  path: "/api/v1/runs/:run/source",
  summary: "Where the source of a run came from, and how it differs from its commit",
  answer: v.object({ source: v.looseObject({}), snapshot: maybe(snapshotSchema) }),
});

export const runRecipeApi = endpoint({
  path: "/api/v1/runs/:run/recipe",
  summary: "The recipe of a run as it was written, and as it came to be",
  answer: v.object({ path: maybe(text), text, extends: maybe(words), set: maybe(words), effective: text }),
});

export const runEnvironmentApi = endpoint({
  path: "/api/v1/runs/:run/environment",
  summary: "What the last attempt found where it ran: variables, packages, the machine",
  answer: v.object({
    run: v.pipe(runId, v.description("that it is of: the one that made what this run was answered with")),
    environment: maybe(v.looseObject({})),
    hardware: maybe(v.looseObject({})),
    packages: maybe(words),
  }),
});

export const runCheckpointsApi = endpoint({
  path: "/api/v1/runs/:run/checkpoints",
  summary: "The checkpoints of a run, and which lab-checkpoint would take",
  answer: v.object({ checkpoints: v.array(checkpointSchema), latest: maybe(text), unclear: maybe(text) }),
  list: "checkpoints",
});

export const runSimilarApi = endpoint({
  path: "/api/v1/runs/:run/similar",
  summary: "The nearest runs of the same name and user, with what differs",
  answer: v.object({ similar: v.array(v.object({ run: statusSchema, differs: words })), looked_at: count }),
  list: "similar",
});

export const runNarrativeApi = endpoint({
  path: "/api/v1/runs/:run/narrative",
  summary: "Why a run was made, what came of it, and what people wrote about it; also as Markdown",
  answer: v.object({ narrative: narrativeRecordSchema, markdown: text }),
});
