// [sweep.aggregate]: the run that comes after the points of a sweep, planned with them.
import os from "node:os";
import path from "node:path";
import type { Context } from "../../command/context.js";
import { layerOf, merged } from "../../recipe/layers.js";
import { loadRecipe, type Recipe } from "../../recipe/load.js";
import { planRun } from "../../recipe/plan.js";
import { fault } from "../../record/fault.js";
import type { Run } from "../../record/run.js";
import { isTable, valueAt } from "../../toml/path.js";
import { sourceOf } from "./recipe-source.js";

/** The role of the input that it gets, a file that tells of every point. */
const pointsRole = "points";

/** The run after `of` points, of the recipe that the sweep's [sweep.aggregate] names; undefined where there is none. Throws. */
export async function plannedAggregate(
  recipe: Recipe,
  base: Run,
  id: string,
  of: number,
  context: Context,
): Promise<Run | undefined> {
  const asked = aggregateOf(recipe);
  if (!asked) return undefined;
  const own = await aggregateRecipe(asked.file);
  const { uid } = os.userInfo();
  const run = planRun(own, {
    now: Date.parse(base.planned_at),
    user: base.user,
    home: context.env["HOME"] || os.homedir(),
    source: await sourceOf(own, uid, context),
    flags: { tags: base.tags, ...(base.group === undefined ? {} : { group: base.group }) },
    id,
  });
  return {
    ...run,
    sweep: { id: base.id, index: of, of, point: {}, aggregate: true, when: asked.when },
    // What it makes follows from how its points ended, which no key could tell before.
    caching: { mode: "none" },
    ...(base.dry_run ? { dry_run: true } : {}),
  };
}

/** Where the recipe of a sweep's aggregate is, and after what it is sent. */
function aggregateOf({ layers }: Pick<Recipe, "layers">): { file: string; when: "afterok" | "afterany" } | undefined {
  const table = merged(layers);
  const asked = valueAt(table, ["sweep", "aggregate"]);
  if (asked === undefined) return undefined;
  const { recipe, when = "afterok" } = (isTable(asked) ? asked : { recipe: asked }) as {
    recipe: string;
    when?: "afterok" | "afterany";
  };
  const dir = layerOf(layers, table, ["sweep", "aggregate"])?.dir ?? "/";
  return { file: path.resolve(dir, recipe), when };
}

/** Its recipe, to which the input `points` is added. Throws dataerr where it cannot be one, and noinput. */
async function aggregateRecipe(file: string): Promise<Recipe> {
  const points = `inputs.${pointsRole}={type = "external", path = "/${pointsRole}.ndjson", fingerprint = "none"}`;
  const recipe = await loadRecipe(file, { set: [points], cwd: path.dirname(file) });
  const files = merged(recipe.layers.filter(({ flag }) => flag === undefined));
  if (valueAt(files, ["inputs", pointsRole]) !== undefined)
    throw fault("dataerr", `${file}: the input '${pointsRole}' of a sweep's aggregate is the sweep's points`, {
      hint: "give yours another role",
    });
  if (files["sweep"] !== undefined) throw fault("dataerr", `${file}: what comes after a sweep cannot be one itself`);
  return { ...recipe, set: [] };
}
