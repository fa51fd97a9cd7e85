// What a schema cannot say of a recipe: what one part means for another. Pure; takes tables that may still be wrong.
import { isFault } from "../record/fault.js";
import { isName } from "../record/names.js";
import { parseDuration } from "../record/units.js";
import type { Breach } from "../toml/breaches.js";
import { dotted, isTable, type TomlPath } from "../toml/path.js";
import { defaultAlias, outputNames } from "./outputs.js";
import { isInside, variableTrouble } from "./pieces.js";
import { resourceDefaults } from "./resources.js";
import { shellTrouble } from "./shell.js";
import { sizingBreaches } from "./sized.js";
import { expandTokens, type TokenValues, tokenBreaches, tokensIn, tokenValues } from "./tokens.js";

type Table = Record<string, unknown>;

/** Files that are something else: their one problem is that, and not the hundred keys that a recipe does not have. */
export function otherKind(table: Table): Breach[] | undefined {
  const kinds = {
    stages: "this is a pipeline ([stages]), not a recipe",
    applies_to: "this is a policy, not a recipe: lab-evald reads it",
    filesystem: "this is a cluster file, not a recipe",
  };
  const found = Object.entries(kinds).find(([key]) => isTable(table[key]));
  return found && [{ path: [found[0]], part: "key", message: found[1] }];
}

/** Breaches of everything that is no matter of a single value's type; none at a place that already has one. */
export function furtherBreaches(
  table: Table,
  numbers: Record<string, string>,
  known: readonly Breach[],
  tokens = () => tokenBreaches({ ...table, numbers }),
): Breach[] {
  const taken = new Set(known.map(({ path }) => dotted(path)));
  const found: Breach[] = [];
  for (const breach of allBreaches(table, numbers, tokens)) {
    if (taken.has(dotted(breach.path))) continue;
    taken.add(dotted(breach.path));
    found.push(breach);
  }
  return found;
}

function* allBreaches(table: Table, numbers: Record<string, string>, tokens: () => Breach[]): Generator<Breach> {
  yield* nulls(table, []);
  yield* tokens();
  yield* shellBreaches(table);
  yield* evalBreaches(table);
  yield* envBreaches(table["env"]);
  const values = tokenValues({ ...table, numbers, id: sampleId });
  yield* inputBreaches(table, values);
  yield* workdirBreaches(table, values);
  yield* outputBreaches(table, numbers, values);
  yield* notifyBreaches(table["notify"]);
  yield* warningBreaches(table);
  yield* sizingBreaches(table);
}

/** The warning comes while the job runs. */
function* warningBreaches({ checkpoints, resources }: Table): Generator<Breach> {
  const warn = isTable(checkpoints) ? checkpoints["warn"] : undefined;
  const limit = (isTable(resources) ? resources["time"] : undefined) ?? `${resourceDefaults.time_s}s`;
  if (typeof warn !== "string" || typeof limit !== "string") return;
  const [warn_s, time_s] = [warn, limit].map(secondsOf);
  if (warn_s === undefined || time_s === undefined || warn_s < time_s) return;
  yield {
    ...breach(["checkpoints", "warn"], `checkpoints.warn = "${warn}" is not less than the time limit, ${limit}`),
    hint: "a tenth of resources.time is enough for most",
  };
}

function secondsOf(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}

/** A hook hears of the end of a run; only Slurm's own mail tells of a start. */
function* notifyBreaches(notify: unknown): Generator<Breach> {
  if (!isTable(notify) || notify["run"] === undefined || notify["when"] !== "after") return;
  yield {
    ...breach(["notify", "when"], "notify.when cannot be 'after' with a hook: it hears of the end"),
    hint: "afterany, afterok or afternotok",
  };
}

/** Any id will do: whether an alias is a name, and which outputs share it, is the same for all. */
const sampleId = "20260101-000000-000000";

function* nulls(value: unknown, path: TomlPath): Generator<Breach> {
  if (typeof value === "string" && value.includes("\0")) yield breach(path, `${dotted(path)} has a NUL in it`);
  else if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* nulls(item, [...path, i]);
  else if (isTable(value)) for (const [key, item] of Object.entries(value)) yield* nulls(item, [...path, key]);
}

