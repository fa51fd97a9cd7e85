// The local scheduler's queue: what is known of a job, each fact written once by one writer (and only that it is held
// taken back), and who works on it.
import * as v from "valibot";
import { verdicts } from "./facts.js";
import { resourcesSchema } from "./resources.js";
import { count, maybe, path, record, runId, seconds, text, time, words } from "./schema.js";

/**
 * `local-<handle>-<submission>`: one job for one submission of one run, so a repeated submit meets itself. An element of an
 * array has its array's id and `_<index>`.
 */
export const localJob = v.pipe(
  text,
  v.regex(/^local-[0-9a-hjkmnp-tv-z]{6}-\d{1,9}(_\d{1,9})?$/, "is not a local job id"),
);

/**
 * The submitter: this script waits to be run. `host` is the only host that may run it, `env` what of the submitter's it is
 * given. In a dependency `of` says whose those jobs are that are not the submitter's own.
 */
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
    v.looseObject({
      type: v.picklist(["after", "afterok", "afterany", "afternotok"]),
      jobs: words,
      of: maybe(v.record(text, text)),
    }),
  ),
  priority: count,
  host: maybe(text),
  env: v.record(text, text),
  /** It waits again after the host was restarted under it, and when it asks for that. */
  requeue: maybe(v.boolean()),
  /** The signal (USR1, …) that its first process gets `warn_s` before the time limit. */
  signal: maybe(v.pipe(text, v.regex(/^[A-Z][A-Z0-9]*$/, "is not the name of a signal"))),
  warn_s: maybe(seconds),
  /** An element's index, and how many of its array may run at once. */
  array: maybe(v.looseObject({ index: count, max_concurrent: maybe(count) })),
  /** The sweep that it is a point of, and how many of its points may run at once, and with how many GPUs. */
  sweep: maybe(v.looseObject({ id: runId, max_concurrent: maybe(count), max_gpus: maybe(count) })),
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

/** The worker: it was sent its signal, since its time limit is near. */
export const jobWarnedSchema = record("job-warned", { job: localJob, signal: text, at: time });

/** The owner: it shall wait until this is gone. `by` is the word of whoever holds it. */
export const jobHeldSchema = record("job-held", { job: localJob, by: maybe(text), at: time });

/** The owner, or the job itself: it shall end, and wait to be run again. */
export const jobRequeueSchema = record("job-requeue", { job: localJob, at: time });
export type JobRequeue = v.InferOutput<typeof jobRequeueSchema>;

/** The worker: the start before ended, but the job did not; it waits for its `restart`-th start over. */
export const jobRequeuedSchema = record("job-requeued", {
  job: localJob,
  restart: count,
  why: v.picklist(["requeue", "node_fail"]),
  host: text,
  started_at: time,
  at: time,
});
export type JobRequeued = v.InferOutput<typeof jobRequeuedSchema>;

/** The owner: it shall end. */
export const jobCancelSchema = record("job-cancel", { job: localJob, uid: count, at: time });
export type JobCancel = v.InferOutput<typeof jobCancelSchema>;

/** The worker: it is about to be sent SIGTERM, and why. */
export const jobEndingSchema = record("job-ending", {
  job: localJob,
  why: v.picklist(["cancelled", "timeout", "requeue"]),
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
  restarts: maybe(count),
  host: maybe(text),
  submitted_at: time,
  started_at: maybe(time),
  at: time,
});
export type JobEnded = v.InferOutput<typeof jobEndedSchema>;

/** The facts of a job by the word that ends their file's name. */
export const queueFacts = {
  queued: jobQueuedSchema,
  held: jobHeldSchema,
  started: jobStartedSchema,
  warned: jobWarnedSchema,
  requeue: jobRequeueSchema,
  ending: jobEndingSchema,
  requeued: jobRequeuedSchema,
  cancel: jobCancelSchema,
  ended: jobEndedSchema,
} as const;
export type QueueFact = keyof typeof queueFacts;
export type QueueRecord<F extends QueueFact> = v.InferOutput<(typeof queueFacts)[F]>;

/**
 * What a job takes of a host: one entry of the host's numbered log, across users. `gpus` are indices; `pid` is the first
 * process of the job, and its session. It counts only in a file that belongs to `uid`.
 */
export const reservationSchema = record("reservation", {
  host: text,
  boot: text,
  user: text,
  uid: count,
  job: localJob,
  restart: maybe(count),
  gpus: v.array(count),
  cpus: count,
  mem_bytes: count,
  time_s: maybe(seconds),
  pid: count,
  pid_start: text,
  at: time,
});
export type Reservation = v.InferOutput<typeof reservationSchema>;

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
