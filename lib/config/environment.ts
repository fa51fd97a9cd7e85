// Which [environments.<name>] of a project counts.
import { fault } from "../record/fault.js";
import { nearest } from "../record/names.js";
import type { TomlFile } from "../toml/document.js";
import { located, problemFault } from "../toml/problems.js";
import type { Source } from "./merge.js";
import type { Project } from "./schema.js";

export interface ProjectFile {
  file: TomlFile;
  value: Project;
}

export interface Chosen {
  name: string;
  source: Source;
}

/**
 * The environment: --env, else $LAB_ENV, else default_env of .lab.local.toml, else that of .lab.toml, else none.
 * `files` are those two in the order in which the later wins. Throws config for a name that no file has.
 */
export async function chooseEnvironment(
  flag: string | undefined,
  variable: string | undefined,
  files: readonly ProjectFile[],
): Promise<Chosen | undefined> {
  const known = [...new Set(files.flatMap(({ value }) => Object.keys(value.environments ?? {})))];
  const asked =
    flag !== undefined ? { name: flag, from: "--env" } : variable ? { name: variable, from: "LAB_ENV" } : undefined;
  if (asked) {
    if (known.includes(asked.name)) return { name: asked.name, source: { from: asked.from } };
    const { message, hint } = unknown(asked.name, known, files.length > 0);
    throw fault("config", `${asked.from}: ${message}`, { hint });
  }
  const said = files.findLast(({ value }) => value.project?.default_env !== undefined);
  const name = said?.value.project?.default_env;
  if (!said || name === undefined) return undefined;
  const at = ["project", "default_env"];
  if (known.includes(name)) return { name, source: { from: said.file.path, file: said.file, at } };
  const breach = { path: at, part: "value", ...unknown(name, known, true) } as const;
  throw problemFault(await located([breach], said.file), "config");
}

function unknown(name: string, known: readonly string[], project: boolean): { message: string; hint: string } {
  const near = nearest(name, known);
  const message = `there is no environment '${name}'${near === undefined ? "" : ` (did you mean '${near}'?)`}`;
  if (!project) return { message, hint: "environments are declared in a .lab.toml, and none was found here or above" };
  return { message, hint: known.length === 0 ? "the project declares none" : `known: ${known.join(", ")}` };
}
