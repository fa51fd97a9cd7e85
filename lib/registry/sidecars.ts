// The copy of an artifact's record that lies beside its bytes, outside of what is hashed: who finds the bytes, finds it.
import path from "node:path";
import { fault } from "../record/fault.js";
import { atOnce, type Calls } from "./calls.js";
import { fs } from "./disk.js";
import { sidecarFile } from "./layout.js";
import { checkOwner, type Registry } from "./open.js";
import { type RunArtifact, versionOf } from "./outputs.js";
import { readText } from "./read.js";
import { makeDirectory, recordText, writingOnce } from "./write.js";

/** Writes the copy, beside the output that the artifact is or is a step of, unless it is there. Throws faults. */
export function writeSidecar(registry: Registry, output: string, artifact: RunArtifact): void {
  atOnce(writingSidecar(registry, output, artifact));
}

/** The same, call by call. */
export function* writingSidecar(registry: Registry, output: string, artifact: RunArtifact): Calls<void> {
  const file = sidecarFile(output, versionOf(artifact));
  if (fs.existsSync(file)) return;
  const meta = path.dirname(file);
  if (makeDirectory(meta, registry.modes.directory) === "exists") checkOwner(meta, registry.uid);
  const text = recordText(artifact);
  if ((yield* writingOnce(file, text, registry.modes.file)) === "exists" && readText(file) !== text)
    throw fault("cantcreat", `cannot write '${file}': another record is there`);
}
