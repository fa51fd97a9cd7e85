// LAB_* variables that stand for a setting: LAB_SLURM_PARTITION is slurm.partition.

import * as v from "valibot";
import { fault } from "../record/fault.js";
import { nearest } from "../record/names.js";
import { breaches } from "../toml/breaches.js";
import { type Base, layer } from "./layer.js";
import type { Layer, Table } from "./merge.js";
import { settingsSchema } from "./schema.js";
import { programs } from "./sections.js";

/** Every setting that is one word or number, by its variable; names of jobs' variables (LAB_RUN_ID, …) are not among them. */
export const variables: ReadonlyMap<string, readonly string[]> = new Map(
  [
    ["filesystem", "runs_base"],
    ["filesystem", "artifact_root"],
    ["filesystem", "shared_group"],
    ["module_init"],
    ["cache", "trust"],
    ["cache", "lease"],
    ["cache", "courtesy"],
    ["scheduler", "kind"],
    ...programs.map((program) => ["scheduler", program]),
    ["scheduler", "missing_job_grace"],
    ["scheduler", "submit_grace"],
    ["scheduler", "accounting_grace"],
    ["slurm", "partition"],
    ["slurm", "qos"],
    ["slurm", "account"],
    ["slurm", "gres_gpu_syntax"],
    ["local", "cpus"],
    ["local", "gpus"],
    ["local", "mem"],
    ["local", "idle"],
  ].map((at) => [`LAB_${at.join("_").toUpperCase()}`, at]),
);

// What the local scheduler gives to its jobs; a command that runs in one meets them.
const ofJobs = /^LAB_LOCAL_(JOB_|RESTARTS$)/;
const integers = new Set(["LAB_LOCAL_CPUS", "LAB_LOCAL_GPUS"]);
const sections = /^LAB_(FILESYSTEM|CACHE|SCHEDULER|SLURM|LOCAL)_/;

/**
 * The layer of the variables that are set; an empty one counts as not set. A variable that begins like a section and
 * is no setting is warned of, any other is none of ours. Throws config naming the variable.
 */
export function variablesLayer(
  env: Readonly<Record<string, string | undefined>>,
  base: Base,
  warnings: string[],
): Layer {
  const table: Record<string, Table | string | number> = {};
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith("LAB_")) continue;
    const at = variables.get(variable);
    const text = env[variable];
    if (at === undefined) warnOf(variable, warnings);
    else if (text) place(table, at, integers.has(variable) && /^\d+$/.test(text) ? Number(text) : text);
  }
  const [breach] = breaches(settingsSchema, table);
  if (breach) throw fault("config", `${variableOf(breach.path)}: ${breach.message}`, { hint: breach.hint });
  return layer(v.parse(settingsSchema, table), base, (path) => ({ from: variableOf(path) }));
}

function variableOf(path: readonly (string | number)[]): string {
  return `LAB_${path.join("_").toUpperCase()}`;
}

function place(
  table: Record<string, Table | string | number>,
  [first = "", second]: readonly string[],
  value: string | number,
): void {
  if (second === undefined) table[first] = value;
  else table[first] = { ...(table[first] as Table | undefined), [second]: value };
}

function warnOf(variable: string, warnings: string[]): void {
  if (!sections.test(variable) || ofJobs.test(variable)) return;
  const near = nearest(variable, variables.keys());
  warnings.push(`the variable ${variable} is no setting${near === undefined ? "" : ` (did you mean ${near}?)`}`);
}
