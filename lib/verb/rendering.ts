// From a created run to the files of its next submission: script, context, parameters.

import type { Context } from "../command/context.js";
import type { Config } from "../config/config.js";
import type { JobLauncher } from "../job/launcher-values.js";
import { renderScript } from "../job/render.js";
import { commandLine } from "../recipe/command-line.js";
import { resolvedLauncher } from "../recipe/launcher.js";
import { expandTokens, type TokenValues, tokenValues } from "../recipe/tokens.js";
import { artifactIdOf } from "../record/artifact-id.js";
import type { JobContext } from "../record/facts.js";
import { fault } from "../record/fault.js";
import { requeueOf } from "../record/requeue.js";
import { type Run, runSchema } from "../record/run.js";
import { handleOf } from "../record/run-id.js";
import { checked } from "../record/schema.js";
import { timestamp } from "../record/units.js";
import { claimStem, runDirectory } from "../registry/layout.js";
import { noteUses } from "../registry/note-uses.js";
import type { Registry } from "../registry/open.js";
import { nextSubmission, submissionFiles, writeSubmissionFile } from "../registry/submissions.js";
import { umaskOf } from "../registry/umask.js";
import { slurmDirectives } from "../scheduler/slurm/directives.js";
import { gateInput } from "./gate-inputs.js";
import { withMakers } from "./made-by.js";

/** Writes the files of the run's next submission and returns the run with their places; a dry run gets the script's text. */
export async function renderRun(given: Run, context: Context): Promise<Run> {
  const registry = await context.registry();
  const planned = checked(runSchema, given, "the run");
  const run = withMakers(planned, registry);
  const { config } = await context.config();
  const runDir = runDirectory(registry.base, registry.user, run.id);
  if (run.run_dir !== runDir)
    throw fault("dataerr", `the run's directory is '${runDir}', not '${run.run_dir}'`, {
      hint: "lab-resolve gives it one",
    });
  if (run.user !== registry.user) throw fault("noperm", `the run is ${run.user}'s, you are ${registry.user}`);
  const dry = context.dryRun || run.dry_run === true;
  const n = dry ? 1 : nextSubmission(registry, runDir).n;
  const files = submissionFiles(runDir, n);
  const values = tokenValues(run, {
    dir: runDir,
    inputs: pathsOf(run.inputs),
    outputs: pathsOf(run.outputs),
    ids: idsOf(run.inputs),
  });
  const about = { ...contextOf(run, registry, n, runDir, files.params, values), ...claimOf(run, registry) };
  const script = renderScript({
    ...scriptInput(run, config, values),
    context: about,
    umask: umaskOf(registry),
    directives: await directivesOf(run, config, registry, n, context),
  });
  const submission = { n, script: files.script, context: files.context };
  if (dry) return { ...given, phase: "rendered", submission, script, dry_run: true };
  // From what is made elsewhere than was planned one finds to this run, too.
  if (Object.entries(run.inputs).some(([role, input]) => input !== planned.inputs[role])) noteUses(registry, run);
  writeSubmissionFile(registry, files.dir, "context.json", `${JSON.stringify(about, undefined, 2)}\n`);
  writeSubmissionFile(registry, files.dir, "params.json", paramsText(run));
  writeSubmissionFile(registry, files.dir, "script.sh", script);
  return { ...given, phase: "rendered", submission };
}

/** The generation that the submission is for: its job looks whether that still is the one that counts. */
function claimOf({ decision }: Run, registry: Registry): Pick<JobContext, "claim"> {
  const { decision: word, key, epoch, generation } = decision ?? {};
  if (word !== "claimed" || key === undefined || epoch === undefined || generation === undefined) return {};
  return { claim: { key, epoch, generation, file: claimStem(registry.base, { key, epoch }) } };
}

function pathsOf(table: Record<string, { path?: string }>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(table).flatMap(([role, { path }]) => (path === undefined ? [] : [[role, path]])),
  );
}

/** What `{inputs.R.id}` is: of a whole stream, which no artifact is, what follows from its run and role. */
function idsOf(inputs: Run["inputs"]): Record<string, string> {
  const ids: Record<string, string> = {};
  for (const [role, input] of Object.entries(inputs)) {
    if (input.type !== "artifact") continue;
    const id = input.id ?? (input.run && input.role ? artifactIdOf(input.run, input.role) : undefined);
    if (id !== undefined) ids[role] = id;
  }
  return ids;
}

/** Slurm's directives; the local scheduler reads none. */
async function directivesOf(
  run: Run,
  config: Config,
  registry: Registry,
  submission: number,
  context: Context,
): Promise<string[]> {
  const { kind } = await context.scheduler();
  if (kind !== "slurm") {
    if (run.notify?.email !== undefined)
      context.say(`${run.id}: [notify] email needs Slurm; nobody will be written to`);
    return [];
  }
  const { partition, qos, account, gres_gpu_syntax, gpu_mem } = config.slurm;
  return slurmDirectives(run, {
    registry: registry.id,
    submission,
    gres_gpu_syntax,
    gpu_mem,
    ...(partition === undefined ? {} : { partition }),
    ...(qos === undefined ? {} : { qos }),
    ...(account === undefined ? {} : { account }),
  });
}

