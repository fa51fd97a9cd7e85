// The run: one record that grows from planned to submitted. What lab-create writes as run.json is this record.
import * as v from "valibot";
import { artifactId } from "./artifact.js";
import { answerEntries, cachingSchema } from "./claim.js";
import { phases } from "./phase.js";
import { pipelineMemberSchema } from "./pipeline.js";
import { resourcesSchema } from "./resources.js";
import { runRecipeSchema } from "./run-recipe.js";
import { runSourceSchema } from "./run-source.js";
import {
  count,
  digest,
  errorOfRecord,
  maybe,
  path,
  record,
  runId,
  seconds,
  table,
  text,
  time,
  words,
} from "./schema.js";

/** What nobody here made: `path` is always absolute, `recorded` is the fingerprint that the gate checks. */
export const externalInputSchema = v.looseObject({
  type: v.literal("external"),
  path,
  fingerprint: v.picklist(["stat", "sha256", "none"]),
  /** It is copied into the run's directory, from here; then `path` is the copy. */
  staged_from: maybe(path),
  /** It tells of so many inputs of this one's role, `role.0` and on; then `path` is of the submission. */
  gathers: maybe(count),
  recorded: maybe(
    v.looseObject({
      kind: v.picklist(["file", "directory"]),
      digest: maybe(digest),
      bytes: maybe(count),
      files: maybe(count),
    }),
  ),
});
export type ExternalInput = v.InferOutput<typeof externalInputSchema>;

/** What a run made or makes, or somebody registered: as the recipe names it, and what that is since lab-resolve. */
export const artifactInputSchema = v.looseObject({
  type: v.literal("artifact"),
  artifact: text,
  /** The stage of the same pipeline that makes it. */
  stage: maybe(text),
  /** What the run that makes it sets, as a point of a sweep. */
  point: maybe(table),
  /** Of a whole stream there is none. */
  id: maybe(artifactId),
  /** Whose it is. */
  user: maybe(text),
  /** The run that makes it, and as which of its outputs; what was registered from outside has none. */
  run: maybe(runId),
  role: maybe(text),
  step: maybe(count),
  /** Of a stream, as the recipe has it: which step the job is to take of what there is then, or all of them. */
  pick: maybe(v.union([text, count])),
  path: maybe(path),
  /** The cache key and epoch of the run that makes it. */
  key: maybe(digest),
  epoch: maybe(text),
  /** Of what was registered from outside: its digest, what that is over, what the gate compares, and its record. */
  digest: maybe(digest),
  digest_of: maybe(v.picklist(["stat", "sha256"])),
  stat_digest: maybe(digest),
  record: maybe(path),
  /** By what it is known to be complete: of a step the marker as it was registered. */
  marker: maybe(text),
  marker_mtime: maybe(count),
  marker_bytes: maybe(count),
});
export type ArtifactInput = v.InferOutput<typeof artifactInputSchema>;

export const inputSchema = v.variant("type", [externalInputSchema, artifactInputSchema]);
export type RunInput = v.InferOutput<typeof inputSchema>;

/** An output; `path` and `directory` are known once lab-resolve has placed it. */
export const outputSchema = v.looseObject({
  type: text,
  kind: maybe(text),
  alias: text,
  marker: maybe(text),
  digest: v.picklist(["stat", "sha256", "none"]),
  path: maybe(path),
});
export type RunOutput = v.InferOutput<typeof outputSchema>;

export const narrativeSchema = v.looseObject({
  hypothesis: maybe(text),
  context: maybe(text),
  intent: maybe(text),
  expected_outcome: maybe(text),
  note: maybe(text),
});

/** Which point of which sweep it is: `point` has the values of its axes by their paths in the recipe. */
export const sweepMemberSchema = v.looseObject({
  id: runId,
  index: count,
  of: count,
  point: table,
  /** The case that it is of. */
  name: maybe(text),
  /** The how manyeth of the seeds, where there are several. */
  replicate: maybe(count),
  /** It is no point, but what comes after all of them. */
  aggregate: maybe(v.boolean()),
  /** Of the latter: after what; afterok, where it does not say. */
  when: maybe(v.picklist(["afterok", "afterany"])),
});
export type SweepMember = v.InferOutput<typeof sweepMemberSchema>;

/** How the command is started on the allocation: as the recipe says it, and in `resolved` what lab-resolve made of it. */
export const launcherSchema = v.looseObject({
  kind: v.picklist(["none", "torchrun", "srun", "auto"]),
  nproc_per_node: maybe(v.union([count, v.literal("auto")])),
  nnodes: maybe(v.union([count, v.literal("auto")])),
  master_port: maybe(count),
  port_offset: maybe(v.union([count, v.literal("auto")])),
  extra: maybe(words),
  ddp: maybe(v.picklist(["supported", "required", "unsupported"])),
  resolved: maybe(
    v.looseObject({
      kind: v.picklist(["none", "torchrun", "srun"]),
      nnodes: count,
      nproc_per_node: count,
      master_port: maybe(count),
    }),
  ),
});
export type Launcher = v.InferOutput<typeof launcherSchema>;

