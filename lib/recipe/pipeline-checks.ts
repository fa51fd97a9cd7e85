// What is wrong with the stages of a pipeline together: what they take from each other, in which order they come.
import { nearest } from "../record/names.js";
import type { Breach } from "../toml/breaches.js";
import type { TomlPath } from "../toml/path.js";
import type { Stage } from "./load-pipeline.js";
import type { PipelineTable } from "./pipeline-schema.js";
import { expandTokens, tokensIn, tokenValues } from "./tokens.js";

/** A breach of the pipeline's file; of a stage's recipe where that is given. */
export interface StageBreach extends Breach {
  stage?: Stage;
}

/** The stages in an order in which each comes after those that it needs, the first by name first; and what is wrong. */
export function stageBreaches(
  stages: readonly Stage[],
  table: PipelineTable,
): { order: Stage[]; breaches: StageBreach[] } {
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  const breaches = stages.flatMap((stage) => [...inputBreaches(stage, byName), ...eachBreaches(stage, byName, table)]);
  if (breaches.length > 0) return { order: [], breaches };
  for (const stage of stages) stage.after = needs(stage);
  const order = inOrder(stages);
  const twice = [...sameAliases(order)];
  return order.length === stages.length ? { order, breaches: twice } : { order: [], breaches: [cycle(byName, order)] };
}

function needs({ recipe, each }: Stage): string[] {
  const inputs = Object.values(recipe.table.inputs ?? {});
  const names = inputs.flatMap((input) => (input.type === "stage" ? [input.stage] : []));
  return [...new Set([...names, ...(each === undefined ? [] : [each])])];
}

function* inputBreaches(stage: Stage, byName: ReadonlyMap<string, Stage>): Generator<StageBreach> {
  for (const [role, input] of Object.entries(stage.recipe.table.inputs ?? {})) {
    const at = (key: string) => ["inputs", role, key];
    if (input.type === "from" && stage.from === undefined)
      yield {
        ...{ stage, path: at("type"), part: "value" as const },
        message: `inputs.${role} is of the run that the pipeline pins, and it pins none`,
        hint: 'from = "RUN" in the pipeline, or in the stage, says which',
      };
    if (input.type !== "stage") continue;
    const other = byName.get(input.stage);
    if (!other)
      yield { stage, path: at("stage"), part: "value", ...unknown("stage", input.stage, [...byName.keys()], role) };
    else if (!Object.hasOwn(other.recipe.table.outputs ?? {}, input.role)) {
      const roles = Object.keys(other.recipe.table.outputs ?? {});
      const what = `output of the stage '${input.stage}'`;
      yield { stage, path: at("role"), part: "value", ...unknown(what, input.role, roles, role) };
    } else if (input.step !== undefined && other.recipe.table.outputs?.[input.role]?.type !== "checkpoint_stream")
      yield {
        ...{ stage, path: at("step"), part: "value" as const },
        message: `inputs.${role}: the output '${input.role}' of the stage '${input.stage}' has no steps`,
        hint: 'an output of type "checkpoint_stream" has',
      };
  }
}

function unknown(what: string, word: string, known: readonly string[], role: string) {
  const near = nearest(word, known);
  const has = known.length === 0 ? "it has none" : `there is ${known.join(", ")}`;
  return {
    message: `inputs.${role}: no ${what} is called '${word}'${near === undefined ? "" : ` (did you mean '${near}'?)`}`,
    hint: has,
  };
}

function* eachBreaches(
  { name, each, recipe }: Stage,
  byName: ReadonlyMap<string, Stage>,
  { stages }: PipelineTable,
): Generator<StageBreach> {
  const path: TomlPath = ["stages", name, "foreach"];
  const other = each === undefined ? undefined : byName.get(each);
  if (each !== undefined && !other)
    yield {
      ...{ path, part: "value" as const, message: `no stage is called '${each}'` },
      hint: `there is ${[...byName.keys()].join(", ")}`,
    };
  const words = recipe.set.filter((word) => word.startsWith("sweep."));
  const isSwept = recipe.layers.some(({ flag, file }) => flag === undefined && file.value["sweep"] !== undefined);
  if (stages[name]?.foreach !== undefined && isSwept && (words.length > 0 || each !== undefined))
    yield {
      ...{ path, part: "value" as const },
      message: `foreach makes many runs of the stage '${name}', and so does the [sweep] of its recipe`,
      hint: "one or the other",
    };
}

/** Kahn's order, by name where several could come next; what is in a circle is left out. */
function inOrder(stages: readonly Stage[]): Stage[] {
  const order: Stage[] = [];
  const done = new Set<string>();
  const rest = [...stages].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (;;) {
    const i = rest.findIndex(({ after }) => after.every((name) => done.has(name)));
    const [next] = i < 0 ? [] : rest.splice(i, 1);
    if (!next) return order;
    order.push(next);
    done.add(next.name);
  }
}

function cycle(byName: ReadonlyMap<string, Stage>, order: readonly Stage[]): StageBreach {
  const done = new Set(order.map(({ name }) => name));
  const chain: string[] = [];
  let name = [...byName.keys()].find((one) => !done.has(one)) ?? "";
  while (!chain.includes(name)) {
    chain.push(name);
    name = byName.get(name)?.after.find((one) => !done.has(one)) ?? "";
  }
  const circle = [...chain.slice(chain.indexOf(name)), name];
  return {
    ...{ path: ["stages", name], part: "key" as const },
    message: `the stages go in a circle: ${circle.join(" needs ")}`,
    hint: "one of these inputs has to come from elsewhere: an artifact, or a pinned run",
  };
}

/** Two stages that would give one name: whoever takes it by that gets the one or the other. */
function* sameAliases(stages: readonly Stage[]): Generator<StageBreach> {
  const known = new Map<string, { stage: Stage; role: string }>();
  for (const stage of stages)
    for (const [role, { alias }] of Object.entries(stage.recipe.table.outputs ?? {})) {
      const text = alias === undefined ? undefined : written(stage, alias);
      const other = text === undefined ? undefined : known.get(text);
      if (text !== undefined) known.set(text, other ?? { stage, role });
      if (!other || other.stage === stage) continue;
      yield {
        ...{ stage, path: ["outputs", role, "alias"], part: "value" as const },
        message: `the stages '${other.stage.name}' and '${stage.name}' would both write '${text}'`,
        hint: `in the pipeline: [stages.${stage.name}] set = { "outputs.${role}.alias" = "…" }`,
      };
    }
}

/** The alias, if it is the same whatever run it is of. */
function written({ recipe }: Stage, alias: string): string | undefined {
  const { table, numbers } = recipe;
  const values = tokenValues({ name: table.name, seed: table.seed, params: table.params, args: table.args, numbers });
  return tokensIn(alias).every((word) => values.has(word)) ? expandTokens(alias, values) : undefined;
}
