// What differs between runs, field by field: what somebody chose, where it ran, and what came of it.
import { type ComparedField, type FieldGroup, fieldGroups } from "../record/comparison.js";
import type { Status } from "../record/records.js";
import type { Run } from "../record/run.js";
import type { Facts } from "../record/run-facts.js";
import { withoutSecrets } from "../record/secrets.js";

/** A run, and what its last attempt found where it ran. */
export interface Compared {
  run: Run;
  status: Status;
  facts: Pick<Facts, "attempts">;
  /** The records that the job left of its environment and its machine. */
  environment?: Record<string, unknown> | undefined;
  hardware?: Record<string, unknown> | undefined;
}

/**
 * Every field that any of the runs has, in the order of its groups, in each those that differ first. Values that look like
 * secrets are `…`. Of numbers that the recipe spells its own way (`1e-4`) the value counts. A seed that is told as a param or
 * an argument, too, is told once. Pure.
 */
export function comparedFields(runs: readonly Compared[]): ComparedField[] {
  const sides = runs.map((one) => new Map(groupsOf(one).flatMap(([group, table]) => leavesOf(group, table))));
  const paths = new Map(sides.flatMap((side) => [...side].map(([path, { group }]) => [path, group] as const)));
  const all = [...paths].map(([path, group]): ComparedField => {
    const words = sides.map((side) => JSON.stringify(side.get(path)?.value));
    const differs = words.some((word) => word !== words[0]);
    const values = runs.flatMap(({ run }, i) => {
      const value = sides[i]?.get(path)?.value;
      return value === undefined ? [] : [[run.id, value] as const];
    });
    return { path, group, differs, values: Object.fromEntries(values) };
  });
  const seed = JSON.stringify(all.find(({ path }) => path === "seed")?.values);
  const isToldTwice = ({ path, values }: ComparedField) =>
    (path === "params.seed" || path === "args.seed") && JSON.stringify(values) === seed;
  const fields = all.filter((field) => !isToldTwice(field));
  return fieldGroups.flatMap((group) => {
    const own = fields.filter((field) => field.group === group);
    return [...own.filter(({ differs }) => differs), ...own.filter(({ differs }) => !differs)];
  });
}

type Table = Record<string, unknown>;

function groupsOf(one: Compared): [FieldGroup, Table][] {
  const { run, hardware } = one;
  const { seed, params, args, resources } = run;
  return [
    ["params", { seed, params }],
    ["args", { args, extra_args: run.extra_args }],
    ["recipe", recipeOf(run)],
    ["source", sourceOf(run)],
    ["environment", environmentOf(one)],
    ["hardware", { hardware: without(hardware, ["type", "v", "run", "attempt"]) }],
    [
      "inputs",
      { inputs: Object.fromEntries(Object.entries(run.inputs).map(([role, input]) => [role, inputOf(input)])) },
    ],
    ["resources", { resources, launcher: run.launcher?.resolved ?? run.launcher }],
    ["outcome", outcomeOf(one)],
  ];
}

function recipeOf(run: Run): Table {
  const { name, command, workdir, tags, group, parent, narrative, checkpoints, repo } = run;
  const outputs = Object.fromEntries(
    Object.entries(run.outputs).map(([role, { type, kind, marker }]) => [role, { type, kind, marker }]),
  );
  const inline = run.eval;
  const path = run.recipe.path;
  return {
    name,
    recipe: path,
    command,
    workdir,
    repo,
    tags,
    group,
    parent,
    narrative,
    checkpoints,
    outputs,
    eval: inline,
  };
}

/** Where the tar lies says nothing; how many files there are, the digest says. */
function sourceOf({ source }: Run): Table {
  const { kind, root, commit, branch, dirty, digest, paths, ignore, include } = source;
  return { source: { kind, root, commit, branch, dirty, digest, paths, ignore, include } };
}

function environmentOf({ run, environment }: Compared): Table {
  const { python, modules, conda, conda_packages, container_digest, venv, locks, packages } = environment ?? {};
  const found = { python, modules, conda, conda_packages, container_digest, venv, locks, packages };
  return { env: run.env, pass: run.pass, environment: run.environment, found };
}

/** What it is, not where the bytes of it lie for this run. */
function inputOf(input: Run["inputs"][string]): Table {
  if (input.type === "external") {
    const { path, staged_from, recorded } = input;
    return { path: staged_from ?? path, digest: recorded?.digest, bytes: recorded?.bytes };
  }
  const { artifact, id, user, run, step, digest, stage } = input;
  return { artifact, stage, id, user, run, step, digest };
}

function outcomeOf({ status, facts, run }: Compared): Table {
  const last = facts.attempts.at(-1);
  const { exit, start } = last ?? {};
  return {
    state: status.state,
    mode: status.mode,
    message: status.message,
    exit_code: exit?.code,
    attempts: facts.attempts.length === 0 ? undefined : facts.attempts.length,
    elapsed_s: status.elapsed_s === undefined ? undefined : Math.round(status.elapsed_s),
    peak_mem_bytes: exit?.peak_mem_bytes,
    host: start?.host,
    user: run.user,
    toolkit: run.toolkit,
  };
}

function without(table: Table | undefined, keys: readonly string[]): Table {
  return Object.fromEntries(Object.entries(table ?? {}).filter(([key]) => !keys.includes(key)));
}

type Leaf = [path: string, { group: FieldGroup; value: unknown }];

function leavesOf(group: FieldGroup, table: Table): Leaf[] {
  return [...leaves("", table)].map(([path, value]) => [path, { group, value }]);
}

function* leaves(prefix: string, table: object): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(table)) {
    if (value === undefined) continue;
    const path = `${prefix}${/^[\w-]+$/.test(name) ? name : JSON.stringify(name)}`;
    const isTable = typeof value === "object" && value !== null && !Array.isArray(value);
    if (isTable) yield* leaves(`${path}.`, value);
    else if (Array.isArray(value) && value.length === 0) continue;
    else yield [path, shown(name, value)];
  }
}

function shown(name: string, value: unknown): unknown {
  if (typeof value === "string") return withoutSecrets(name, value);
  return Array.isArray(value)
    ? value.map((item) => (typeof item === "string" ? withoutSecrets("", item) : item))
    : value;
}
