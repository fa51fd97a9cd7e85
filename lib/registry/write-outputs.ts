// Writing what a run has made: a record an output, and the seal.
import type { Outputs } from "../record/artifact.js";
import { fault } from "../record/fault.js";
import { atOnce, type Calls } from "./calls.js";
import type { RunOnDisk } from "./facts.js";
import { envelope, outputFile, outputsDirectory, sealFile } from "./layout.js";
import type { Registry } from "./open.js";
import { makerOf, type RunArtifact, readOutput, versionOf } from "./outputs.js";
import { makeDirectory, recordText, writingOnce } from "./write.js";

/** More writings of one step by one attempt are no checkpoints. */
const most = 100;

/**
 * Writes the record of an output; its revision grows where the name is taken by a file that is no record of this output.
 * Undefined where another pass was first: what it wrote counts, and the next look tells whether that is all. Throws faults.
 */
export function writeOutput(registry: Registry, disk: RunOnDisk, artifact: RunArtifact): RunArtifact | undefined {
  return atOnce(writingOutput(registry, disk, artifact));
}

/** The same, call by call. */
export function* writingOutput(
  registry: Registry,
  disk: RunOnDisk,
  artifact: RunArtifact,
): Calls<RunArtifact | undefined> {
  const lab = envelope(disk.dir);
  makeDirectory(outputsDirectory(lab), registry.modes.directory);
  for (let revision = artifact.revision ?? 1; revision <= most; revision += 1) {
    const one = revision > 1 ? { ...artifact, revision } : artifact;
    const file = outputFile(lab, artifact.role, versionOf(one));
    if ((yield* writingOnce(file, recordText(one), registry.modes.file)) === "made") return one;
    if (readOutput(disk.dir, file, makerOf(disk), () => {})?.id === artifact.id) return undefined;
  }
  const step = artifact.step === undefined ? "" : ` step ${artifact.step}`;
  throw fault(
    "refused",
    `cannot register '${artifact.role}'${step}: attempt ${artifact.attempt} wrote it ${most} times`,
  );
}

/** Writes the seal: from now on nothing is registered for the run. */
export function writeSeal(registry: Registry, dir: string, seal: Outputs): "made" | "exists" {
  return atOnce(writingSeal(registry, dir, seal));
}

/** The same, call by call. */
export function writingSeal(registry: Registry, dir: string, seal: Outputs): Calls<"made" | "exists"> {
  return writingOnce(sealFile(envelope(dir)), recordText(seal), registry.modes.file);
}
