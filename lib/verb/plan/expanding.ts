// From the plan of a sweep to its points: one recipe, read and checked once, and a run for each of them.
import os from "node:os";
import path from "node:path";
import type { Context } from "../../command/context.js";
import { atHand } from "../../command/many.js";
import { loadRecipe, loadRecipeText, type Recipe } from "../../recipe/load.js";
import { type PlanContext, planRun } from "../../recipe/plan.js";
import type { RecipeTable } from "../../recipe/schema.js";
import { sized } from "../../recipe/sized.js";
import { pointBreaches } from "../../recipe/sweep-checks.js";
import type { SweepPoint } from "../../recipe/sweep-points.js";
import { drawing, sampled } from "../../recipe/sweep-random.js";
import { type SweptRecipe, sweptRecipe } from "../../recipe/sweep-recipe.js";
import { checkTokens } from "../../recipe/tokens.js";
import { placed } from "../../recipe/validate.js";
import { fault } from "../../record/fault.js";
import { patchBetween, patched } from "../../record/patch.js";
import { type Run, runSchema, type SweepMember } from "../../record/run.js";
import { besideRunId } from "../../record/run-id.js";
import { checked } from "../../record/schema.js";
import type { Sweep, SweepPointRecord } from "../../record/sweep.js";
import { problemFault } from "../../toml/problems.js";
import { plannedAggregate } from "./aggregate-plan.js";
import { sourceOf } from "./recipe-source.js";

/** The sweep that a plan stands for, and then its runs: its points in order, and what comes after them. Throws dataerr. */
export async function expanded(given: Run, context: Context): Promise<{ sweep: Sweep; runs: Run[] }> {
  const planned = checked(runSchema, given, "the run");
  const recipe = await recipeOf(planned, context);
  const swept = await sweptRecipe(recipe.layers);
  const points = await chosen(swept, recipe, context);
  atHand(points.length);
  const { expand: _, ...rest } = planned;
  const base = rest as Run;
  const ids = pointIds(planned, points.length + 1);
  const lines = await pointLines(swept, points, recipe, base, ids, context);
  const members = lines.map((line) => ({ line, run: pointRun(base, line, lines.length) }));
  for (const { run } of members) checkTokens(run);
  const aggregate = await plannedAggregate(recipe, base, ids[points.length] ?? "", points.length, context);
  const runs = members.map(({ run }) => run);
  sayAlike(lines, context);
  const { recipe: __, source: ___, ...plan } = rest;
  const sweep: Sweep = {
    ...{ type: "sweep", v: 1, id: planned.id, name: planned.name, user: planned.user, planned_at: planned.planned_at },
    of: points.length,
    ...(swept.all > points.length && !swept.sweep.resolver ? { all: swept.all } : {}),
    recipe: planned.recipe,
    axes: axesOf(lines),
    ...limitsOf(swept),
    ...hoursOf(runs),
    ...(planned.dry_run ? { dry_run: true } : {}),
    plan,
    points: lines,
    ...(aggregate
      ? { aggregate: { run: aggregate.id, when: aggregate.sweep?.when ?? "afterok", plan: { ...aggregate } } }
      : {}),
  };
  return { sweep, runs: aggregate ? [...runs, aggregate] : runs };
}

/** The run of a point: the plan, and what the point makes of it. */
export function pointRun(base: Run, line: SweepPointRecord, of: number): Run {
  const { index, run: id, point, name, replicate, own = {} } = line;
  const { id: sweep } = base;
  const member: SweepMember = {
    ...{ id: sweep, index, of, point },
    ...(name === undefined ? {} : { name }),
    ...(replicate === undefined ? {} : { replicate }),
  };
  return { ...(patched(base, own) as Run), id, sweep: member };
}

/** Points that say the same are each a run, and all but one of them computed for nothing, or answered by that one. */
function sayAlike(lines: readonly SweepPointRecord[], context: Context): void {
  const seen = new Map<string, number>();
  const alike: [number, number][] = [];
  for (const { index, point, replicate } of lines) {
    const said = JSON.stringify([point, replicate]);
    const before = seen.get(said);
    if (before === undefined) seen.set(said, index);
    else alike.push([index, before]);
  }
  const [first] = alike;
  if (!first) return;
  const more = alike.length === 1 ? "" : `, and ${alike.length - 1} more are such`;
  context.say(`point ${first[0]} of the sweep is the same as point ${first[1]}${more}`);
}

