// From the words of a command line to planned runs: which recipe, whose source, why.
import os from "node:os";
import path from "node:path";
import type { Context } from "../../command/context.js";
import { adHocRecipe } from "../../recipe/ad-hoc.js";
import { loadRecipe, loadRecipeText } from "../../recipe/load.js";
import type { LayerOptions } from "../../recipe/read.js";
import { type Fault, fault, isFault } from "../../record/fault.js";
import type { Run } from "../../record/run.js";
import { findSource } from "../../source/find-source.js";
import { isPipelineFile } from "./is-pipeline-file.js";
import { meantOtherwise } from "./no-recipe.js";
import { unplacedOutputs } from "./output-kinds.js";
import { type PlanOptions, planned } from "./plan-recipe.js";
import { sourceOf } from "./recipe-source.js";

/**
 * One planned run for each recipe, or for the command after `--`; of a pipeline its record and the runs of its stages. Where one of several recipes cannot be planned, none is:
 * a word that has lost its quotes would submit a run that is not the one that was meant.
 */
export async function* planAll(options: PlanOptions, context: Context): AsyncGenerator<object> {
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
  const plans: object[] = [];
  let wrong = 0;
  for (const file of args) {
    if (context.signal.aborted) return;
    try {
      plans.push(...(await plansOf(file, options, context)));
    } catch (error) {
      if (!isFault(error)) throw error;
      const fuller = meantOtherwise(file, error, context.cwd);
      if (args.length === 1) throw fuller;
      // No record can carry it down the pipe, whose end would say that all is well.
      context.abnormal(told(file, fuller));
      wrong += 1;
    }
  }
  if (wrong === 0) yield* plans;
  else if (plans.length > 0)
    context.say(
      `nothing is planned: ${wrong} of the ${args.length} arguments cannot be; a text of several words needs quotes`,
    );
}

async function plansOf(file: string, options: PlanOptions, context: Context): Promise<object[]> {
  if (isPipelineFile(file, context.cwd)) {
    const { plannedPipeline } = await import("./planning-pipelines.js");
    return plannedPipeline(file, options, context);
  }
  const recipe = await loadRecipe(file, layersOf(setOf(options), context));
  return [await planned(recipe, await sourceOf(recipe, uid(), context), options, context)];
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

function uid(): number {
  return os.userInfo().uid;
}
