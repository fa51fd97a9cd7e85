// Files that a run takes along: copied into its own directory before it is made, so that what it reads stays what it was.
import path from "node:path";
import { fault, systemFault } from "../record/fault.js";
import { contentFingerprint } from "../record/fingerprint.js";
import type { Run } from "../record/run.js";
import { fs } from "./disk.js";
import type { Registry } from "./open.js";
import { makeDirectory } from "./write.js";

/** Where the copy of a file is that a run takes along. */
export function stagedPath(runDirectory: string, file: string): string {
  return path.join(runDirectory, "staged", path.basename(file));
}

/**
 * Copies each staged input into the directory of a run that is being made, unless its copy is there. Throws dataerr where
 * the bytes are not those that were resolved, and what the system says.
 */
export function stageInputs(registry: Registry, run: Pick<Run, "inputs">, dir: string): void {
  for (const [role, input] of Object.entries(run.inputs)) {
    if (input.type !== "external" || input.staged_from === undefined) continue;
    const { path: copy, staged_from: from, recorded } = input;
    if (copy !== stagedPath(dir, from))
      throw fault("dataerr", `cannot stage the input '${role}': '${copy}' is not in the run's directory`);
    makeDirectory(path.dirname(copy), registry.modes.directory);
    const isIt = () => contentFingerprint(copy).digest === recorded?.digest;
    if (fs.existsSync(copy) && isIt()) continue;
    try {
      fs.copyFileSync(from, copy);
      fs.chmodSync(copy, (fs.statSync(from).mode & 0o100) | registry.modes.file);
    } catch (error) {
      throw systemFault(error, `copy '${from}' into the run`);
    }
    if (!isIt()) throw fault("dataerr", `cannot stage '${from}': it has changed since it was resolved`);
  }
}
