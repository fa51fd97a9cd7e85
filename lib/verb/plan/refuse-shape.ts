// Processes, nodes and GPUs that do not fit each other are a mistake in the recipe: it is told where, before anything else.
import type { Recipe } from "../../recipe/load.js";
import { placed } from "../../recipe/validate.js";
import type { Run } from "../../record/run.js";
import { problemFault } from "../../toml/problems.js";
import { findings } from "./checking.js";

/** Throws dataerr (usage for a flag), with the line of the recipe, for a shape that cannot be; where the check only warns lab-resolve does. */
export async function refuseShape(run: Run, recipe: Recipe): Promise<void> {
  const found = [...findings(run, undefined, "topology")].filter(({ level }) => level === "error");
  if (found.length === 0) return;
  const breaches = found.map(({ at, message, hint }) => ({
    path: at,
    part: "value" as const,
    message,
    ...(hint === undefined ? {} : { hint }),
  }));
  const problems = await placed(breaches, recipe.layers);
  throw problemFault(problems, problems[0]?.path === undefined ? "usage" : "dataerr");
}
