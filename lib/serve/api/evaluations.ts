// Evaluations of what a run made, and the rollouts that some of them recorded.
import * as v from "valibot";
import { artifactId } from "../../record/artifact.js";
import { anyNumber, count, maybe, runId, text, time } from "../../record/schema.js";
import { endpoint, rawEndpoint } from "./api.js";
import { whole } from "./query.js";

const measure = v.object({ name: text, value: anyNumber, stderr: maybe(v.number()), n: maybe(v.number()) });

const evaluation = v.object({
  run: runId,
  name: text,
  user: text,
  state: text,
  policy: maybe(text),
  /** What it evaluated, of the run that is asked about. */
  artifact: maybe(artifactId),
  role: maybe(text),
  step: maybe(count),
  via: maybe(v.pipe(runId, v.description("a run in between, which made what was evaluated of what this run made"))),
  result: maybe(v.pipe(artifactId, v.description("the output that holds the result"))),
  headline: maybe(text),
  measures: v.array(measure),
  rollouts: maybe(v.pipe(count, v.description("how many tasks it has recorded step by step"))),
  at: maybe(time),
});
export type EvaluationOfRun = v.InferOutput<typeof evaluation>;

export const evaluationsApi = endpoint({
  path: "/api/v1/evaluations/:run",
  summary: "The evaluations of what a run made, also by way of one run in between, and its own results",
  answer: v.object({
    run: v.object({ id: runId, name: text, user: text, state: text }),
    evaluations: v.array(evaluation),
    more: maybe(v.pipe(count, v.description("runs that used what it made and were not looked at"))),
  }),
  list: "evaluations",
});

const rolloutStep = v.object({
  step: v.number(),
  action: maybe(v.unknown()),
  response: maybe(v.unknown()),
  reward: maybe(v.number()),
});
export type RolloutStep = v.InferOutput<typeof rolloutStep>;

export const rolloutApi = endpoint({
  path: "/api/v1/artifacts/:id/rollout",
  summary: "What an evaluation recorded step by step: trajectory.jsonl, and how many frames there are",
  query: v.object({ task: maybe(whole(0, 100_000)), from: maybe(whole(0, 100_000_000)), limit: maybe(whole(1, 5000)) }),
  answer: v.object({
    tasks: v.array(v.object({ name: text })),
    task: count,
    steps: v.array(rolloutStep),
    frames: v.pipe(v.array(count), v.description("the numbers of the frames that there are")),
    next: maybe(count),
    total_reward: maybe(v.number()),
  }),
});

export const frameApi = rawEndpoint({
  path: "/api/v1/artifacts/:id/frame",
  summary: "One frame of a rollout, as the picture that it is",
  query: v.object({ task: maybe(whole(0, 100_000)), n: whole(0, 100_000_000) }),
  media: "image/png",
});