export const checkpointsSchema = v.looseObject({
  globs: maybe(words),
  pointer: maybe(text),
  resume_arg: maybe(text),
  requeue: maybe(v.boolean()),
  signal: maybe(text),
  warn_s: maybe(seconds),
  max_attempts: maybe(count),
});
export type Checkpoints = v.InferOutput<typeof checkpointsSchema>;

/** What is run in the same job after the command has succeeded. */
export const evalSchema = v.looseObject({
  command: v.union([text, words]),
  args: maybe(table),
  checkpoint: maybe(text),
  workdir: maybe(text),
  /** `inherit`: that of the command; it is started as it is where there is none. */
  launcher: maybe(v.union([v.literal("inherit"), launcherSchema])),
  pass_params: maybe(v.boolean()),
});
export type InlineEval = v.InferOutput<typeof evalSchema>;

/** The checkpoint that its first attempt goes on from: which run's, and of which step where that is known. */
export const resumeSchema = v.looseObject({
  path,
  run: maybe(runId),
  user: maybe(text),
  step: maybe(count),
  /** The cache key and epoch of the run that made it. */
  key: maybe(digest),
  epoch: maybe(text),
});
export type Resume = v.InferOutput<typeof resumeSchema>;

export const environmentSchema = v.looseObject({
  modules: maybe(words),
  conda: maybe(text),
  venv: maybe(text),
  container: maybe(text),
  setup: maybe(words),
  inherit: maybe(v.boolean()),
});

export const runSchema = record("run", {
  id: runId,
  phase: v.picklist(phases),
  error: maybe(errorOfRecord),
  dry_run: maybe(v.boolean()),
  name: text,
  user: text,
  planned_at: time,
  created_at: maybe(time),
  state: maybe(text),
  recipe: runRecipeSchema,
  repo: maybe(text),
  source: runSourceSchema,
  workdir: text,
  command: v.union([text, words]),
  args: table,
  /** Words after all other arguments, which a rerun was given. */
  extra_args: maybe(words),
  args_format: maybe(v.looseObject({ style: v.picklist(["equals", "space"]) })),
  params: table,
  /** Numbers in args and params as the recipe writes them, where JSON would not: `{"params.lr": "1e-4", "args.eps": "1.0"}`. */
  numbers: maybe(v.record(v.string(), text)),
  env: v.record(v.string(), text),
  pass: words,
  seed: maybe(v.pipe(v.number(), v.integer())),
  tags: words,
  group: maybe(text),
  parent: maybe(text),
  /** The run that this one is once more: its parent, as a rerun has it. */
  rerun_of: maybe(runId),
  narrative: maybe(narrativeSchema),
  environment: maybe(environmentSchema),
  resources: resourcesSchema,
  /** The recipe's [sweep], until lab-expand has made its points; then which of them this one is. */
  expand: maybe(table),
  sweep: maybe(sweepMemberSchema),
  pipeline: maybe(pipelineMemberSchema),
  launcher: maybe(launcherSchema),
  checkpoints: maybe(checkpointsSchema),
  eval: maybe(evalSchema),
  gpu_estimate: maybe(table),
  resume: maybe(resumeSchema),
  /** Which policy has it evaluate which artifact, and the how manyeth try that is. */
  evaluates: maybe(v.looseObject({ policy: text, artifact: artifactId, attempt: count })),
  inputs: v.record(v.string(), inputSchema),
  outputs: v.record(v.string(), outputSchema),
  collect: maybe(v.looseObject({ globs: words, exclude: maybe(words) })),
  after: maybe(
    v.looseObject({ after: maybe(words), afterok: maybe(words), afterany: maybe(words), afternotok: maybe(words) }),
  ),
  notify: maybe(v.looseObject({ email: maybe(text), when: maybe(text), run: maybe(text) })),
  tracking: maybe(
    v.looseObject({ wandb: maybe(v.looseObject({ entity: maybe(text), project: text, group: maybe(text) })) }),
  ),
  checks: maybe(v.record(v.string(), v.picklist(["warn", "error", "off"]))),
  key: maybe(v.looseObject({ version: text, digest, of: table })),
  epoch: maybe(text),
  /** How it wants to be answered, and since lab-cache who answers. */
  caching: maybe(cachingSchema),
  decision: maybe(v.looseObject({ decision: text, ...answerEntries })),
  toolkit: maybe(text),
  run_dir: maybe(path),
  submission: maybe(
    v.looseObject({
      n: count,
      script: path,
      context: path,
      log: maybe(path),
      /** The array that it is an element of, whose script it is then, and its place in the array's index. */
      array: maybe(v.looseObject({ id: runId, index: count })),
    }),
  ),
  job: maybe(v.looseObject({ id: text, scheduler: text, submitted_at: maybe(time) })),
});

export type Run = v.InferOutput<typeof runSchema>;
