// A pipeline that has been read with the recipes of its stages, and checked: in an order in which each stage comes after
// those that it takes something from.
import path from "node:path";
import * as v from "valibot";
import { isFault } from "../record/fault.js";
import { nearest } from "../record/names.js";
import type { Problem } from "../record/records.js";
import { breaches as schemaBreaches } from "../toml/breaches.js";
import { readToml, type TomlFile } from "../toml/document.js";
import { faultProblem, located, problem, problemFault } from "../toml/problems.js";
import { loadRecipe, type Recipe } from "./load.js";
import { stageBreaches } from "./pipeline-checks.js";
import { type PipelineTable, pipelineSchema } from "./pipeline-schema.js";
import type { LayerOptions } from "./read.js";
import { meantInStage } from "./stage-meant.js";
import { relocated, type StageWord, stageWords } from "./stage-words.js";
import { validateRecipe } from "./validate.js";

export interface Stage {
  name: string;
  recipe: Recipe;
  /** The stages that it takes something from, or is made for each run of. */
  after: string[];
  /** It is made once for each run of this stage. */
  each?: string;
  /** The run that its inputs of type "from" are of. */
  from?: string;
}

export interface Pipeline {
  /** Absolute. */
  path: string;
  text: string;
  name: string;
  from?: string;
  tags: readonly string[];
  set: readonly string[];
  stages: Stage[];
}

export interface PipelineOptions extends Pick<LayerOptions, "cwd" | "look" | "points"> {
  /** `STAGE.path=value`, or `name` and `from` of the pipeline itself. */
  set?: readonly string[];
}

/** Whether a table is that of a pipeline's file. */
export function isPipeline(table: Record<string, unknown>): boolean {
  return "stages" in table;
}

/** Throws the first problem, saying how many there are more. */
export async function loadPipeline(file: string, options: PipelineOptions): Promise<Pipeline> {
  const { pipeline, found } = await readPipeline(file, options);
  const errors = found.filter(({ severity }) => severity === "error");
  if (pipeline && errors.length === 0) return pipeline;
  throw problemFault(errors, errors[0]?.path === undefined ? "usage" : "dataerr");
}

/** The pipeline, where it can be one, and all that is wrong with it. Throws what the system says where it cannot be read. */
export async function readPipeline(
  file: string,
  options: PipelineOptions,
): Promise<{ pipeline?: Pipeline; found: Problem[] }> {
  const toml = readToml(path.resolve(options.cwd, file));
  const own = await located(
    schemaBreaches(pipelineSchema, toml.value).map((breach) => meantInStage(breach, toml.value)),
    toml,
  );
  if (own.length > 0) return { found: own };
  const table = v.parse(pipelineSchema, toml.value);
  const { top, words, wrong } = flags(options.set ?? [], table);
  if (wrong.length > 0) return { found: wrong };
  const found: Problem[] = [];
  const stages: Stage[] = [];
  for (const [name, stage] of Object.entries(table.stages)) {
    const said = [...(await stageWords(name, stage, toml)), ...(words.get(name) ?? [])];
    const read = await stageRecipe(name, stage.recipe, said, toml, options);
    found.push(...read.found);
    if (!read.recipe) continue;
    const from = stage.from ?? top.from ?? table.from;
    stages.push({
      ...{ name, recipe: read.recipe, after: [] },
      ...(typeof stage.foreach === "string" ? { each: stage.foreach } : {}),
      ...(from === undefined ? {} : { from }),
    });
  }
  if (found.some(({ severity }) => severity === "error")) return { found };
  const { order, breaches } = stageBreaches(stages, table);
  for (const { stage, ...breach } of breaches) {
    if (stage === undefined) found.push(...(await located([breach], toml)));
    else found.push(...(await placedIn(stage.recipe, breach, toml)));
  }
  if (breaches.length > 0) return { found };
  const { name = table.name, from = table.from } = top;
  const { tags = [] } = table;
  const said = { path: toml.path, text: toml.text, set: [...(options.set ?? [])], name, tags };
  return { pipeline: { ...said, ...(from === undefined ? {} : { from }), stages: order }, found };
}

/** A breach of a stage's recipe, in the recipe's file where that says it, else in the pipeline's. */
async function placedIn(recipe: Recipe, breach: Parameters<typeof located>[0][number], toml: TomlFile) {
  const { placed } = await import("./validate.js");
  const all = await placed([breach], recipe.layers);
  const words = recipe.set.map((word): StageWord => ({ word, flag: `--set ${word}` }));
  return Promise.all(all.map((one) => relocated(one, words, toml)));
}

/** The recipe of a stage with all that is set in it, and what is wrong with that. */
async function stageRecipe(
  name: string,
  written: string,
  words: readonly StageWord[],
  toml: TomlFile,
  { look, points }: PipelineOptions,
): Promise<{ recipe?: Recipe; found: Problem[] }> {
  const dir = path.dirname(toml.path);
  const file = path.resolve(dir, written);
  const options: LayerOptions = {
    ...{ set: words.map(({ word }) => word), cwd: dir },
    ...(look ? { look } : {}),
    ...(points ? { points } : {}),
  };
  try {
    const found = await Promise.all((await validateRecipe(file, options)).map((one) => relocated(one, words, toml)));
    if (found.some(({ severity }) => severity === "error")) return { found };
    return { recipe: await loadRecipe(file, options), found };
  } catch (error) {
    if (!isFault(error)) throw error;
    if (error.code === "dataerr" || error.code === "usage")
      return { found: [await relocated(faultProblem(error), words, toml)] };
    const breach = { path: ["stages", name, "recipe"], part: "value" as const, message: error.message };
    return { found: await located([{ ...breach, ...(error.hint === undefined ? {} : { hint: error.hint }) }], toml) };
  }
}

interface Flags {
  top: { name?: string; from?: string };
  words: Map<string, StageWord[]>;
  wrong: Problem[];
}

/** What the command line sets: something in a stage, or the pipeline's own name and pinned run. */
function flags(set: readonly string[], { stages }: PipelineTable): Flags {
  const flags: Flags = { top: {}, words: new Map(), wrong: [] };
  for (const text of set) {
    const own = /^(name|from)=(.+)$/.exec(text);
    const [, name = "", word = ""] = /^([^.=\s]+)\.(.+)$/s.exec(text) ?? [];
    if (own?.[1] && own[2]) flags.top[own[1] as "name" | "from"] = own[2].replaceAll(/^["']|["']$/g, "");
    else if (Object.hasOwn(stages, name))
      flags.words.set(name, [...(flags.words.get(name) ?? []), { word, flag: `--set ${text}` }]);
    else flags.wrong.push(noStage(text, name, Object.keys(stages)));
  }
  return flags;
}

function noStage(text: string, name: string, known: readonly string[]): Problem {
  const near = nearest(name, known);
  const message = `--set ${text}: the pipeline has no stage '${name}'${near === undefined ? "" : ` (did you mean '${near}'?)`}`;
  return problem({
    message,
    hint: `write STAGE.PATH=VALUE: ${known[0]}.params.lr=1e-4; its stages: ${known.join(", ")}`,
  });
}
