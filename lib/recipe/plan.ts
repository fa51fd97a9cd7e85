// A recipe becomes a run: a record with an id that nothing on disk knows yet.
import crypto from "node:crypto";
import path from "node:path";
import { type Fault, fault } from "../record/fault.js";
import type { Run, RunInput, RunOutput } from "../record/run.js";
import { drawRunId } from "../record/run-id.js";
import type { RunSource } from "../record/run-source.js";
import { timestamp } from "../record/units.js";
import { runCheckpoints } from "./checkpoints.js";
import { runEval } from "./eval.js";
import { runLauncher } from "./launcher.js";
import { layerOf } from "./layers.js";
import type { Recipe } from "./load.js";
import { plainTable } from "./numbers.js";
import { defaultAlias } from "./outputs.js";
import { runResources } from "./resources.js";
import type { RecipeTable } from "./schema.js";
import { expandTokens, tokensIn, tokenValues } from "./tokens.js";

export interface PlanContext {
  /** Milliseconds. */
  now: number;
  /** Who plans. */
  user: string;
  /** What `~/` in a path stands for. */
  home: string;
  /** Where the source is: the repository that the recipe names, or the one that holds it. */
  source: Pick<RunSource, "kind" | "root">;
  /** What flags say about why; they win over the recipe's, tags are added to its. */
  flags?: NarrativeFlags;
  /** The id to take: of a point of a sweep, or in a test. */
  id?: string;
  /** Of a point of a sweep: its place. */
  index?: number;
  /** Of a stage of a pipeline: what its inputs from other stages and from a pinned run are, by role. */
  linked?: Record<string, RunInput>;
  /** For a look at it alone: an input that a policy is to fill may be left out. */
  unfilled?: boolean;
}

export interface NarrativeFlags {
  hypothesis?: string;
  context?: string;
  intent?: string;
  expected_outcome?: string;
  note?: string;
  group?: string;
  parent?: string;
  tags?: readonly string[];
}

/** The planned run of a recipe, which has been checked when it was loaded. */
export function planRun(recipe: Recipe, context: PlanContext): Run {
  const { table } = recipe;
  const { pass = [], ...env } = table.env ?? {};
  const run: Run = {
    type: "run",
    v: 1,
    id: context.id ?? drawRunId(context.now),
    phase: "planned",
    name: table.name,
    user: context.user,
    planned_at: timestamp(context.now),
    recipe: recipeOf(recipe),
    ...given("repo", table.repo),
    source: { ...table.source, ...context.source },
    workdir: table.workdir ?? ".",
    command: table.command,
    args: plainTable(table.args ?? {}, ["args"], recipe) as Run["args"],
    ...given("args_format", table.args_format),
    params: plainTable(table.params ?? {}, ["params"], recipe) as Run["params"],
    ...given("numbers", Object.keys(recipe.numbers).length === 0 ? undefined : recipe.numbers),
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)])),
    pass: [...new Set(pass)],
    ...given("seed", table.seed),
    tags: [...new Set([...(table.tags ?? []), ...(context.flags?.tags ?? [])])],
    ...why(table, context.flags ?? {}),
    ...given("environment", table.environment),
    resources: runResources(table.resources),
    ...given(
      "gpu_estimate",
      table.gpu_estimate && { ...table.gpu_estimate, ...(table.resources?.gpus === "auto" ? { auto: true } : {}) },
    ),
    ...given("launcher", table.launcher && runLauncher(table.launcher)),
    inputs: {},
    outputs: outputsOf(table),
    ...given("checkpoints", table.checkpoints && runCheckpoints(table.checkpoints)),
    ...given("eval", table.eval && runEval(table.eval, evalArgs(recipe))),
    ...given("collect", table.collect),
    ...given("after", table.after),
    ...given("notify", table.notify && { when: "afterany", ...table.notify }),
    ...given("tracking", table.tracking),
    ...given("checks", table.checks),
    ...given("expand", table.sweep && (plainJson(table.sweep) as Run["expand"])),
  };
  return { ...run, inputs: inputsOf(run, recipe, context) };
}

/** Dates and infinite numbers by their words. */
function plainJson(value: unknown): unknown {
  return plainTable(value, [], { numbers: {}, dates: {} });
}

function evalArgs(recipe: Recipe): Run["args"] | undefined {
  const args = recipe.table.eval?.args;
  return args && (plainTable(args, ["eval", "args"], recipe) as Run["args"]);
}

function given<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: T };
}

function recipeOf(recipe: Recipe): Run["recipe"] {
  return {
    ...given("path", recipe.path),
    text: recipe.text,
    digest: `sha256:${crypto.createHash("sha256").update(recipe.text).digest("hex")}`,
    ...given("extends", recipe.extends.length === 0 ? undefined : recipe.extends),
    ...given("set", recipe.set.length === 0 ? undefined : recipe.set),
  };
}

function why(table: RecipeTable, { tags: _, ...flags }: NarrativeFlags): Pick<Run, "group" | "parent" | "narrative"> {
  const { group, parent, ...narrative } = { ...table.narrative, ...flags };
  return {
    ...given("group", group),
    ...given("parent", parent),
    ...given("narrative", Object.keys(narrative).length === 0 ? undefined : narrative),
  };
}

function outputsOf({ name, outputs = {} }: RecipeTable): Record<string, RunOutput> {
  return Object.fromEntries(
    Object.entries(outputs).map(([role, output]) => [
      role,
      { ...output, alias: output.alias ?? defaultAlias(name, role), digest: output.digest ?? "stat" },
    ]),
  );
}

/** Paths, tokens replaced: `~/` is the planner's home, others are relative to the file (or directory) that says them. */
function inputsOf(
  run: Run,
  recipe: Recipe,
  { home, index, linked = {}, unfilled }: PlanContext,
): Record<string, RunInput> {
  const values = tokenValues(index === undefined ? run : { ...run, sweep: { index } });
  // What a resolver will say nobody knows yet; the points that lab-expand makes of it have no such text left.
  const isOpen = (text: string) => run.expand !== undefined && tokensIn(text).some((word) => !values.has(word));
  const filled = (text: string) => (isOpen(text) ? text : expandTokens(text, values));
  const inputs: Record<string, RunInput> = { ...linked };
  for (const [role, input] of Object.entries(recipe.table.inputs ?? {})) {
    if (input.type === "checkpoint" && !unfilled) throw unfilledInput(role);
    if (input.type === "artifact") inputs[role] = { type: "artifact", artifact: filled(input.artifact) };
    if (input.type !== "external") continue;
    const text = filled(input.path);
    const dir = layerOf(recipe.layers, recipe.table, ["inputs", role, "path"])?.dir ?? "/";
    const absolute = text === "~" || text.startsWith("~/") ? path.join(home, text.slice(1)) : path.resolve(dir, text);
    inputs[role] = { type: "external", path: absolute, fingerprint: input.fingerprint ?? "stat" };
  }
  return inputs;
}

function unfilledInput(role: string): Fault {
  return fault("dataerr", `the input '${role}' is for a policy to fill: lab-evald does, for each checkpoint`, {
    hint: `one of your own: --set 'inputs.${role}={type = "artifact", artifact = "RUN:ROLE@STEP"}'`,
  });
}
