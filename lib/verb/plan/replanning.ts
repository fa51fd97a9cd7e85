// Existing runs become plans again: lab-replan, and with it lab-rerun.
import os from "node:os";
import type { Context } from "../../command/context.js";
import { overlaid, planAgain } from "../../recipe/again.js";
import { changeArguments, type How } from "../../recipe/change-arguments.js";
import { loadRecordedRecipe } from "../../recipe/load.js";
import { planRun } from "../../recipe/plan.js";
import { setLayer } from "../../recipe/set.js";
import { checkTokens, leaves } from "../../recipe/tokens.js";
import { tomlText } from "../../recipe/toml-text.js";
import { claims } from "../../record/claim.js";
import { fault, isFault, recordError } from "../../record/fault.js";
import type { Run } from "../../record/run.js";
import { drawRunId } from "../../record/run-id.js";
import { hasSucceeded, stateOf } from "../../record/state.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { userOf } from "../../registry/open.js";
import { graces, statusOf } from "../runs.js";
import { type CachingOptions, cachingOf } from "./caching-options.js";
import { unplacedOutputs } from "./output-kinds.js";
import { resumedFrom } from "./resuming.js";
import { type Selection, selectedRuns } from "./selecting.js";
import { sourceAgain } from "./source-again.js";
import { stagedInput } from "./staging.js";

export interface ReplanOptions extends Selection, CachingOptions {
  set: string[];
  append: boolean | undefined;
  replace: boolean | undefined;
  merge: boolean | undefined;
  resume: string | undefined;
  stage: string | undefined;
  "fresh-source": boolean | undefined;
}

/** A plan for each run; one that cannot be planned again is reported, and goes on as its status with the error. */
export async function* replanAll(
  records: AsyncIterable<unknown>,
  options: ReplanOptions,
  context: Context,
): AsyncGenerator<object> {
  const how = howOf(options, context);
  const limits = await graces(context);
  let answered = 0;
  for await (const named of selectedRuns(records, options, context)) {
    if ("other" in named) {
      yield named.other;
      continue;
    }
    const { run: disk } = named;
    try {
      const run = await replanned(disk, how, options, context);
      const { state } = stateOf(disk.facts, context.now, limits);
      if (hasSucceeded(state)) answered += willAnswer(run) ? 1 : 0;
      yield run;
    } catch (error) {
      if (!isFault(error) || error.code === "usage") throw error;
      context.report(disk.run.id, error);
      yield { ...statusOf(disk, context.now, limits), error: recordError(error) };
    }
  }
  if (answered > 0)
    context.say(
      `${answered} of them succeeded: what is computed already is answered by the cache (--recompute computes it anew)`,
    );
}

function willAnswer(run: Run): boolean {
  return claims(run) && run.caching?.mode !== "recompute";
}

/** What is done with the words after `--`. */
function howOf({ append, replace, merge }: ReplanOptions, { rest }: Context): How | undefined {
  const said = (["append", "replace", "merge"] as const).filter((_, i) => [append, replace, merge][i]);
  if (said.length > 1) throw fault("usage", `--${said.join(" and --")} exclude each other`);
  if (rest === undefined && said.length > 0)
    throw fault("usage", `--${said[0]} needs the arguments after --`, { hint: `--${said[0]} -- --epochs 20` });
  return rest === undefined ? undefined : (said[0] ?? "append");
}

