// The settings of `-c key=value`, above all files and variables.
import * as v from "valibot";
import { fault, isFault } from "../record/fault.js";
import { breaches } from "../toml/breaches.js";
import { parseToml } from "../toml/document.js";
import { parseDotted } from "../toml/path.js";
import { type Base, layer } from "./layer.js";
import type { Layer, Table } from "./merge.js";
import { settingsSchema } from "./schema.js";

/**
 * One layer for each `key=value`: the key dotted, the value as TOML writes it, or as it stands where it is no TOML
 * (`slurm.partition=gpu`). Throws usage naming the assignment.
 */
export function assignmentLayers(assignments: readonly string[], base: Base): Layer[] {
  return assignments.map((assignment) => {
    const table = tableOf(assignment);
    const [breach] = breaches(settingsSchema, table);
    if (breach) throw fault("usage", `cannot set '${assignment}': ${breach.message}`, { hint: breach.hint });
    return layer(v.parse(settingsSchema, table), base, () => ({ from: "-c" }));
  });
}

function tableOf(assignment: string): Table {
  const equals = assignment.indexOf("=");
  if (equals < 1)
    throw fault("usage", `cannot set '${assignment}': write KEY=VALUE`, { hint: "-c slurm.partition=gpu" });
  const keys = keysOf(assignment, equals);
  let value: unknown = tomlValue(assignment, assignment.slice(equals + 1));
  for (const key of keys.reverse()) value = Object.assign(Object.create(null) as Table, { [key]: value });
  return value as Table;
}

function keysOf(assignment: string, equals: number): string[] {
  try {
    return parseDotted(assignment.slice(0, equals));
  } catch (error) {
    if (!isFault(error)) throw error;
    throw fault("usage", `cannot set '${assignment}': ${error.message}`, { hint: error.hint });
  }
}

function tomlValue(assignment: string, text: string): unknown {
  try {
    const { value, ...others } = parseToml(`value = ${text}`, "-c").value;
    if (Object.keys(others).length === 0) return value;
    throw fault("usage", `cannot set '${assignment}': it is more than one line of TOML`);
  } catch (error) {
    if (!isFault(error) || error.code === "usage") throw error;
    if (!/^\s*["'[{]/.test(text)) return text.trim();
    throw fault("usage", `cannot set '${assignment}': ${error.message.replace(/^-c:\d+:\d+: /, "")}`, { cause: error });
  }
}
