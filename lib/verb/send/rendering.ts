// From a created run to the files of its next submission: script, context, parameters.
import type { Context } from "../../command/context.js";
import type { Config } from "../../config/config.js";
import { renderScript, type ScriptInput } from "../../job/render.js";
import { fault } from "../../record/fault.js";
import { type Run, runSchema } from "../../record/run.js";
import { checked } from "../../record/schema.js";
import { runDirectory } from "../../registry/layout.js";
import { noteUses } from "../../registry/note-uses.js";
import type { Registry } from "../../registry/open.js";
import { nextSubmission, submissionFiles, writeSubmissionFiles } from "../../registry/submissions.js";
import { type DirectiveSettings, slurmDirectives } from "../../scheduler/slurm/directives.js";
import { graces } from "../runs.js";
import { askerOf } from "./caching.js";
import { withGathered } from "./gathered-inputs.js";
import { withMakers } from "./made-by.js";
import { paramsText, renderInput } from "./render-input.js";
import { withSteps } from "./step-inputs.js";

/** A run whose submission has its number and place, and nothing in it yet. */
export interface Prepared {
  /** As it came, and with its inputs as they are made now. */
  given: Run;
  run: Run;
  registry: Registry;
  config: Config;
  dry: boolean;
  n: number;
  files: ReturnType<typeof submissionFiles>;
  input: Omit<ScriptInput, "directives">;
  /** Texts of further files of the submission, by name. */
  beside: Record<string, string>;
}

/** Writes the files of the run's next submission and returns the run with their places; a dry run gets the script's text. */
export async function renderRun(given: Run, context: Context): Promise<Run> {
  return renderPrepared(await prepare(given, context), context);
}

/** What is known of the run's next submission, whose directory is made. Throws dataerr and noperm. */
export async function prepare(given: Run, context: Context): Promise<Prepared> {
  const registry = await context.registry();
  const planned = checked(runSchema, given, "the run");
  const made = await withMakers(planned, await askerOf(context, "submit"));
  const { config } = await context.config();
  const runDir = runDirectory(registry.base, registry.user, made.id);
  if (made.run_dir !== runDir)
    throw fault("dataerr", `the run's directory is '${runDir}', not '${made.run_dir}'`, {
      hint: "lab-resolve gives it one",
    });
  if (made.user !== registry.user) throw fault("noperm", `the run is ${made.user}'s, you are ${registry.user}`);
  const dry = context.dryRun || made.dry_run === true;
  const n = dry ? 1 : nextSubmission(registry, runDir).n;
  const files = submissionFiles(runDir, n);
  const placed = withSteps(made.sweep?.aggregate ? withPoints(made, files) : made, files.dir, registry);
  const { run, beside } = withGathered(placed, files.dir);
  const input = renderInput(run, config, registry, { n, dir: runDir, params: files.params });
  // From what is made elsewhere than was planned one finds to this run, too.
  const isElsewhere = Object.entries(made.inputs).some(([role, one]) => one !== planned.inputs[role]);
  if (isElsewhere && !dry) noteUses(registry, run);
  return { given, run, registry, config, dry, n, files, input, beside };
}

/** The run as a job of its own. */
export async function renderPrepared(prepared: Prepared, context: Context): Promise<Run> {
  const { given, dry, n, files, input } = prepared;
  const script = renderScript({ ...input, directives: await directivesOf(prepared, context) });
  const submission = { n, script: files.script, context: files.context };
  if (dry) return { ...given, phase: "rendered", submission, script, dry_run: true };
  const points = prepared.run.sweep?.aggregate ? { "points.ndjson": await pointsText(prepared, context) } : {};
  await writeFiles(prepared, { "params.json": paramsText(prepared.run), "script.sh": script, ...points });
  return { ...given, phase: "rendered", submission };
}

/** What comes after the points of a sweep finds them in a file of its submission. */
function withPoints(run: Run, files: Prepared["files"]): Run {
  return { ...run, inputs: { ...run.inputs, points: { type: "external", path: files.points, fingerprint: "none" } } };
}

async function pointsText({ run, registry }: Prepared, context: Context): Promise<string> {
  const { pointLines } = await import("../../pass/sweep-points.js");
  return pointLines(run, registry, await graces(context), Date.now())
    .map((line) => `${JSON.stringify(line)}\n`)
    .join("");
}

/** Writes context.json and what else the submission has of its own; an element of an array has the rest there. Throws faults. */
export async function writeFiles(
  { registry, files, input, beside }: Prepared,
  own: Readonly<Record<string, string>>,
): Promise<void> {
  const context = `${JSON.stringify(input.context, undefined, 2)}\n`;
  await writeSubmissionFiles(registry, files.dir, { "context.json": context, ...beside, ...own });
}

/** Slurm's directives, of a run or of the array that it is an element of; the local scheduler reads none. */
export async function directivesOf(
  { run, config, registry, n }: Pick<Prepared, "run" | "config" | "registry" | "n">,
  context: Context,
  array?: DirectiveSettings["array"],
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
    submission: n,
    gres_gpu_syntax,
    gpu_mem,
    ...(array === undefined ? {} : { array }),
    ...(partition === undefined ? {} : { partition }),
    ...(qos === undefined ? {} : { qos }),
    ...(account === undefined ? {} : { account }),
  });
}
