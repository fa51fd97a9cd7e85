// Where the outputs of a type are placed.
import { fault } from "../record/fault.js";
import type { Config } from "./defaults.js";

/** `checkpoint_stream` says how a directory is walked; each step in it is an artifact of the kind `checkpoint`. */
export function kindOf(type: string): string {
  return type === "checkpoint_stream" ? "checkpoint" : type;
}

/**
 * The directory below which an output of this type is at `<user>/<directory>`: output_roots.<type>, else
 * artifact_roots.<type>, else artifact_roots.<kind>, else <artifact_root>/<kind>. A `file` is placed like any other
 * kind. Throws config where none of them is set.
 */
export function outputRoot(config: Config, type: string): string {
  const { artifact_root, artifact_roots, output_roots } = config.filesystem;
  const kind = kindOf(type);
  const root = own(output_roots, type) ?? own(artifact_roots, type) ?? own(artifact_roots, kind);
  if (root !== undefined) return root;
  if (artifact_root !== undefined) return `${artifact_root}/${kind}`;
  throw fault("config", `cannot place an output of type '${type}': the cluster file has no root for it`, {
    hint: `set [filesystem] artifact_root, or artifact_roots.${kind}`,
  });
}

function own(roots: Record<string, string>, key: string): string | undefined {
  return Object.hasOwn(roots, key) ? roots[key] : undefined;
}