/** The recipe as it was when it was planned; what it extends is read again. Every point is checked. */
async function recipeOf({ recipe: { path: file, text, set = [] } }: Run, context: Context): Promise<Recipe> {
  const options = { set, cwd: context.cwd, points: "every" as const };
  return file === undefined ? loadRecipeText(text, options) : loadRecipe(file, { ...options, text });
}

/** The points, which the resolver may have changed: then they are checked now. */
async function chosen(swept: SweptRecipe, recipe: Recipe, context: Context): Promise<SweepPoint[]> {
  const command = swept.sweep.resolver;
  if (!command) return swept.points;
  const { resolvedPoints } = await import("./sweep-resolver.js");
  const lines = swept.points.map(({ assignments, ...rest }, index) => ({
    index,
    point: swept.values({ assignments }),
    ...rest,
  }));
  const cwd = recipe.path === undefined ? context.cwd : path.dirname(recipe.path);
  const points = await resolvedPoints(lines, { command, cwd, env: context.env });
  if (points.length === 0) throw fault("dataerr", "the sweep has no points: its resolver wrote none");
  const found = await placed(pointBreaches(swept, points), recipe.layers);
  if (found.length > 0) throw problemFault(found, "dataerr");
  return points;
}

/** Each point with its id, and what makes its run of the plan. */
async function pointLines(
  swept: SweptRecipe,
  points: readonly SweepPoint[],
  recipe: Recipe,
  base: Run,
  ids: readonly string[],
  where: Context,
): Promise<SweepPointRecord[]> {
  const { id, user } = base;
  const { kind, root } = base.source;
  const [now, home, { uid }] = [Date.parse(base.planned_at), where.env["HOME"] || os.homedir(), os.userInfo()];
  const context: PlanContext = { now, user, home, source: { kind, root }, id };
  const { expand: _, ...first } = planRun(recipe, context) as Record<string, unknown>;
  const lines: SweepPointRecord[] = [];
  for (const [index, { assignments, name, replicate }] of points.entries()) {
    const { table, ...numbers } = swept.at({ assignments });
    const point: Recipe = { ...recipe, table: table as RecipeTable, ...numbers };
    const isElsewhere = point.table.repo !== recipe.table.repo;
    const source = isElsewhere ? await sourceOf(point, uid, where) : context.source;
    const own = patchBetween(first, planRun(point, { ...context, source, index }));
    lines.push({
      ...{ index, run: ids[index] ?? "", point: swept.values({ assignments }) },
      ...(name === undefined ? {} : { name }),
      ...(replicate === undefined ? {} : { replicate }),
      ...(own === undefined ? {} : { own }),
    });
  }
  return lines;
}

/** Ids that follow from the sweep's, so that the same plan has the same points: all different, and in order. */
export function pointIds({ id, user }: Run, n: number): string[] {
  const digits = sampled(2 ** 20, n + 1, drawing(0, `${user}/${id}`));
  return besideRunId(id, digits)
    .filter((one) => one !== id)
    .slice(0, n);
}

/** At most this many values of an axis are told in the sweep's record; the points have all. */
const fewValues = 50;

function axesOf(lines: readonly SweepPointRecord[]): Sweep["axes"] {
  const values = new Map<string, Map<string, unknown>>();
  for (const { point } of lines)
    for (const [at, value] of Object.entries(point)) {
      const known = values.get(at) ?? new Map<string, unknown>();
      values.set(at, known.set(JSON.stringify(value), value));
    }
  return [...values].map(([at, all]) => ({
    path: at,
    ...(all.size <= fewValues ? { values: [...all.values()] } : {}),
  }));
}

function limitsOf({ sweep: { max_concurrent, throttle, max_gpus } }: SweptRecipe) {
  const most = max_concurrent ?? throttle;
  return {
    ...(most === undefined ? {} : { max_concurrent: most }),
    ...(max_gpus === undefined ? {} : { max_gpus }),
  };
}

/** What the points may use at most, if all of them take the time that they ask for. */
export function hoursOf(runs: readonly Run[]): Pick<Sweep, "gpu_hours" | "cpu_hours"> {
  const sum = (of: (resources: Run["resources"]) => number) =>
    runs.reduce((hours, run) => {
      const { resources } = sized(run);
      return hours + (of(resources) * (resources.time_s ?? 0)) / 3600;
    }, 0);
  const all = (key: "gpus" | "cpus") => (resources: Run["resources"]) =>
    [resources, ...(resources.components ?? [])].reduce(
      (total, one) => total + numberOf(one[key]) * (one.nodes ?? 1),
      0,
    );
  const round = (hours: number) => Number(hours.toPrecision(12));
  return { gpu_hours: round(sum(all("gpus"))), cpu_hours: round(sum(all("cpus"))) };
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
