// The facts of a run: what the files in its .lab/ say, each written once or by exactly one writer.
import * as v from "valibot";
import { answerEntries } from "./claim.js";
import { count, digest, maybe, path, record, runId, seconds, text, time, words } from "./schema.js";

/** Who is about to call the scheduler, and since when. */
export const senderEntries = { user: text, host: text, pid: maybe(count), pid_start: maybe(text), at: time };

/** What the scheduler that took it said, or what was found of it later. */
export const acceptedEntries = {
  scheduler: text,
  job: text,
  cluster: maybe(text),
  argv: maybe(words),
  says: maybe(text),
  found: maybe(v.boolean()),
  at: time,
};

/** A checkpoint that something goes on from, or is about, and how it was found to be the one. */
export const chosenCheckpointSchema = v.looseObject({
  path,
  step: maybe(count),
  how: maybe(v.picklist(["pointer", "step", "single", "given"])),
});

/** submit-<n>/intent.json: sbatch is about to be called, by whom; or `void`: nobody may call it any more. */
export const intentSchema = record("intent", {
  run: runId,
  submission: count,
  token: text,
  void: maybe(v.boolean()),
  by: v.picklist(["submit", "job", "reconcile", "cancel"]),
  ...senderEntries,
});
export type Intent = v.InferOutput<typeof intentSchema>;

/** submit-<n>/receipt.json: the scheduler took it. */
export const receiptSchema = record("receipt", { run: runId, submission: count, ...acceptedEntries });
export type Receipt = v.InferOutput<typeof receiptSchema>;

/** An input as the gate of the job looks for it. */
export const contextInputSchema = v.looseObject({
  role: text,
  type: text,
  path,
  /** External: how it is told whether it is what it was. */
  fingerprint: maybe(text),
  /** An artifact, and the run, output and step that make it. */
  id: maybe(text),
  run: maybe(runId),
  user: maybe(text),
  output: maybe(text),
  step: maybe(count),
  /** Where it is told that it is made: the .lab/ of the run, or the record of what was registered from outside. */
  from: maybe(path),
  /** Which step of `stream` the job makes `path` a link to; of all, the file that it lists them in. */
  pick: maybe(v.union([text, count])),
  stream: maybe(path),
  steps: maybe(path),
  marker: maybe(text),
  marker_mtime: maybe(count),
  marker_bytes: maybe(count),
  /** By names, sizes and times, and by contents, where these were recorded. */
  stat_digest: maybe(digest),
  digest: maybe(digest),
});
export type ContextInput = v.InferOutput<typeof contextInputSchema>;

/** submit-<n>/context.json: everything a job of this submission was given. */
export const contextSchema = record("context", {
  run: runId,
  submission: count,
  registry: text,
  run_dir: path,
  name: text,
  user: text,
  snapshot: v.looseObject({ digest, tar: path }),
  workdir: text,
  command: words,
  env: v.record(v.string(), text),
  pass: words,
  params: path,
  /** The array that it is an element of, and its place there. */
  array: maybe(v.looseObject({ id: runId, index: count })),
  /** The generation that this submission is sent for; a run that claims nothing has none. */
  claim: maybe(v.looseObject({ key: digest, epoch: text, generation: count, file: path })),
  inputs: v.array(contextInputSchema),
  outputs: v.array(
    v.looseObject({ role: text, type: text, path, marker: maybe(text), digest: text, stream: v.boolean() }),
  ),
  at: time,
});
export type JobContext = v.InferOutput<typeof contextSchema>;

/** attempt-<n>/start.json: the runtime has begun. */
export const startSchema = record("start", {
  run: runId,
  submission: count,
  attempt: count,
  job: maybe(text),
  scheduler: maybe(text),
  restart: maybe(count),
  host: text,
  pid: maybe(count),
  pid_start: maybe(text),
  boot: maybe(text),
  /** Told by no one else: by it the writer recognises its own record. */
  token: maybe(text),
  at: time,
  /** The checkpoint that it goes on from. */
  resume: maybe(chosenCheckpointSchema),
});
export type Start = v.InferOutput<typeof startSchema>;

export const manifestSchema = v.looseObject({
  role: text,
  step: maybe(count),
  path,
  complete: maybe(v.boolean()),
  files: maybe(count),
  bytes: maybe(count),
  digest: maybe(digest),
});

/** attempt-<n>/exit.json: how the attempt ended, as seen from inside. */
export const exitSchema = record("exit", {
  run: runId,
  attempt: count,
  /** `timeout`: the runtime ended the command before its time limit, so that the run can be started again. */
  reason: v.picklist(["command", "signal", "timeout", "superseded", "input_error", "launch_error"]),
  code: count,
  signal: maybe(text),
  /** The signal that asked the runtime for an end before the command had ended: TERM at a time limit, a cancel, a preemption. */
  asked: maybe(text),
  message: maybe(text),
  role: maybe(text),
  path: maybe(text),
  started_at: maybe(time),
  at: time,
  wall_s: maybe(seconds),
  peak_mem_bytes: maybe(count),
  oom_kills: maybe(count),
  /** Seconds of all processors; bytes from and to disks; the busiest that a GPU was seen, in percent. */
  usage: maybe(
    v.looseObject({
      cpu_s: maybe(seconds),
      read_bytes: maybe(count),
      write_bytes: maybe(count),
      gpu_percent: maybe(count),
    }),
  ),
  outputs: maybe(v.array(manifestSchema)),
  /** The steps of streams that its inputs were. */
  inputs: maybe(v.array(v.looseObject({ role: text, step: count, path }))),
});
export type Exit = v.InferOutput<typeof exitSchema>;

