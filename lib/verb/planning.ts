// From the words of a command line to planned runs: which recipe, whose source, why.
import os from "node:os";
import path from "node:path";
import type { Context } from "../command/context.js";
import { adHocRecipe } from "../recipe/ad-hoc.js";
import { loadRecipe, loadRecipeText, type Recipe } from "../recipe/load.js";
import { type NarrativeFlags, planRun } from "../recipe/plan.js";
import type { LayerOptions } from "../recipe/read.js";
import { checkTokens } from "../recipe/tokens.js";
import type { Caching } from "../record/claim.js";
import { type Fault, fault, isFault } from "../record/fault.js";
import type { Run } from "../record/run.js";
import { userOf } from "../registry/open.js";
import { findRun } from "../registry/refs.js";
import { findSource, type Source } from "../source/find-source.js";
import { meantOtherwise } from "./no-recipe.js";
import { unplacedOutputs } from "./output-kinds.js";
import { sourceOf } from "./recipe-source.js";
import { refuseShape } from "./refuse-shape.js";

export interface PlanOptions {
  set: string[];
  name: string | undefined;
  note: string | undefined;
  hypothesis: string | undefined;
  context: string | undefined;
  intent: string | undefined;
  "expected-outcome": string | undefined;
  tag: string[];
  group: string | undefined;
  parent: string | undefined;
  "no-cache": boolean | undefined;
  recompute: boolean | undefined;
  "no-follow": boolean | undefined;
}

/**
 * One planned run for each recipe, or for the command after `--`. Where one of several recipes cannot be planned, none is:
 * a word that has lost its quotes would submit a run that is not the one that was meant.
 */
export async function* planAll(options: PlanOptions, context: Context): AsyncGenerator<Run> {
  const { args, rest } = context;
  if (args.length === 0 && (rest === undefined || rest.length === 0)) {
    throw fault("usage", "nothing to plan", { hint: "name a recipe, or give a command after --" });
  }
  if (args.length > 0 && rest !== undefined) {
    throw fault("usage", "both a recipe and a command after --", {
      hint: "one or the other; --set args.KEY=VALUE changes a recipe's arguments",
    });
  }
  if (rest) {
    yield await planCommand(rest, options, context);
    return;
  }
  const runs: Run[] = [];
  let wrong = 0;
  for (const file of args) {
    if (context.signal.aborted) return;
    try {
      const recipe = await loadRecipe(file, layersOf(setOf(options), context));
      runs.push(await planned(recipe, await sourceOf(recipe, uid(), context), options, context));
    } catch (error) {
      if (!isFault(error)) throw error;
      const fuller = meantOtherwise(file, error, context.cwd);
      if (args.length === 1) throw fuller;
      // No record can carry it down the pipe, whose end would say that all is well.
      context.abnormal(told(file, fuller));
      wrong += 1;
    }
  }
  if (wrong === 0) yield* runs;
  else if (runs.length > 0)
    context.say(
      `nothing is planned: ${wrong} of the ${args.length} arguments cannot be; a text of several words needs quotes`,
    );
}

/** The fault with the name of the recipe in it. */
function told(file: string, error: Fault): Fault {
  const { code, message, hint } = error;
  return message.includes(file) ? error : fault(code, `${file}: ${message}`, { hint, cause: error });
}

async function planCommand(argv: string[], options: PlanOptions, context: Context): Promise<Run> {
  const source = findSource(context.cwd, uid());
  const workdir = path.relative(source.root, context.cwd);
  const text = adHocRecipe({ argv, workdir, ...(options.name === undefined ? {} : { name: options.name }) });
  const recipe = await loadRecipeText(text, layersOf(options.set, context));
  return planned(recipe, source, options, context);
}

function layersOf(set: string[], context: Context): LayerOptions {
  return { set, cwd: context.cwd, look: (table) => unplacedOutputs(table, context) };
}

function setOf({ set, name }: PlanOptions): string[] {
  return name === undefined ? set : [...set, `name=${JSON.stringify(name)}`];
}

async function planned(recipe: Recipe, source: Source, options: PlanOptions, context: Context): Promise<Run> {
  const home = context.env["HOME"] || os.homedir();
  if (source.kind === "directory" && [home, "/", "/tmp"].includes(source.root)) {
    throw fault("dataerr", `'${source.root}' is no source: all that is in it would be shipped with the run`, {
      hint: "go to the project's own directory, or git init one",
    });
  }
  for (const warning of recipe.warnings) context.say(warning);
  const flags = await narrative(options, context);
  const run = planRun(recipe, {
    now: context.now,
    user: userOf(uid()),
    home: context.env["HOME"] || os.homedir(),
    source,
    flags,
  });
  checkTokens(run);
  await refuseShape(run, recipe);
  return { ...run, ...cachingOf(options), ...(context.dryRun ? { dry_run: true } : {}) };
}

/** How it wants to be answered; nothing where it is as usual. */
function cachingOf({ "no-cache": none, recompute, "no-follow": alone }: PlanOptions): Pick<Run, "caching"> {
  if (none && (recompute || alone))
    throw fault("usage", `--no-cache claims nothing: --${recompute ? "recompute" : "no-follow"} says how to claim`);
  const caching: Caching = {
    ...(none ? { mode: "none" as const } : recompute ? { mode: "recompute" as const } : {}),
    ...(alone ? { follow: false } : {}),
  };
  return Object.keys(caching).length === 0 ? {} : { caching };
}

async function narrative(options: PlanOptions, context: Context): Promise<NarrativeFlags> {
  const { note, hypothesis, context: why, intent, "expected-outcome": expected_outcome, group } = options;
  const parent =
    options.parent === undefined ? undefined : findRun(await context.registry(), options.parent, context.cwd).run.id;
  const all = { note, hypothesis, context: why, intent, expected_outcome, group, parent };
  const said = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return { ...said, tags: options.tag };
}

function uid(): number {
  return os.userInfo().uid;
}
