// The planned run of one recipe, as the options of lab-plan want it.
import os from "node:os";
import type { Context } from "../../command/context.js";
import type { Recipe } from "../../recipe/load.js";
import { type NarrativeFlags, type PlanContext, planRun } from "../../recipe/plan.js";
import { checkTokens } from "../../recipe/tokens.js";
import { fault } from "../../record/fault.js";
import type { Run } from "../../record/run.js";
import { userOf } from "../../registry/open.js";
import { findRun } from "../../registry/refs.js";
import type { Source } from "../../source/find-source.js";
import { type CachingOptions, cachingOf } from "./caching-options.js";
import { refuseShape } from "./refuse-shape.js";

export interface PlanOptions extends CachingOptions {
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
}

/** Throws dataerr (usage for a flag) for what cannot be a run; says what may be a slip. */
export async function planned(
  recipe: Recipe,
  source: Source,
  options: PlanOptions,
  context: Context,
  more: Pick<PlanContext, "linked"> = {},
): Promise<Run> {
  const home = context.env["HOME"] || os.homedir();
  if (source.kind === "directory" && [home, "/", "/tmp"].includes(source.root)) {
    throw fault("dataerr", `'${source.root}' is no source: all that is in it would be shipped with the run`, {
      hint: "go to the project's own directory, or git init one",
    });
  }
  for (const warning of recipe.warnings) context.say(warning);
  const flags = await narrative(options, context);
  const run = planRun(recipe, { now: context.now, user: userOf(uid()), home, source, flags, ...more });
  refuseOpenInputs(recipe, run);
  checkTokens(run);
  await refuseShape(run, recipe);
  return { ...run, ...cachingOf(options), ...(context.dryRun ? { dry_run: true } : {}) };
}

/** What other stages make has a meaning in a pipeline alone. */
function refuseOpenInputs({ table }: Recipe, { inputs }: Run): void {
  const open = Object.entries(table.inputs ?? {}).find(([role]) => !Object.hasOwn(inputs, role));
  if (!open) return;
  const [role, input] = open;
  throw fault("dataerr", `the input '${role}' is of type "${input.type}": the recipe is a stage of a pipeline`, {
    hint: `plan the pipeline; or --set 'inputs.${role}={ type = "artifact", artifact = "…" }' for this once`,
  });
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
