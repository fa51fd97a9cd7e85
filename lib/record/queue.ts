// The local scheduler's queue: what is known of a job, each fact written once by one writer, and who works on it.
import * as v from "valibot";
import { verdicts } from "./facts.js";
import { resourcesSchema } from "./run.js";
import { count, maybe, path, record, runId, text, time, words } from "./schema.js";

/** `local-<handle>-<submission>`: one job for one submission of one run, so a repeated submit meets itself. */
export const localJob = v.pipe(text, v.regex(/^local-[0-9a-hjkmnp-tv-z]{6}-\d{1,9}$/, "is not a local job id"));

/** The submitter: this script waits to be run. `host` is the only host that may run it, `env` what of the submitter's it is given. */
export const jobQueuedSchema = record("job-queued", {
  job: localJob,
  run: runId,
  submission: count,
  registry: text,
  job_name: text,
  script: path,
  run_dir: path,
  resources: resourcesSchema,
  dependencies: v.array(
    v.looseObject({ type: v.picklist(["after", "afterok", "afterany", "afternotok"]), jobs: words }),
  ),
  priority: count,
  host: maybe(text),
  env: v.record(text, text),
  at: time,
});
export type JobQueued = v.InferOutput<typeof jobQueuedSchema>;

/** The worker: this process is the job; it began only because its token stands here. `gpus` are indices. */
export const jobStartedSchema = record("job-started", {
  job: localJob,
  host: text,
  boot: text,
  pid: count,
  pid_start: text,
  token: text,
  gpus: v.array(count),
  at: time,
});
export type JobStarted = v.InferOutput<typeof jobStartedSchema>;

/** The owner: it shall end. */
export const jobCancelSchema = record("job-cancel", { job: localJob, uid: count, at: time });
export type JobCancel = v.InferOutput<typeof jobCancelSchema>;

/** The worker: it is about to be sent SIGTERM, and why. */
export const jobEndingSchema = record("job-ending", {
  job: localJob,
  why: v.picklist(["cancelled", "timeout"]),
  at: time,
});
export type JobEnding = v.InferOutput<typeof jobEndingSchema>;

/** The worker: how it ended; all that anybody asks of it later is here. */
export const jobEndedSchema = record("job-ended", {
  job: localJob,
  run: runId,
  registry: text,
  verdict: v.picklist(verdicts),
  reason: maybe(text),
  exit_code: maybe(count),
  signal: maybe(count),
  cancelled_by_uid: maybe(count),
  host: maybe(text),
  submitted_at: time,
  started_at: maybe(time),
  at: time,
});
export type JobEnded = v.InferOutput<typeof jobEndedSchema>;

/** The facts of a job by the word that ends their file's name. */
export const queueFacts = {
  queued: jobQueuedSchema,
  started: jobStartedSchema,
  cancel: jobCancelSchema,
  ending: jobEndingSchema,
  ended: jobEndedSchema,
} as const;
export type QueueFact = keyof typeof queueFacts;
export type QueueRecord<F extends QueueFact> = v.InferOutput<(typeof queueFacts)[F]>;

/** A process that holds something for its user until it ends: a worker, an agent. */
export const leaseSchema = record("lease", {
  host: text,
  boot: text,
  pid: count,
  pid_start: text,
  token: text,
  at: time,
});
export type Lease = v.InferOutput<typeof leaseSchema>;
