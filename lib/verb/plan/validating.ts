// What kind of file it is, by its keys, and everything that is wrong with it.

import type { Context } from "../../command/context.js";
import { plain } from "../../command/plain.js";
import { paint, type TableStyle } from "../../command/table.js";
import { hanging, wrapped } from "../../command/wrap.js";
import { clusterSchema, projectSchema } from "../../config/schema.js";
import { loadRecipe } from "../../recipe/load.js";
import { isPipeline, readPipeline } from "../../recipe/load-pipeline.js";
import { placed, validateRecipe } from "../../recipe/validate.js";
import type { Fault } from "../../record/fault.js";
import type { Problem } from "../../record/records.js";
import { readToml } from "../../toml/document.js";
import { problems } from "../../toml/problems.js";
import { unplacedOutputs } from "./output-kinds.js";
import { preflight } from "./preflight.js";

/** All problems of a recipe, a pipeline, a policy, a cluster or a project file, in order of lines. Throws where it cannot be read at all. */
export async function validateFile(file: string, set: readonly string[], context: Context): Promise<Problem[]> {
  const toml = readToml(file.startsWith("/") ? file : `${context.cwd}/${file}`);
  if (/(^|\/)\.lab(\.local)?\.toml$/.test(file) || "environments" in toml.value) return problems(projectSchema, toml);
  if ("filesystem" in toml.value || "scheduler" in toml.value) return problems(clusterSchema, toml);
  if (isPipeline(toml.value)) return pipelineProblems(file, set, context);
  if ("applies_to" in toml.value) {
    const [{ policyProblems }, { whereTrouble }] = await Promise.all([
      import("../../recipe/policy.js"),
      import("../policy/policy-files.js"),
    ]);
    return policyProblems(toml, (tests) => whereTrouble(tests, context.now));
  }
  return recipeProblems(file, set, context);
}

/** What is wrong with a pipeline and with the recipes of its stages; where that is nothing, what is wrong with these here. */
async function pipelineProblems(file: string, set: readonly string[], context: Context): Promise<Problem[]> {
  const look = (table: Record<string, unknown>) => unplacedOutputs(table, context);
  const { pipeline, found } = await readPipeline(file, { set, cwd: context.cwd, look, points: "every" });
  const all = [...found];
  for (const { recipe } of pipeline?.stages ?? []) {
    const here = await placed(await preflight(recipe, context), recipe.layers);
    all.push(...here.filter((one) => !all.some(({ path, message }) => path === one.path && message === one.message)));
  }
  return all;
}

/** What is wrong with the recipe itself; where that is nothing, what is wrong with it here. */
async function recipeProblems(file: string, set: readonly string[], context: Context): Promise<Problem[]> {
  const look = (table: Record<string, unknown>) => unplacedOutputs(table, context);
  const options = { set, cwd: context.cwd, look, points: "every" as const };
  const found = await validateRecipe(file, options);
  if (found.some(({ severity }) => severity === "error")) return found;
  const recipe = await loadRecipe(file, options);
  return [...found, ...(await placed(await preflight(recipe, context), recipe.layers))];
}

/** What is wrong with a file that is no TOML at all; its message begins with path:line:column. */
export function problemOf(file: string, { message, hint }: Fault): Problem {
  const [, path = file, line, column, words] = /^(.+?):(\d+):(\d+): (.*)$/s.exec(message) ?? [];
  return {
    type: "problem",
    v: 1,
    path,
    ...(line === undefined ? {} : { line: Number(line), column: Number(column) }),
    message: words ?? message,
    ...(hint === undefined ? {} : { hint }),
    severity: "error",
  };
}

/** A problem for eyes: where, what, and below it what to do. */
export function problemView(record: Record<string, unknown>, { colour, width }: TableStyle): string {
  const { path, line, column, severity = "error", message, hint } = record as Partial<Problem>;
  const place = [path, line, column].filter((part) => part !== undefined).join(":");
  const words = [...(place === "" ? [] : [`${plain(place)}:`]), `${severity}:`, ...plain(message ?? "").split(" ")];
  const lines = wrapped(words, width ?? Number.POSITIVE_INFINITY).map((text, i) => (i === 0 ? text : `    ${text}`));
  const first = lines.join("\n").replace(`${severity}:`, (word) => (colour ? `${paint(severity, "state")}:` : word));
  return `${first}\n${hint === undefined ? "" : `${hanging("    ", plain(hint).split(" "), width).join("\n")}\n`}`;
}
