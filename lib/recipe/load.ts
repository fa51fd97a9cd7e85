// A recipe that has been read with all its layers, and checked.
import path from "node:path";
import * as v from "valibot";
import { parseToml, readToml, type TomlFile } from "../toml/document.js";
import { isTable } from "../toml/path.js";
import { problemFault } from "../toml/problems.js";
import { type Layer, merged } from "./layers.js";
import { type Numbers, numbersOf } from "./numbers.js";
import { type LayerOptions, readLayers, setLayers, withoutExtends } from "./read.js";
import { type RecipeTable, recipeSchema } from "./schema.js";
import { checkSetNames, setWarnings } from "./set-names.js";
import { layerProblems } from "./validate.js";

export interface Recipe extends Numbers {
  /** Absolute; absent for a command without a recipe file. */
  path?: string;
  /** The recipe's own file, verbatim. */
  text: string;
  /** The files that it extends, nearest first. */
  extends: string[];
  set: string[];
  table: RecipeTable;
  layers: readonly Layer[];
  /** What the command line says that may be a slip. */
  warnings: string[];
}

/** Reads a recipe. Throws the first problem, saying how many there are more; what a flag says wrong is a usage error. */
export async function loadRecipe(file: string, options: LayerOptions): Promise<Recipe> {
  return loaded(await readLayers(file, options), options);
}

/** The same for a recipe that is no file: a text made of a command on the command line. */
export async function loadRecipeText(text: string, options: LayerOptions): Promise<Recipe> {
  const layer = { file: parseToml(text, nowhere), dir: options.cwd, flag: nowhere };
  return loaded([layer, ...setLayers(options)], options);
}

/**
 * The same from what the record of a run has of it; the files that it extends are read as they are now. A run is no sweep:
 * what its point set is among what is set.
 */
export async function loadRecordedRecipe(
  { path: file, text, extends: bases = [] }: { path?: string; text: string; extends?: readonly string[] },
  options: LayerOptions,
): Promise<Recipe> {
  const layers = [...bases].reverse().map((base) => ({ file: ofOneRun(readToml(base)), dir: path.dirname(base) }));
  const own = ofOneRun(parseToml(text, file ?? nowhere));
  const layer =
    file === undefined ? { file: own, dir: options.cwd, flag: nowhere } : { file: own, dir: path.dirname(file) };
  return loaded([...layers, layer, ...setLayers(options)], options);
}

function ofOneRun(file: TomlFile): TomlFile {
  const { sweep: _, ...value } = withoutExtends(file).value;
  return { ...file, value };
}

const nowhere = "the command line";

async function loaded(layers: Layer[], options: LayerOptions): Promise<Recipe> {
  const found = (await layerProblems(layers, options)).filter(({ severity }) => severity === "error");
  if (found.length > 0) throw problemFault(found, found[0]?.path === undefined ? "usage" : "dataerr");
  checkSetNames(layers);
  const files = layers.filter((layer) => layer.flag === undefined).map((layer) => layer.file);
  const own = files.pop();
  const { table, ...numbers } = await asOneRun(layers);
  return {
    ...(own === undefined ? {} : { path: own.path }),
    text: (own ?? layers[0]?.file)?.text ?? "",
    extends: files.map((file) => file.path).reverse(),
    set: [...(options.set ?? [])],
    table: v.parse(recipeSchema, table),
    layers,
    warnings: setWarnings(layers),
    ...numbers,
  };
}

/** The table of the layers; of a recipe with a [sweep] that of its first point, since it may be none without what that sets. */
async function asOneRun(layers: readonly Layer[]): Promise<{ table: Record<string, unknown> } & Numbers> {
  const table = merged(layers);
  if (!isTable(table["sweep"])) return { table, ...(await numbersOf(layers)) };
  const { firstPoint } = await import("./sweep-recipe.js");
  return firstPoint(layers);
}
