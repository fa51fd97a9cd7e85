// A policy: which artifacts are evaluated, by which recipe, how often and how many at once.
import crypto from "node:crypto";
import path from "node:path";
import * as v from "valibot";
import { isFault } from "../record/fault.js";
import { isName } from "../record/names.js";
import type { Problem } from "../record/records.js";
import { type Breach, breaches } from "../toml/breaches.js";
import { readToml, type TomlFile } from "../toml/document.js";
import { dotted } from "../toml/path.js";
import { located, problemFault } from "../toml/problems.js";
import { loadRecipe, type Recipe } from "./load.js";
import { line, maybe } from "./pieces.js";
import { setWords } from "./stage-words.js";

const whole = (least: number) => v.pipe(v.number(), v.integer(), v.minValue(least));
const name = v.pipe(
  v.string(),
  v.check(isName, "cannot be a name: letters, digits and . _ + - only, at most 128, and a letter or digit first"),
);
const tests = v.union([line, v.pipe(v.array(line), v.minLength(1))]);

export const policySchema = v.strictObject({
  name,
  recipe: line,
  /** What is different in the recipe here, by dotted paths in it. */
  set: maybe(v.record(v.string(), v.unknown())),
  /** The input of the recipe that gets the artifact; not said: the one of type checkpoint, else that of this name. */
  input: maybe(line),
  /** What it is all about, of which lab-policies shows the trend. */
  metric: maybe(line),
  applies_to: v.strictObject({
    type: name,
    producer_recipe: maybe(line),
    role: maybe(line),
    tags: maybe(v.array(line)),
    where: maybe(tests),
  }),
  cadence: maybe(
    v.strictObject({
      every_n_steps: maybe(whole(1)),
      latest_only: maybe(v.boolean()),
      max_concurrent: maybe(whole(1)),
      order: maybe(v.picklist(["oldest", "newest"])),
      again_when_edited: maybe(v.boolean()),
    }),
  ),
  retry: maybe(v.strictObject({ max_attempts: maybe(whole(1)) })),
});

export interface Policy {
  /** Absolute. */
  path: string;
  name: string;
  metric?: string;
  type: string;
  producer_recipe?: string;
  role?: string;
  tags: readonly string[];
  where: readonly string[];
  every_n_steps?: number;
  latest_only: boolean;
  max_concurrent?: number;
  order: "oldest" | "newest";
  again_when_edited: boolean;
  max_attempts: number;
  recipe: Recipe;
  /** Over the texts of the recipe, of all that it extends, and of what is set in it. */
  recipe_digest: string;
  /** The input that gets the artifact. */
  input: string;
}

/** Says what is wrong with the expressions of `where`. */
export type LookAtWhere = (tests: readonly string[]) => string | undefined;

/** All problems of a policy, and those that make its recipe none for it. Throws what the system says of the policy's own file. */
export async function policyProblems(file: TomlFile, look: LookAtWhere): Promise<Problem[]> {
  const [found] = await read(file, look);
  return found.length === 0 ? [] : located(found, file);
}

/** Reads a policy and its recipe. Throws the first problem, saying how many there are more. */
export async function loadPolicy(file: string, look: LookAtWhere): Promise<Policy> {
  const toml = readToml(file);
  const [found, policy] = await read(toml, look);
  if (found.length > 0 || policy === undefined) throw problemFault(await located(found, toml), "dataerr");
  return policy;
}