function* shellBreaches({ command, args, checkpoints }: Table): Generator<Breach> {
  if (Array.isArray(command) && command[0] === "")
    yield breach(["command", 0], "command.0 is empty: it is the program");
  if (typeof command !== "string") return;
  const hasArguments = hasSome(args);
  const isResumed = isTable(checkpoints) && checkpoints["resume_arg"] !== undefined;
  const trouble = shellTrouble(command, hasArguments || isResumed);
  if (trouble === undefined) return;
  yield {
    ...breach(["command"], `command ${trouble}`),
    hint: 'set it in [env], NAME = "{…}", and write "$NAME" in the line',
  };
}

function hasSome(args: unknown): boolean {
  return isTable(args) && Object.values(args).some((value) => value !== false);
}

/** The evaluation's line is a line like the command's. */
function* evalBreaches({ eval: asked }: Table): Generator<Breach> {
  if (!isTable(asked) || typeof asked["command"] !== "string") return;
  const trouble = shellTrouble(asked["command"], hasSome(asked["args"]) || asked["pass_params"] === true);
  if (trouble !== undefined) yield breach(["eval", "command"], `eval.command ${trouble}`);
}

function* envBreaches(env: unknown): Generator<Breach> {
  if (!isTable(env)) return;
  const { pass, ...set } = env;
  for (const name of Object.keys(set)) {
    const trouble = variableTrouble(name);
    if (trouble !== undefined) yield breach(["env", name], `${dotted(["env", name])} ${trouble}`, "key");
  }
  for (const [i, name] of Array.isArray(pass) ? pass.entries() : []) {
    if (Object.hasOwn(set, name)) yield breach(["env", "pass", i], `${name} is both in env and in env.pass`);
  }
}

/** Roles become the names of variables, LAB_INPUT_<ROLE>; paths are taken as they are. */
function* inputBreaches({ inputs, outputs }: Table, values: TokenValues): Generator<Breach> {
  for (const [name, roles] of [
    ["inputs", inputs],
    ["outputs", outputs],
  ] as const) {
    const variables = new Map<string, string>();
    for (const role of isTable(roles) ? Object.keys(roles) : []) {
      const variable = role.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
      const other = variables.get(variable);
      if (other !== undefined)
        yield breach([name, role], `${name}.${role} and ${name}.${other} would have one variable, ${variable}`, "key");
      variables.set(variable, role);
    }
  }
  for (const [role, input] of isTable(inputs) ? Object.entries(inputs) : []) {
    const path = isTable(input) ? replaced(input["path"], values) : undefined;
    if (path?.startsWith("$"))
      yield breach(
        ["inputs", role, "path"],
        `inputs.${role}.path begins with a variable: it is taken as it is, so write it out`,
      );
    if (path === "") yield breach(["inputs", role, "path"], `inputs.${role}.path is empty`);
  }
}

function* workdirBreaches({ workdir }: Table, values: TokenValues): Generator<Breach> {
  const path = replaced(workdir, values);
  if (path !== undefined && !isInside(path))
    yield breach(["workdir"], `workdir = ${JSON.stringify(path)} leads out of the source`);
}

function* outputBreaches(
  { name, outputs }: Table,
  numbers: Record<string, string>,
  values: TokenValues,
): Generator<Breach> {
  const good: Record<string, { alias: string }> = {};
  for (const [role, output] of isTable(outputs) ? Object.entries(outputs) : []) {
    const path = ["outputs", role, "alias"];
    const given = isTable(output) ? (output["alias"] ?? defaultAlias(String(name), role)) : undefined;
    const alias = replaced(given, values);
    if (alias === undefined) continue;
    if (!isName(alias)) {
      const hint = "letters, digits and . _ + - only, at most 128, and a letter or digit first";
      yield { ...breach(path, `the alias '${alias}' cannot be a name`), hint };
    } else good[role] = { alias };
    try {
      outputNames({ id: sampleId, outputs: good, numbers });
    } catch (error) {
      if (!isFault(error)) throw error;
      yield breach(path, error.message);
      delete good[role];
    }
  }
}

/** The text with its tokens replaced; undefined where it is none or a token cannot be, which is said elsewhere. */
function replaced(text: unknown, values: TokenValues): string | undefined {
  if (typeof text !== "string") return undefined;
  return tokensIn(text).every((word) => values.has(word)) ? expandTokens(text, values) : undefined;
}

function breach(path: TomlPath, message: string, part: Breach["part"] = "value"): Breach {
  return { path, part, message };
}
