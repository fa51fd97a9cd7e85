// What was meant by a key that no recipe has: the word of another scheduler, or a key that stands in a table of its own.
import { nearest } from "../record/names.js";
import { type Breach, unknownKey } from "../toml/breaches.js";
import { dotted, isTable } from "../toml/path.js";
import { recipeSchema } from "./schema.js";

/** What others call it, and what it is here. */
const synonyms: Record<string, string> = {
  arguments: "args",
  cmd: "command",
  container_image: "container",
  core: "cpus",
  cores: "cpus",
  cwd: "workdir",
  directory: "workdir",
  environment_variables: "env",
  feature: "constraint",
  features: "constraint",
  hyperparameters: "params",
  image: "container",
  memory: "mem",
  module: "modules",
  ncpus: "cpus",
  ngpus: "gpus",
  num_cpus: "cpus",
  num_gpus: "gpus",
  num_nodes: "nodes",
  parameters: "params",
  queue: "partition",
  ram: "mem",
  repository: "repo",
  script: "command",
  time_limit: "time",
  timeout: "time",
  walltime: "time",
};

/** Tables whose names a recipe makes up. */
const open = ["params", "args", "env"];

/** The breach of an unknown key with the best guess at what was meant by it; any other as it is. */
export function withMeaning(breach: Breach, table: Record<string, unknown>): Breach {
  const { known, path } = breach;
  const key = path.at(-1);
  if (known === undefined || typeof key !== "string") return breach;
  const within = path.slice(0, -1);
  const meant = within.length === 0 ? meantAtTop(key, known, table) : word(key, known);
  return meant === undefined ? breach : unknownKey(key, known, within, meant);
}

/** A name of the recipe's own first, then a key of one of its tables, and only then what is spelled alike. */
function meantAtTop(key: string, known: readonly string[], table: Record<string, unknown>): string | undefined {
  const owner = open.find((name) => isTable(table[name]) && Object.hasOwn(table[name], key));
  if (owner !== undefined) return dotted([owner, key]);
  if (known.includes(synonyms[key] ?? "")) return synonyms[key];
  for (const [name, keys] of Object.entries(sections)) {
    const found = word(key, keys);
    if (found !== undefined) return dotted([name, found]);
  }
  if (nearest(key, known) !== undefined) return undefined;
  const names = open.flatMap((name) =>
    isTable(table[name]) ? Object.keys(table[name]).map((inner) => [inner, dotted([name, inner])] as const) : [],
  );
  const near = nearest(
    key,
    names.map(([inner]) => inner),
  );
  return names.find(([inner]) => inner === near)?.[1];
}

function word(key: string, known: readonly string[]): string | undefined {
  return [key, synonyms[key] ?? ""].find((one) => known.includes(one));
}

/** The keys of the tables that a recipe has, by table; those first in which people look last. */
const sections: Record<string, string[]> = Object.fromEntries(
  (["resources", "environment", "source", "narrative", "notify", "checks", "after"] as const).map((name) => [
    name,
    Object.keys(recipeSchema.entries[name].wrapped.entries),
  ]),
);