/** The plan of one run again. Throws faults. */
export async function replanned(
  disk: RunOnDisk,
  how: How | undefined,
  options: ReplanOptions,
  context: Context,
): Promise<Run> {
  const old = disk.run;
  const before = await recipeOf(old, [], options.set.length > 0 || how === "merge", context);
  const planned = planAgain(
    old,
    { id: drawRunId(context.now), user: userOf(os.userInfo().uid), now: context.now },
    before,
  );
  const staged = options.stage === undefined ? undefined : stagedInput(options.stage, disk, context);
  const words = (context.rest ?? []).map((word) => word.replaceAll("{staged}", "{inputs.staged.path}"));
  if (staged === undefined && words.some((word) => word.includes("{inputs.staged.path}")))
    throw fault("usage", "{staged} is the file that --stage names, and there is none");
  const change = how === undefined ? { run: planned, set: [] } : changeArguments(planned, how, words);
  const set = [...change.set, ...options.set];
  let run: Run = how === undefined ? planned : withArguments(planned, change.run);
  if (staged) run = { ...run, inputs: { ...run.inputs, staged } };
  if (set.length > 0) run = await withSet(run, set, before, options, context);
  run = await sourceAgain(run, disk, { fresh: options["fresh-source"] === true }, context);
  const resume = options.resume === undefined ? run.resume : await resumedFrom(disk, options.resume, context);
  const { resume: _, ...rest } = run;
  run = { ...rest, ...(resume ? { resume } : {}), ...cachingOf(options, rest.caching) };
  checkTokens(run);
  return { ...run, ...(context.dryRun ? { dry_run: true } : {}) };
}

function withArguments(run: Run, changed: Pick<Run, "command" | "args" | "numbers" | "extra_args">): Run {
  const { numbers: _n, extra_args: _e, ...rest } = run;
  const { numbers, extra_args, command, args } = changed;
  return { ...rest, command, args, ...(numbers ? { numbers } : {}), ...(extra_args ? { extra_args } : {}) };
}

/** The plan with what is set: whatever two plans of its recipe differ in, before and after. */
async function withSet(
  run: Run,
  set: string[],
  before: Run | undefined,
  options: ReplanOptions,
  context: Context,
): Promise<Run> {
  const paths = set.flatMap((text) =>
    leaves(setLayer(text, context.cwd).file.value, []).map(([path]) => path.join(".")),
  );
  const wrong = paths.find((path) => /^(sweep|extends|repo)(\.|$)/.test(path));
  if (wrong !== undefined)
    throw fault("usage", `--set ${wrong}: that of a run which is planned already cannot be changed`, {
      hint: "plan its recipe anew",
    });
  const after = await recipeOf(run, set, true, context);
  if (before === undefined || after === undefined) return run;
  const changed = overlaid(run, before, after);
  const recipe = { ...run.recipe, set: [...(run.recipe.set ?? []), ...set] };
  const swept = Object.keys(run.sweep?.point ?? {}).some((axis) =>
    paths.some((path) => axis === path || axis.startsWith(`${path}.`) || path.startsWith(`${axis}.`)),
  );
  const source = { ...run.source, ...after.source };
  const own = { ...changed, recipe, ...(options["fresh-source"] ? { source } : {}) };
  if (!options["fresh-source"] && paths.some((path) => path.startsWith("source.")))
    throw fault("usage", "--set source.…: what is shipped is settled with the snapshot", {
      hint: "--fresh-source takes a new one",
    });
  if (!swept) return own;
  context.say(`${run.parent}: an axis of its sweep is set: it is no point of it any more`);
  const { sweep: _, ...single } = own;
  return single;
}

/** The recipe of a run as a plan, with what was set then and what its sweep's point says. A fault where it must be there. */
async function recipeOf(run: Run, set: string[], needed: boolean, context: Context): Promise<Run | undefined> {
  const point = Object.entries(run.sweep?.point ?? {}).map(
    ([path, value]) => `${path}=${run.numbers?.[path] ?? tomlText(value)}`,
  );
  // What was set of the sweep is not of one run.
  const before = (run.recipe.set ?? []).filter((text) => !/^\s*sweep\s*[.=]/.test(text));
  const options = {
    set: [...before, ...point, ...set],
    cwd: context.cwd,
    look: (table: Record<string, unknown>) => unplacedOutputs(table, context),
  };
  try {
    const recipe = await loadRecordedRecipe(run.recipe, options);
    if (set.length > 0) for (const warning of recipe.warnings.slice(-set.length)) context.say(warning);
    const home = context.env["HOME"] || os.homedir();
    return planRun(recipe, { now: context.now, user: run.user, home, source: run.source, id: run.id });
  } catch (error) {
    if (!isFault(error) || needed) throw error;
    return undefined;
  }
}
