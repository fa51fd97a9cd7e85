// Whether there is a place for what a recipe's outputs are said to be: a slip in a type would make a place of its own.
import fs from "node:fs";
import path from "node:path";
import type { Context } from "../../command/context.js";
import type { Config } from "../../config/defaults.js";
import { isFault } from "../../record/fault.js";
import { nearest } from "../../record/names.js";
import { usualKinds } from "../../registry/artifact-roots.js";
import type { Breach } from "../../toml/breaches.js";
import { isTable } from "../../toml/path.js";

/** The outputs of a recipe's table whose type is of no kind that has a place. Without a configuration nothing is known. */
export async function unplacedOutputs({ outputs }: Record<string, unknown>, context: Context): Promise<Breach[]> {
  const unusual = Object.entries(isTable(outputs) ? outputs : {}).flatMap(([role, output]) => {
    const type = isTable(output) ? output["type"] : undefined;
    return typeof type !== "string" || usual.includes(type) ? [] : [{ role, type }];
  });
  // Most recipes need no configuration to be planned, and it takes time to read.
  const config = unusual.length === 0 ? undefined : await configuration(context);
  if (!config) return [];
  return unusual.flatMap(({ role, type }) => (isKnown(type, config) ? [] : [unknownKind(role, type, config)]));
}

const usual: readonly string[] = ["checkpoint_stream", ...usualKinds];

async function configuration(context: Context): Promise<Config | undefined> {
  try {
    return (await context.config()).config;
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}

function isKnown(type: string, config: Config): boolean {
  const { artifact_root } = config.filesystem;
  return known(config).includes(type) || (artifact_root !== undefined && fs.existsSync(path.join(artifact_root, type)));
}

function known({ filesystem: { artifact_roots, output_roots } }: Config): string[] {
  return [...usual, ...Object.keys(artifact_roots), ...Object.keys(output_roots)];
}

function unknownKind(role: string, type: string, config: Config): Breach {
  const near = nearest(type, [...known(config), ...places(config)]);
  const guess = near === undefined ? "" : ` (did you mean '${near}'?)`;
  return {
    path: ["outputs", role, "type"],
    part: "value",
    message: `outputs.${role}.type = ${JSON.stringify(type)} is a kind that has no place here${guess}`,
    ...(near === undefined ? { hint: `lab init --kind ${type} makes one` } : {}),
  };
}

function places({ filesystem: { artifact_root } }: Config): string[] {
  try {
    return artifact_root === undefined ? [] : fs.readdirSync(artifact_root);
  } catch {
    return [];
  }
}
