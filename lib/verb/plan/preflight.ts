// What can be seen to be wrong with a recipe on this machine, before anything is planned: programs, scripts, inputs.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Context } from "../../command/context.js";
import type { Recipe } from "../../recipe/load.js";
import { planRun } from "../../recipe/plan.js";
import { isFault } from "../../record/fault.js";
import { nearest } from "../../record/names.js";
import type { ArtifactInput, Run, RunInput } from "../../record/run.js";
import { userOf } from "../../registry/open.js";
import type { Breach } from "../../toml/breaches.js";
import { findings } from "./checking.js";
import { sourceOf } from "./recipe-source.js";

/**
 * The findings of the recipe's own checks, and its external inputs and its program as they are here. What may be so on
 * the nodes alone is a warning.
 */
export async function preflight(recipe: Recipe, context: Context): Promise<Breach[]> {
  const { uid } = os.userInfo();
  let run: Run;
  try {
    const source = await sourceOf(recipe, uid, context);
    const home = context.env["HOME"] || os.homedir();
    run = planRun(recipe, { now: context.now, user: userOf(uid), home, source, unfilled: true });
  } catch (error) {
    if (!isFault(error)) throw error;
    return [breach(["repo"], error.message, error.hint, !(await isConfigured(context)))];
  }
  const found = [...findings(run)].map(({ at, level, message, hint }) => breach(at, message, hint, level === "warn"));
  const level = run.checks?.preflight ?? "error";
  if (level === "off") return found;
  const here = programTrouble(run, context);
  for (const [role, input] of Object.entries(run.inputs))
    here.push(...(input.type === "external" ? lookAt(role, input) : await lookUp(role, input, context)));
  return [...found, ...(level === "error" ? here : here.map((one) => ({ ...one, severity: "warning" as const })))];
}

/** Without a configuration nobody knows what the repository's name stands for, and that is no fault of the recipe. */
async function isConfigured(context: Context): Promise<boolean> {
  try {
    await context.config();
    return true;
  } catch (error) {
    if (isFault(error)) return false;
    throw error;
  }
}

function breach(at: Breach["path"], message: string, hint: string | undefined, warning: boolean): Breach {
  return {
    path: at,
    part: "value",
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(warning ? { severity: "warning" as const } : {}),
  };
}

/** An input whose fingerprint is taken must be here when the run is planned; another only where the job runs. */
function lookAt(role: string, input: Exclude<RunInput, ArtifactInput>): Breach[] {
  const at = ["inputs", role, "path"];
  const nodes = input.fingerprint === "none";
  const words = `inputs.${role}.path = ${JSON.stringify(input.path)}`;
  if (!fs.existsSync(input.path)) {
    const hint = nodes ? "it may be on the nodes" : "relative paths are relative to the file that says them";
    return [breach(at, `${words} is not there`, hint, nodes)];
  }
  try {
    fs.accessSync(input.path, fs.constants.R_OK);
    return [];
  } catch {
    return [breach(at, `${words} cannot be read by you`, undefined, nodes)];
  }
}

/** An artifact may yet be made before the recipe is run. */
async function lookUp(role: string, input: ArtifactInput, context: Context): Promise<Breach[]> {
  if (!(await isConfigured(context))) return [];
  try {
    const { resolvedArtifact } = await import("./artifact-inputs.js");
    await resolvedArtifact(role, input, context);
    return [];
  } catch (error) {
    if (!isFault(error)) throw error;
    return [breach(["inputs", role, "artifact"], error.message, error.hint, true)];
  }
}

/** A program that an [environment] brings, or a container has, need not be here. */
function programTrouble({ command, environment = {} }: Run, { env }: Context): Breach[] {
  const [program = ""] = typeof command === "string" ? [] : command;
  const { modules, conda, venv, container, setup } = environment;
  const elsewhere = [modules, conda, venv, container, setup].some((one) => one !== undefined);
  if (program === "" || elsewhere || /[{}$]/.test(program)) return [];
  if (path.isAbsolute(program)) {
    if (fs.existsSync(program)) return [];
    return [breach(["command"], `there is no program '${program}' here`, "it may be on the nodes", true)];
  }
  const places = (env["PATH"] ?? "").split(":").filter(Boolean);
  if (program.includes("/") || places.some((place) => fs.existsSync(path.join(place, program)))) return [];
  const near = nearest(program, interpreters);
  const guess = near === undefined ? "" : ` (did you mean '${near}'?)`;
  const words = `there is no program '${program}' on your PATH${guess}`;
  return [breach(["command"], words, "it may be on that of the nodes", true)];
}

const interpreters = ["python", "python3", "bash", "sh", "Rscript", "julia", "node", "torchrun", "accelerate", "srun"];
