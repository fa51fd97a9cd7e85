// Runs: lists of them, what they have in common, and one.
import * as v from "valibot";
import { statusSchema } from "../../record/records.js";
import { count, maybe, runId, text, time } from "../../record/schema.js";
import { endpoint } from "./api.js";
import { field, filters } from "./filters.js";
import { whole } from "./query.js";

const fields = v.record(v.string(), v.unknown());

const beside = {
  short: text,
  params: maybe(fields),
  metrics: maybe(fields),
  args: maybe(fields),
  resources: maybe(fields),
  key: maybe(text),
  recipe: maybe(text),
  sweep: maybe(v.looseObject({ id: runId })),
  pipeline: maybe(v.looseObject({ id: runId, stage: text })),
  stage: maybe(text),
};

/** A status, and what else lists show of a run. */
export const wholeRowSchema = v.looseObject({ ...statusSchema.entries, ...beside });

/** The same, where `fields` may ask for only some: these, and whose it is. */
const rowSchema = v.looseObject({
  ...v.partial(v.object(statusSchema.entries)).entries,
  id: runId,
  user: text,
  ...beside,
});

/** When it was looked last, and whether everything was there by then. */
export const standing = { as_of: time, ready: v.boolean() };

export const runsApi = endpoint({
  path: "/api/v1/runs",
  summary: "Runs, the newest first; the filters are those of lab-ls",
  query: v.object({
    ...filters,
    sort: maybe(
      v.pipe(v.string(), v.maxLength(1000), v.description("fields; with - before it from the top: -metrics.loss")),
    ),
    fields: maybe(v.pipe(v.string(), v.maxLength(10_000), v.description("only these fields, with commas between"))),
    limit: maybe(whole(1, 1000)),
    offset: maybe(whole(0, 999_999_999)),
    cursor: maybe(v.pipe(v.string(), v.maxLength(200), v.description("the next of the page before"))),
  }),
  answer: v.object({
    me: text,
    runs: v.array(rowSchema),
    total: count,
    next: maybe(text),
    ...standing,
  }),
  list: "runs",
});

export const groupsApi = endpoint({
  path: "/api/v1/runs/groups",
  summary: "Runs by what they have in common: how many, how they ended, and a metric over them",
  query: v.object({
    ...filters,
    by: v.pipe(v.string(), v.maxLength(1000), v.description("fields, with commas between")),
    metric: maybe(field),
    goal: maybe(v.picklist(["min", "max"], "is none of min, max")),
    limit: maybe(whole(1, 10_000)),
  }),
  answer: v.object({
    groups: v.array(
      v.object({
        key: fields,
        count,
        states: v.record(v.string(), count),
        metric: maybe(
          v.object({
            count,
            min: v.number(),
            max: v.number(),
            mean: v.number(),
            std: v.number(),
            best_run: maybe(runId),
          }),
        ),
        newest: maybe(time),
      }),
    ),
    /** How many groups there are. */
    total: count,
    ...standing,
  }),
  list: "groups",
});

export const fieldsApi = endpoint({
  path: "/api/v1/fields",
  summary: "Which fields runs have, and what is in them",
  query: v.object(filters),
  answer: v.object({
    fields: v.array(
      v.object({
        path: text,
        kind: v.picklist(["status", "param", "metric", "arg", "resource", "sweep", "plan"]),
        type: v.picklist(["number", "text", "time", "boolean", "list"]),
        count,
        distinct: count,
        /** The commonest, at most twenty. */
        values: v.array(v.unknown()),
        min: maybe(v.number()),
        max: maybe(v.number()),
      }),
    ),
    ...standing,
  }),
  list: "fields",
});

export const runApi = endpoint({
  path: "/api/v1/runs/:run",
  summary: "One run, as lab-show tells of it; values of variables that are named like secrets are masked",
  answer: v.object({ run: v.looseObject({ type: v.literal("run"), id: runId }) }),
});