/**
 * What a scheduler says of one job, in words that no scheduler owns: `pending`, `running`, `completing` (still there),
 * `unknown` (a word we do not know: not an end), or an end with its verdict.
 */
export const jobPhases = ["pending", "running", "completing", "unknown", "ended"] as const;
export const verdicts = [
  "completed",
  "failed",
  "cancelled",
  "timeout",
  "oom",
  "preempted",
  "node_fail",
  "boot_fail",
  "deadline",
  "dependency",
] as const;
export type Verdict = (typeof verdicts)[number];

export const jobViewSchema = v.looseObject({
  job: text,
  phase: v.picklist(jobPhases),
  verdict: maybe(v.picklist(verdicts)),
  word: maybe(text),
  reason: maybe(text),
  /** The word of whoever holds it, from a scheduler that keeps that. */
  held_by: maybe(text),
  exit_code: maybe(count),
  signal: maybe(count),
  derived_exit_code: maybe(count),
  cancelled_by_uid: maybe(count),
  restarts: maybe(count),
  nodes: maybe(text),
  submitted_at: maybe(time),
  started_at: maybe(time),
  ended_at: maybe(time),
  expected_start_at: maybe(time),
  max_rss_bytes: maybe(count),
  steps: maybe(v.array(v.looseObject({ step: text, word: text, exit_code: maybe(count), signal: maybe(count) }))),
  source: maybe(v.picklist(["queue", "accounting", "worker"])),
});
export type JobView = v.InferOutput<typeof jobViewSchema>;

/**
 * scheduler.json: the last that the owner's reconcile saw of the run's job; `absent_since` when it was not to be seen,
 * `ended_seen_at` when its end was seen first. Times are the file server's, so that passes of several hosts have one clock.
 */
export const schedulerFactSchema = record("scheduler", {
  run: runId,
  job: maybe(jobViewSchema),
  absent_since: maybe(time),
  ended_seen_at: maybe(time),
  observed_at: time,
});
export type SchedulerFact = v.InferOutput<typeof schedulerFactSchema>;

/** cancel.json: the owner asked for it to end. */
export const cancelSchema = record("cancel", { run: runId, user: text, at: time, reason: maybe(text) });
export type Cancel = v.InferOutput<typeof cancelSchema>;

/** forget.json: the owner gave a lost run up. */
export const forgetSchema = record("forget", { run: runId, user: text, at: time, reason: maybe(text) });
export type Forget = v.InferOutput<typeof forgetSchema>;

/** leader.json: what the owner of a run that follows saw of the job of the run that it follows. */
export const leaderSchema = record("leader", {
  run: runId,
  leader: runId,
  job: maybe(jobViewSchema),
  absent_since: maybe(time),
  ended_seen_at: maybe(time),
  observed_at: time,
});
export type LeaderFact = v.InferOutput<typeof leaderSchema>;

/** decision-<n>.json: what was decided about computing it; the highest counts. */
export const decisionSchema = record("decision", {
  run: runId,
  decision: v.picklist(["claimed", "hit", "follows", "blocked", "deferred", "unclaimed"]),
  /** The highest submission that somebody had begun to send by then; none yet is 0. A later one ends what was decided. */
  submission: maybe(count),
  /** The highest attempt that had begun by then. */
  attempt: maybe(count),
  /** Claimed: which generation of what. Hit and follows: whose generation answers, or will. */
  ...answerEntries,
  /** Blocked: the runs that it waits for, and that in words. */
  runs: maybe(v.array(runId)),
  message: maybe(text),
  at: time,
});
export type Decision = v.InferOutput<typeof decisionSchema>;

export const modes = [
  "code_error",
  "oom",
  "timeout",
  "preempted",
  "node_fail",
  "cancelled",
  "dependency",
  "input_error",
  "submit_error",
  "launch_error",
] as const;
export type Mode = (typeof modes)[number];

/** The states in which a run can end. */
export const ends = ["succeeded", "cached", "failed", "cancelled", "lost"] as const;

/** outcome.json: how the run ended. Written once, and only when no further submission or attempt is due. */
export const outcomeSchema = record("outcome", {
  run: runId,
  state: v.picklist(ends),
  mode: maybe(v.picklist(modes)),
  /** Cached: the run that answered, which made the outputs, and whose it is. */
  cached_from: maybe(runId),
  cached_user: maybe(text),
  message: maybe(text),
  hint: maybe(text),
  exit_code: maybe(count),
  signal: maybe(text),
  job: maybe(text),
  attempt: maybe(count),
  started_at: maybe(time),
  ended_at: maybe(time),
  at: time,
});
export type Outcome = v.InferOutput<typeof outcomeSchema>;
