// Every type of record, in one place: the shipped JSON Schemas and lab-records(5) are made from this list.
import * as v from "valibot";
import { agentSchema } from "./agent.js";
import { arraySchema, partReceiptSchema, partRefusalSchema, partSchema } from "./array.js";
import { aliasSchema, artifactSchema, edgeSchema, outputsSchema } from "./artifact.js";
import { checkpointSchema } from "./checkpoint.js";
import { claimSchema, goSchema } from "./claim.js";
import { comparisonSchema } from "./comparison.js";
import { derivedSchema } from "./derived.js";
import { estimateSchema } from "./estimate.js";
import { evaluationSchema } from "./evaluation.js";
import {
  cancelSchema,
  contextSchema,
  decisionSchema,
  exitSchema,
  forgetSchema,
  intentSchema,
  leaderSchema,
  outcomeSchema,
  receiptSchema,
  schedulerFactSchema,
  startSchema,
} from "./facts.js";
import { garbageSchema } from "./garbage.js";
import { keyComparisonSchema, keySchema } from "./key.js";
import { narrativeRecordSchema, noteSchema } from "./note.js";
import { packedSchema, packSchema, summarySchema } from "./pack.js";
import { pipelineSchema, pipelineStatusSchema } from "./pipeline.js";
import { evalRequestSchema, holdSchema, policySummarySchema, verdictSchema } from "./policy.js";
import {
  jobCancelSchema,
  jobEndedSchema,
  jobEndingSchema,
  jobHeldSchema,
  jobQueuedSchema,
  jobRequeuedSchema,
  jobRequeueSchema,
  jobStartedSchema,
  jobWarnedSchema,
  leaseSchema,
  reservationSchema,
} from "./queue.js";
import { runSchema } from "./run.js";
import { anyNumber, count, errorOfRecord, maybe, path, record, runId, seconds, text, time, words } from "./schema.js";
import { snapshotSchema } from "./snapshot.js";
import { sweepSchema, sweepStatusSchema } from "./sweep.js";

/** Where a run stands, as lists show it. */
export const statusSchema = record("status", {
  id: runId,
  error: maybe(errorOfRecord),
  name: text,
  user: text,
  state: text,
  mode: maybe(text),
  message: maybe(text),
  hint: maybe(text),
  job: maybe(text),
  exit_code: maybe(count),
  attempt: maybe(count),
  /** How the evaluation in its job ended, where it has one. */
  eval: maybe(v.picklist(["succeeded", "failed"])),
  cached_from: maybe(runId),
  cached_user: maybe(text),
  planned_at: time,
  started_at: maybe(time),
  ended_at: maybe(time),
  beat_at: maybe(time),
  elapsed_s: maybe(v.number()),
  run_dir: path,
  tags: maybe(words),
  group: maybe(text),
  note: maybe(text),
});
export type Status = v.InferOutput<typeof statusSchema>;

/** A job in the queue, whoever's it is. */
export const jobSchema = record("job", {
  id: text,
  error: maybe(errorOfRecord),
  user: text,
  name: maybe(text),
  run: maybe(runId),
  state: v.picklist(["pending", "running", "completing", "unknown"]),
  position: maybe(count),
  priority: maybe(count),
  partition: maybe(text),
  nodes: maybe(text),
  cpus: maybe(count),
  gpus: maybe(count),
  gpu_indices: maybe(v.array(count)),
  mem_bytes: maybe(count),
  restarts: maybe(count),
  submitted_at: maybe(time),
  started_at: maybe(time),
  expected_start_at: maybe(time),
  waited_s: maybe(seconds),
  elapsed_s: maybe(seconds),
  left_s: maybe(seconds),
  reason: maybe(text),
  message: maybe(text),
  hint: maybe(text),
  waits_for: maybe(words),
});
export type Job = v.InferOutput<typeof jobSchema>;

export const metricSchema = record("metric", {
  run: runId,
  name: text,
  value: anyNumber,
  step: maybe(v.number()),
  at: maybe(time),
  attempt: maybe(count),
  /** Of a result: the output that holds it, its standard error, and of how many. A job may log others of these names. */
  role: maybe(v.unknown()),
  stderr: maybe(v.unknown()),
  n: maybe(v.unknown()),
  /** Of one that was derived: what that is called, and who did it. */
  derived: maybe(v.unknown()),
  by: maybe(v.unknown()),
});
export type Metric = v.InferOutput<typeof metricSchema>;

export const eventSchema = record("event", { event: text, run: maybe(runId), user: text, host: maybe(text), at: time });
export type LabEvent = v.InferOutput<typeof eventSchema>;

/** One line of a log, or of anything else that is text. */
export const lineSchema = record("line", { run: maybe(runId), source: maybe(text), text });