function contextOf(
  run: Run,
  registry: Registry,
  submission: number,
  run_dir: string,
  params: string,
  values: TokenValues,
): JobContext {
  const { digest, tar } = run.source;
  if (digest === undefined || tar === undefined) {
    if (!run.dry_run) throw fault("dataerr", "the run has no snapshot", { hint: "lab-snapshot makes one" });
  }
  const each = <T extends { path?: string }>(table: Record<string, T>) =>
    Object.entries(table).map(([role, item]) => ({ role, ...item, path: item.path ?? "" }));
  return {
    type: "context",
    v: 1,
    run: run.id,
    submission,
    registry: registry.id,
    run_dir,
    name: run.name,
    user: run.user,
    snapshot: {
      digest: digest ?? "sha256:",
      tar: tar ?? `${registry.base}/snapshots/${run.user}/${digest?.slice(7)}.tar`,
    },
    workdir: expandTokens(run.workdir, values),
    command: commandLine(run, values),
    env: Object.fromEntries(Object.entries(run.env).map(([name, text]) => [name, expandTokens(text, values)])),
    pass: run.pass,
    params,
    inputs: Object.entries(run.inputs).map(([role, input]) => gateInput(role, input, registry)),
    outputs: each(run.outputs).map(({ role, type, path, marker, digest: how }) => ({
      role,
      type,
      path,
      ...(marker === undefined ? {} : { marker }),
      digest: how,
      stream: type === "checkpoint_stream",
    })),
    at: timestamp(Date.now()),
  };
}

function scriptInput(run: Run, config: Config, values: TokenValues) {
  const { modules = [], conda, venv, container, setup, inherit } = run.environment ?? {};
  const fingerprints = Object.entries(run.inputs).flatMap(([role, input]) =>
    input.type !== "external" || input.recorded?.digest === undefined ? [] : [[role, input.recorded.digest] as const],
  );
  return {
    siteEnv: config.env,
    modules: [...config.modules, ...modules],
    ...(config.module_init === undefined ? {} : { moduleInit: config.module_init }),
    ...(conda === undefined ? {} : { conda }),
    ...(venv === undefined ? {} : { venv: expandTokens(venv, values) }),
    ...(container === undefined ? {} : { container }),
    ...(setup === undefined ? {} : { setup }),
    ...(inherit === undefined ? {} : { inherit }),
    ...(run.seed === undefined ? {} : { seed: run.seed }),
    ...(run.source.unpack === undefined ? {} : { unpack: run.source.unpack }),
    ...wandb(run),
    resuming: resuming(run),
    ...launcherOf(run),
    fingerprints: Object.fromEntries(fingerprints),
  };
}

function resuming(run: Run) {
  const { command, args_format, checkpoints, resume } = run;
  const requeue = requeueOf(run);
  return {
    command,
    ...(args_format ? { args_format } : {}),
    ...(checkpoints ? { checkpoints } : {}),
    ...(resume ? { resume } : {}),
    ...(requeue ? { requeue } : {}),
  };
}

/** How the command is started; nothing where it is started as it is. */
function launcherOf({ launcher, resources }: Run): { launcher?: JobLauncher } {
  if (launcher === undefined) return {};
  const { resolved = resolvedLauncher(launcher, resources), port_offset, extra } = launcher;
  return { launcher: { ...resolved, port_offset, extra, gpus: resources.gpus } };
}

/** What wandb reads: the run's id there is the run's id here, so that its page is known before it starts. */
function wandb({ tracking, id, name, group, tags, narrative }: Run): { wandb?: Record<string, string> } {
  const asked = tracking?.wandb;
  if (!asked) return {};
  const inGroup = asked.group ?? group;
  const notes = narrative?.note ?? narrative?.hypothesis;
  // A comma ends a tag there.
  const inTags = tags.map((tag) => tag.replaceAll(",", " "));
  return {
    wandb: {
      ...(asked.entity === undefined ? {} : { WANDB_ENTITY: asked.entity }),
      WANDB_PROJECT: asked.project,
      WANDB_RUN_ID: id,
      WANDB_NAME: `${name}.${handleOf(id)}`,
      ...(inGroup === undefined ? {} : { WANDB_RUN_GROUP: inGroup }),
      ...(inTags.length === 0 ? {} : { WANDB_TAGS: inTags.join(",") }),
      ...(notes === undefined ? {} : { WANDB_NOTES: notes }),
      WANDB_RESUME: "allow",
    },
  };
}

/** LAB_PARAMS: params, args and seed as JSON. */
function paramsText({ params, args, seed }: Run): string {
  return `${JSON.stringify({ params, args, ...(seed === undefined ? {} : { seed }) }, undefined, 2)}\n`;
}
