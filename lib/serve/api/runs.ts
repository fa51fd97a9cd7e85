// Runs: lists of them, and one.
import * as v from "valibot";
import { statusSchema } from "../../record/records.js";
import { maybe, runId } from "../../record/schema.js";
import { endpoint } from "./api.js";
import { flag, many, whole } from "./query.js";

export const runsApi = endpoint({
  path: "/api/v1/runs",
  summary: "Runs, the newest first; the filters are those of lab-ls",
  query: v.object({
    state: maybe(many),
    mode: maybe(many),
    name: maybe(v.string()),
    user: maybe(many),
    all: maybe(flag),
    tag: maybe(many),
    group: maybe(v.string()),
    where: maybe(many),
    note: maybe(v.string()),
    before: maybe(v.pipe(runId, v.description("the next of the page before"))),
    limit: maybe(whole(1, 1000)),
  }),
  answer: v.object({ user: v.string(), runs: v.array(statusSchema), next: maybe(runId) }),
  list: "runs",
});

export const runApi = endpoint({
  path: "/api/v1/runs/:run",
  summary: "One run, as lab-show tells of it; values of variables that are named like secrets are masked",
  answer: v.object({ run: v.looseObject({ type: v.literal("run"), id: runId }) }),
});
