// What a script says of its run: everything that the job is given, from the run as it was created.
import type { Config } from "../../config/config.js";
import type { EvalInput } from "../../job/eval-values.js";
import type { JobLauncher } from "../../job/launcher-values.js";
import type { ScriptInput } from "../../job/render.js";
import { commandLine } from "../../recipe/command-line.js";
import { evalCommand } from "../../recipe/eval.js";
import { resolvedLauncher } from "../../recipe/launcher.js";
import { expandTokens, type TokenValues, tokenValues } from "../../recipe/tokens.js";
import { artifactIdOf } from "../../record/artifact-id.js";
import { claimedBy } from "../../record/claim.js";
import type { JobContext } from "../../record/facts.js";
import { fault } from "../../record/fault.js";
import { requeueOf } from "../../record/requeue.js";
import type { Run } from "../../record/run.js";
import { handleOf } from "../../record/run-id.js";
import { timestamp } from "../../record/units.js";
import { claimStem } from "../../registry/layout.js";
import type { Registry } from "../../registry/open.js";
import { umaskOf } from "../../registry/umask.js";
import { gateInput } from "./gate-inputs.js";

/** The values of one submission of a run; `params` is where its parameters will be. Throws dataerr. */
export function renderInput(
  run: Run,
  config: Config,
  registry: Registry,
  { n, dir, params }: { n: number; dir: string; params: string },
): Omit<ScriptInput, "directives"> {
  const values = tokenValues(run, {
    dir,
    inputs: pathsOf(run.inputs),
    outputs: pathsOf(run.outputs),
    ids: idsOf(run.inputs),
  });
  const context = { ...contextOf(run, registry, n, dir, params, values), ...claimOf(run, registry) };
  const evaluation = evaluationOf(run, values, params);
  return {
    ...scriptInput(run, config, values),
    ...(evaluation ? { evaluation } : {}),
    context,
    umask: umaskOf(registry),
  };
}

function evaluationOf(run: Run, values: TokenValues, params: string): EvalInput | undefined {
  const { eval: asked, launcher, resources } = run;
  const command = evalCommand(run, values, params);
  if (asked === undefined || command === undefined) return undefined;
  const its = asked.launcher === "inherit" ? launcher : asked.launcher;
  return {
    ...command,
    isLine: typeof asked.command === "string",
    ...(its === undefined ? {} : launcherOf({ launcher: its, resources })),
  };
}

/** The generation that the submission is for: its job looks whether that still is the one that counts. */
function claimOf({ decision }: Run, registry: Registry): Pick<JobContext, "claim"> {
  const claim = claimedBy(decision);
  return claim ? { claim: { ...claim, file: claimStem(registry.base, claim) } } : {};
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
    const { pick, run, role: made } = input;
    const step = typeof pick === "number" ? pick : undefined;
    const id = input.id ?? (run && made ? artifactIdOf(run, made, step) : undefined);
    if (id !== undefined) ids[role] = id;
  }
  return ids;
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
function launcherOf({ launcher, resources }: Pick<Run, "launcher" | "resources">): { launcher?: JobLauncher } {
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

/** LAB_PARAMS: params, args, seed and which point of a sweep, as JSON. */
export function paramsText({ params, args, seed, sweep }: Run): string {
  const given = { params, args, ...(seed === undefined ? {} : { seed }), ...(sweep === undefined ? {} : { sweep }) };
  return `${JSON.stringify(given, undefined, 2)}\n`;
}
