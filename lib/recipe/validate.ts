// All problems of one recipe, each with its line and, where there is one, its remedy.
import { isFault } from "../record/fault.js";
import type { Problem } from "../record/records.js";
import { type Breach, breaches } from "../toml/breaches.js";
import { isTable, type TomlPath } from "../toml/path.js";
import { faultProblem, located, problem } from "../toml/problems.js";
import { furtherBreaches, otherKind } from "./checks.js";
import { type Layer, layerOf, merged } from "./layers.js";
import { withMeaning } from "./meant.js";
import { numbersOf } from "./numbers.js";
import { type LayerOptions, readLayers } from "./read.js";
import { recipeSchema } from "./schema.js";

/** All problems of a recipe file, its own first. Throws what the system says where the file itself cannot be read. */
export async function validateRecipe(file: string, options: LayerOptions): Promise<Problem[]> {
  let layers: Layer[];
  try {
    layers = await readLayers(file, options);
  } catch (error) {
    if (isFault(error) && (error.code === "dataerr" || error.code === "usage")) return [faultProblem(error)];
    throw error;
  }
  return layerProblems(layers, options);
}

/** The problems of the table that the layers make, each at the layer that says it: files first, flags last. */
export async function layerProblems(
  layers: readonly Layer[],
  { look, points }: Pick<LayerOptions, "look" | "points"> = {},
): Promise<Problem[]> {
  const table = merged(layers);
  const found = await allBreaches(layers, table, points);
  const seen = (await look?.(table)) ?? [];
  return placed([...found, ...seen.filter(({ path }) => !isTold(path, found))], layers);
}

/** What is wrong with a value or with the table that it is in needs no second word. */
function isTold(path: TomlPath, found: readonly Breach[]): boolean {
  return found.some((breach) => breach.path.every((key, i) => path[i] === key));
}

/** Breaches as problems, each at the layer that says what is wrong: files first, flags last. */
export async function placed(found: readonly Breach[], layers: readonly Layer[]): Promise<Problem[]> {
  const table = merged(layers);
  const byLayer = new Map<Layer, Breach[]>();
  for (const breach of found) {
    const layer = layerOf(layers, table, breach.path);
    if (layer) byLayer.set(layer, [...(byLayer.get(layer) ?? []), breach]);
  }
  const files = layers.filter((layer) => layer.flag === undefined).reverse();
  const flags = layers.filter((layer) => layer.flag !== undefined);
  const problems = await Promise.all([...files, ...flags].map((layer) => inLayer(layer, byLayer.get(layer) ?? [])));
  return problems.flat();
}

async function allBreaches(
  layers: readonly Layer[],
  table: Record<string, unknown>,
  points: LayerOptions["points"],
): Promise<Breach[]> {
  const other = otherKind(table);
  if (other) return other;
  if (!isTable(table["sweep"])) return breachesOf(table, (await numbersOf(layers)).numbers);
  const { sweepBreaches } = await import("./sweep-checks.js");
  return sweepBreaches(layers, points === "every");
}

function breachesOf(table: Record<string, unknown>, numbers: Record<string, string>): Breach[] {
  const found = breaches(recipeSchema, table).map((breach) => withMeaning(breach, table));
  return [...found, ...furtherBreaches(table, numbers, found)];
}

async function inLayer({ file, flag }: Layer, found: Breach[]): Promise<Problem[]> {
  if (found.length === 0) return [];
  if (flag === undefined) return located(found, file);
  return found.map((breach) => problem({ ...breach, message: `${flag}: ${breach.message}` }));
}
