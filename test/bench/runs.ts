// A registry of its own for a bench, and runs that have come as far as it needs.
import fs from "node:fs";
import path from "node:path";
import { root, type Sandbox, sandbox } from "../support/sandbox.js";
import { built, output } from "./programs.js";

export interface Prepared extends Sandbox {
  /** A project with a recipe of the smallest kind. */
  recipe: string;
}

/** A registry, a home and a project; commands find them by `env`. */
export async function prepare(kind: "local" | "slurm", recipe = smallest): Promise<Prepared> {
  const place = await sandbox({ kind, name: "bench" });
  const project = path.join(place.dir, "project");
  fs.mkdirSync(project);
  const file = path.join(project, "one.toml");
  fs.writeFileSync(file, recipe);
  const env = { ...place.env, PATH: `${path.join(root, "dist/bin")}:${process.env["PATH"] ?? ""}` };
  return { ...place, env, recipe: file };
}

const smallest = 'name = "one"\ncommand = ["true"]\n';

/** The run that the recipe plans, as it is after these commands. */
export function planned({ env, recipe }: Prepared, commands: readonly string[]): string {
  const plan = output([built("lab-plan"), "--json", recipe], { env });
  return commands.reduce((input, command) => output([built(command), "--json"], { env, input }), plan);
}
