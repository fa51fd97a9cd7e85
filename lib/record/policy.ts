// Policies in records: what was asked for, why an artifact is evaluated or not, and how a policy stands.
import * as v from "valibot";
import { artifactId } from "./artifact.js";
import { count, digest, errorOfRecord, maybe, record, runId, text, time } from "./schema.js";

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