/** Something is wrong with a file; the work goes on. */
export const problemSchema = record("problem", {
  path: maybe(text),
  line: maybe(count),
  column: maybe(count),
  message: text,
  hint: maybe(text),
  severity: v.picklist(["error", "warning"]),
  /** Of the registry: which of its promises is broken, and for which run. */
  check: maybe(text),
  run: maybe(runId),
  /** lab-fsck can mend it, or has done so. */
  repairable: maybe(v.boolean()),
  repaired: maybe(v.boolean()),
  dry_run: maybe(v.boolean()),
});
export type Problem = v.InferOutput<typeof problemSchema>;

/** One thing that was looked at, and how it is. */
export const checkSchema = record("check", {
  name: text,
  ok: v.boolean(),
  /** Of what is not well: an error stops work, a warning will cost somebody some day. */
  severity: maybe(v.picklist(["error", "warning"])),
  message: maybe(text),
  hint: maybe(text),
  path: maybe(text),
});

/** One resolved setting and where its value came from. */
export const settingSchema = record("setting", { key: text, value: v.unknown(), from: text, note: maybe(text) });

/** Why a run is as it is. */
export const reasonSchema = record("reason", {
  run: runId,
  state: text,
  mode: maybe(text),
  message: text,
  detail: maybe(words),
  /** Of one that failed: its newest success of the same name, and every field that is otherwise; a source has no values. */
  since: maybe(
    v.strictObject({
      run: runId,
      changed: v.array(v.strictObject({ path: text, from: maybe(v.string()), to: maybe(v.string()) })),
    }),
  ),
  log: maybe(words),
  try: maybe(words),
});

/** Something that listens: lab-serve, and where. The token in its address lets in whoever has it. */
export const serviceSchema = record("service", {
  id: text,
  error: maybe(errorOfRecord),
  url: text,
  host: text,
  registry: maybe(path),
  /** Where it listens, if not on a port. */
  socket: maybe(path),
});

/** A command of the toolkit, as lab-help lists it. */
export const commandSchema = record("command", {
  id: text,
  name: maybe(text),
  group: maybe(text),
  purpose: maybe(text),
  text: maybe(text),
});

/** A file that a command has made for a person. */
export const fileSchema = record("file", { path, kept: maybe(path), dry_run: maybe(v.boolean()) });

/** Something that is shipped to begin with. */
export const exampleSchema = record("example", { id: text, purpose: text });

/** The last record of a command that ended abnormally; whoever reads it passes it on and exits with its code. */
export const failureSchema = record("failure", {
  command: text,
  code: text,
  message: text,
  hint: maybe(text),
  signal: maybe(text),
});

/** All of them by type; those of .lab/ are files, the others travel in streams. */
export const records = {
  run: runSchema,
  sweep: sweepSchema,
  "sweep-status": sweepStatusSchema,
  pipeline: pipelineSchema,
  "pipeline-status": pipelineStatusSchema,
  status: statusSchema,
  job: jobSchema,
  metric: metricSchema,
  checkpoint: checkpointSchema,
  derived: derivedSchema,
  event: eventSchema,
  line: lineSchema,
  problem: problemSchema,
  check: checkSchema,
  garbage: garbageSchema,
  setting: settingSchema,
  reason: reasonSchema,
  key: keySchema,
  "key-comparison": keyComparisonSchema,
  comparison: comparisonSchema,
  note: noteSchema,
  narrative: narrativeRecordSchema,
  estimate: estimateSchema,
  verdict: verdictSchema,
  policy: policySummarySchema,
  failure: failureSchema,
  command: commandSchema,
  service: serviceSchema,
  file: fileSchema,
  example: exampleSchema,
  intent: intentSchema,
  receipt: receiptSchema,
  context: contextSchema,
  start: startSchema,
  exit: exitSchema,
  evaluation: evaluationSchema,
  "eval-request": evalRequestSchema,
  hold: holdSchema,
  scheduler: schedulerFactSchema,
  cancel: cancelSchema,
  forget: forgetSchema,
  decision: decisionSchema,
  claim: claimSchema,
  go: goSchema,
  leader: leaderSchema,
  outcome: outcomeSchema,
  array: arraySchema,
  part: partSchema,
  "part-receipt": partReceiptSchema,
  "part-refusal": partRefusalSchema,
  "job-queued": jobQueuedSchema,
  "job-held": jobHeldSchema,
  "job-started": jobStartedSchema,
  "job-warned": jobWarnedSchema,
  "job-requeue": jobRequeueSchema,
  "job-requeued": jobRequeuedSchema,
  "job-cancel": jobCancelSchema,
  "job-ending": jobEndingSchema,
  "job-ended": jobEndedSchema,
  reservation: reservationSchema,
  lease: leaseSchema,
  agent: agentSchema,
  snapshot: snapshotSchema,
  artifact: artifactSchema,
  outputs: outputsSchema,
  alias: aliasSchema,
  edge: edgeSchema,
  pack: packSchema,
  summary: summarySchema,
  packed: packedSchema,
} as const;