async function read(file: TomlFile, look: LookAtWhere): Promise<[Breach[], Policy?]> {
  const found = breaches(policySchema, file.value);
  if (found.length > 0) return [found];
  const table = v.parse(policySchema, file.value);
  const { applies_to: applies, cadence = {}, retry = {} } = table;
  const where = [applies.where ?? []].flat();
  const wrong = where.length > 0 ? look(where) : undefined;
  if (wrong !== undefined) found.push(breach(["applies_to", "where"], `applies_to.where: ${wrong}`));
  const dir = path.dirname(path.resolve(file.path));
  const words = await setWords(table.set, ["set"], file);
  let recipe: Recipe;
  try {
    recipe = await loadRecipe(path.resolve(dir, table.recipe), { cwd: dir, set: words.map(({ word }) => word) });
  } catch (error) {
    if (!isFault(error)) throw error;
    const word = words.find((one) => error.message.startsWith(`--set ${one.word}: `));
    if (!word?.at) return [[...found, breach(["recipe"], `recipe: ${error.message}`, error.hint)]];
    return [[...found, breach(word.at, `set: ${error.message.slice(`--set ${word.word}: `.length)}`, error.hint)]];
  }
  const input = inputOf(recipe, table.input);
  if (typeof input !== "string") return [[...found, input]];
  if (recipe.table.sweep !== undefined)
    return [[...found, breach(["recipe"], "recipe: it is a sweep: an evaluation is one run")]];
  if (found.length > 0) return [found];
  const { type, producer_recipe, role, tags = [] } = applies;
  const { every_n_steps, latest_only = false, max_concurrent, order = "oldest", again_when_edited = false } = cadence;
  return [
    [],
    {
      ...{ path: path.resolve(file.path), name: table.name, type, tags, where, recipe, input },
      ...(table.metric === undefined ? {} : { metric: table.metric }),
      ...(producer_recipe === undefined ? {} : { producer_recipe }),
      ...(role === undefined ? {} : { role }),
      ...(every_n_steps === undefined ? {} : { every_n_steps }),
      ...(max_concurrent === undefined ? {} : { max_concurrent }),
      ...{ latest_only, order, again_when_edited, max_attempts: retry.max_attempts ?? 3 },
      recipe_digest: digestOf(recipe),
    },
  ];
}

/** The input that gets the artifact: an artifact that the recipe names itself gives way where it is named so. */
function inputOf({ table: { inputs = {} } }: Recipe, asked: string | undefined): string | Breach {
  const roles = Object.keys(inputs);
  const open = roles.filter((role) => inputs[role]?.type === "checkpoint");
  const role = asked ?? (open.length === 0 && inputs["checkpoint"]?.type === "artifact" ? "checkpoint" : open[0]);
  const has = `it has ${roles.length === 0 ? "no inputs" : roles.join(", ")}`;
  if (asked !== undefined && !Object.hasOwn(inputs, asked))
    return breach(["input"], `input = "${asked}" is no input of the recipe: ${has}`);
  if (asked === undefined && open.length > 1)
    return breach(["recipe"], `recipe: it has several inputs of type "checkpoint": ${open.join(", ")}`, "say input");
  if (role === undefined)
    return breach(
      ["recipe"],
      `recipe: it has no input of type "checkpoint" that would get the artifact: ${has}`,
      'give it [inputs.checkpoint] with type = "checkpoint", or say input',
    );
  const others = open.filter((one) => one !== role);
  if (others.length > 0) return breach(["recipe"], `recipe: nothing would fill its input '${others[0]}'`);
  if (inputs[role]?.type !== "external") return role;
  return breach(["input"], `input = "${role}" is external: a policy fills one of type "checkpoint" or "artifact"`);
}

function breach(at: Breach["path"], message: string, hint?: string): Breach {
  return { path: at, part: "value", message, ...(hint === undefined ? {} : { hint }) };
}

function digestOf({ layers }: Recipe): string {
  const hash = crypto.createHash("sha256");
  for (const { file } of layers) hash.update(`${Buffer.byteLength(file.text)}\n`).update(file.text);
  return `sha256:${hash.digest("hex")}`;
}

/** The policy's recipe with this artifact as its input, as if the command line had set it. */
export function recipeFor({ recipe, input }: Policy, artifact: string): Recipe {
  const at = (key: string) => dotted(["inputs", input, key]);
  const set = [...recipe.set, `${at("type")}="artifact"`, `${at("artifact")}="${artifact}"`];
  const inputs = { ...recipe.table.inputs, [input]: { type: "artifact" as const, artifact } };
  return { ...recipe, set, table: { ...recipe.table, inputs } };
}
