// Policies in records: what was asked for, why an artifact is evaluated or not, and how a policy stands.
import * as v from "valibot";
import { artifactId } from "./artifact.js";
import { count, digest, errorOfRecord, maybe, path, record, runId, text, time } from "./schema.js";

/**
 * evals/<user>/<policy>/<artifact>.<attempt>.json: this run is to evaluate it. Written before the run is handed on, and
 * counted whether or not that ever comes to be.
 */
export const evalRequestSchema = record("eval-request", {
  policy: text,
  artifact: artifactId,
  /** Which try it is, from 1. */
  attempt: count,
  run: runId,
  /** Who asks, and who will run it. */
  user: text,
  /** Of the artifact: whose, made by which run, as what. */
  of: v.looseObject({
    user: text,
    run: maybe(runId),
    role: maybe(text),
    step: maybe(count),
    attempt: maybe(count),
    revision: maybe(count),
  }),
  /** Over the recipe of the policy as it was. */
  recipe_digest: digest,
  /** From here attempts are counted anew: somebody asked for it. */
  again: maybe(v.boolean()),
  host: text,
  pid: count,
  at: time,
});
export type EvalRequest = v.InferOutput<typeof evalRequestSchema>;

/** Why an artifact is, or is not, evaluated now. */
export const whys = [
  "due",
  "type",
  "producer",
  "role",
  "tags",
  "where",
  "no_step",
  "cadence",
  "older",
  "pending",
  "evaluated",
  "exhausted",
  "gone",
  "room",
] as const;
export type Why = (typeof whys)[number];

/** What a policy says of one artifact; its id is that of the artifact. */
export const verdictSchema = record("verdict", {
  id: artifactId,
  error: maybe(errorOfRecord),
  policy: text,
  /** It is evaluated now. */
  due: v.boolean(),
  why: v.picklist(whys),
  message: text,
  kind: text,
  user: text,
  /** The run that made it, and as what. */
  run: maybe(runId),
  recipe: maybe(text),
  role: maybe(text),
  step: maybe(count),
  /** The last try, or the one that is due, and its run. */
  attempt: maybe(count),
  evaluation: maybe(runId),
});
export type Verdict = v.InferOutput<typeof verdictSchema>;

/** A policy in a line; its id is its name. */
export const policySummarySchema = record("policy", {
  id: text,
  error: maybe(errorOfRecord),
  path,
  /** The name of its recipe. */
  recipe: text,
  /** Of the artifacts that it applies to: all, and of how many of these the evaluation succeeded, is under way, is due, was given up. */
  applies: count,
  evaluated: count,
  pending: count,
  due: count,
  exhausted: count,
  /** Tries that failed. */
  failed: count,
  max_concurrent: maybe(count),
  last_fired_at: maybe(time),
  /** Its metric: the values of the evaluations in the order of steps, the last of them, and their curve. */
  metric: maybe(text),
  last: maybe(v.number()),
  values: maybe(v.array(v.number())),
  trend: maybe(text),
});
export type PolicySummary = v.InferOutput<typeof policySummarySchema>;

/** holds/<user>/<job>.json: lab-throttle holds this job, or is about to. */
export const holdSchema = record("hold", {
  job: text,
  error: maybe(errorOfRecord),
  dry_run: maybe(v.boolean()),
  /** In streams, not on disk: what was done. */
  state: maybe(v.picklist(["held", "released", "forgotten"])),
  /** By which rule: `policy:NAME`, `recipe:NAME`, `name:GLOB`. */
  rule: text,
  run: maybe(runId),
  user: text,
  /** The name of the run. */
  name: maybe(text),
  max_concurrent: count,
  /** When it was known to be held by us, and when we began to let it go: in between it is ours for sure. */
  held_at: maybe(time),
  releasing_at: maybe(time),
  /** It was told that nobody knows whose hold it is. */
  doubtful: maybe(v.boolean()),
  host: text,
  pid: count,
  at: time,
});
export type Hold = v.InferOutput<typeof holdSchema>;
