// What a run has made, as it is registered: one write-once record an output, step and attempt, and the seal under them all.
import path from "node:path";
import { type Artifact, artifactSchema, type Outputs, outputsSchema } from "../record/artifact.js";
import { artifactIdOf } from "../record/artifact-id.js";
import { fault, isFault } from "../record/fault.js";
import { isName } from "../record/names.js";
import { fs } from "./disk.js";
import type { RunOnDisk } from "./facts.js";
import { envelope, outputFile, outputsDirectory, sealFile } from "./layout.js";
import { list, readRecord } from "./read.js";
import { isTempName } from "./temp-name.js";

/** An artifact that a run made: its role and attempt are known. */
export type RunArtifact = Artifact & { run: string; role: string; attempt: number };

/** The run that a record must be of, and who must own it. */
export interface Maker {
  id: string;
  user: string;
  owner: number;
}

type Bad = (message: string) => void;

/** The artifacts of a run as they are now: of each role and step the latest attempt's, in order of role and step. */
export function artifactsOf(disk: RunOnDisk, bad: Bad = () => {}): RunArtifact[] {
  return current(registeredIn(disk.dir, makerOf(disk), bad));
}

/** What later attempts (or the same one, later) wrote anew: its bytes are no more. */
export function overwrittenOf(disk: RunOnDisk, bad: Bad = () => {}): RunArtifact[] {
  const all = registeredIn(disk.dir, makerOf(disk), bad);
  const kept = new Set(current(all));
  return all.filter((artifact) => !kept.has(artifact));
}

/** The seal: what the run made, and nothing will be registered for it any more. Throws dataerr for one that is none. */
export function sealOf({ dir, owner, run }: Pick<RunOnDisk, "dir" | "owner" | "run">): Outputs | undefined {
  const file = sealFile(envelope(dir));
  const seal = readRecord(file, outputsSchema, { owner });
  if (seal === undefined || seal.run === run.id) return seal;
  throw fault("dataerr", `cannot read '${file}': it is about '${seal.run}'`);
}

/** Whether the seal is there, without reading it. */
export function isSealed(dir: string): boolean {
  return fs.existsSync(sealFile(envelope(dir)));
}

export function makerOf({ run, owner }: RunOnDisk): Maker {
  return { id: run.id, user: run.user, owner };
}

/**
 * Every record in a run's outputs/, oldest first within a role and step. One that is not what its name says, or is another's,
 * is told of and left out.
 */
export function registeredIn(dir: string, maker: Maker, bad: Bad): RunArtifact[] {
  const directory = outputsDirectory(envelope(dir));
  const names = list(directory).filter((name) => !isTempName(name));
  return names.flatMap((name) => readOutput(dir, path.join(directory, name), maker, bad) ?? []).sort(inOrder);
}

/** One of these records; undefined where there is none, or none that can be trusted: that is told of. */
export function readOutput(dir: string, file: string, maker: Maker, bad: Bad): RunArtifact | undefined {
  try {
    const artifact = readRecord(file, artifactSchema, { owner: maker.owner, limit: 2 ** 20 });
    if (artifact === undefined || isOf(artifact, dir, file, maker)) return artifact as RunArtifact | undefined;
    throw fault("dataerr", `cannot trust '${file}': it speaks of another artifact`);
  } catch (error) {
    if (!isFault(error)) throw error;
    bad(error.message);
    return undefined;
  }
}

function isOf(artifact: Artifact, dir: string, file: string, { id, user }: Maker): boolean {
  const { role, step, attempt, run } = artifact;
  if (run !== id || artifact.user !== user || role === undefined || attempt === undefined || !isName(role))
    return false;
  return artifact.id === artifactIdOf(run, role, step) && outputFile(envelope(dir), role, versionOf(artifact)) === file;
}

/** What of a record is in its file's name. */
export function versionOf({ step, attempt, revision }: Pick<Artifact, "step" | "attempt" | "revision">) {
  return {
    ...(step === undefined ? {} : { step }),
    attempt: attempt ?? 0,
    ...(revision === undefined ? {} : { revision }),
  };
}

/** The latest of each role and step, of records in order. */
export function current<A extends Artifact>(ordered: A[]): A[] {
  return ordered.filter((artifact, i) => {
    const next = ordered[i + 1];
    return next === undefined || next.role !== artifact.role || next.step !== artifact.step;
  });
}

function inOrder(a: RunArtifact, b: RunArtifact): number {
  if (a.role !== b.role) return a.role < b.role ? -1 : 1;
  return (a.step ?? -1) - (b.step ?? -1) || a.attempt - b.attempt || (a.revision ?? 1) - (b.revision ?? 1);
}
