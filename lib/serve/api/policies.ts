// Policies: how each stands, and of one what it says of which artifact and what the evaluations found.
import * as v from "valibot";
import { artifactId } from "../../record/artifact.js";
import { policySummarySchema, whys } from "../../record/policy.js";
import { count, maybe, runId, text, time } from "../../record/schema.js";
import { endpoint } from "./api.js";
import { many } from "./query.js";

export const policiesApi = endpoint({
  path: "/api/v1/policies",
  summary: "The policies of the configuration, and how each stands, at most 15 seconds old",
  answer: v.object({
    policies: v.array(policySummarySchema),
    directory: maybe(v.pipe(text, v.description("where they are; absent where none is configured"))),
    as_of: time,
  }),
  list: "policies",
});

const entry = v.object({
  artifact: artifactId,
  why: v.picklist(whys),
  message: text,
  user: text,
  run: maybe(runId),
  recipe: maybe(text),
  role: maybe(text),
  step: maybe(count),
  at: time,
  attempt: maybe(count),
  evaluation: maybe(runId),
  state: maybe(v.pipe(text, v.description("of the run that evaluates it"))),
  values: maybe(v.record(v.string(), v.number())),
  tries: count,
  failed: count,
});
export type PolicyEntry = v.InferOutput<typeof entry>;

const contender = v.object({
  run: v.pipe(text, v.description("who made what was evaluated; what no run made stands for itself")),
  name: text,
  user: text,
  evaluated: count,
  best: maybe(v.object({ value: v.number(), step: maybe(count), evaluation: maybe(runId) })),
  last: maybe(v.object({ value: v.number(), step: maybe(count), change: maybe(v.number()) })),
  points: v.array(v.tuple([v.number(), v.number()])),
});
export type Contender = v.InferOutput<typeof contender>;

export const policyApi = endpoint({
  path: "/api/v1/policies/:name",
  summary: "One policy: its leaderboard over steps, and what it says of each artifact",
  query: v.object({
    metric: maybe(text),
    users: maybe(v.pipe(many, v.description("whose artifacts; * stands for others"))),
  }),
  answer: v.object({
    policy: policySummarySchema,
    metrics: v.array(text),
    metric: maybe(text),
    goal: maybe(v.picklist(["min", "max"])),
    leaderboard: v.array(contender),
    entries: v.array(entry),
    more_entries: maybe(count),
    rules: v.record(v.string(), v.unknown()),
    as_of: time,
  }),
});
