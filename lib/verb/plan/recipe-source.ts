// Where the source of a recipe's run is.
import path from "node:path";
import type { Context } from "../../command/context.js";
import type { Recipe } from "../../recipe/load.js";
import { fault } from "../../record/fault.js";
import { findSource, type Source } from "../../source/find-source.js";

/** The repository that the recipe names, else the one that holds it, as the user `uid` may see it. Throws config. */
export async function sourceOf({ path: file, table }: Recipe, uid: number, context: Context): Promise<Source> {
  if (table.repo === undefined) return findSource(path.dirname(file ?? context.cwd), uid);
  const { config } = await context.config();
  const repo = config.repos[table.repo];
  if (repo) return findSource(repo.path, uid);
  const known = Object.keys(config.repos);
  throw fault("config", `cannot find the repository '${table.repo}': the cluster file does not name it`, {
    hint: known.length > 0 ? `[repos] has ${known.join(", ")}` : `add it to [repos]: ${table.repo} = "/its/directory"`,
  });
}
