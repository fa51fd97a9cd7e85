// What a run has made: its records, the seal under them, their copies beside the bytes, and the bytes.
import path from "node:path";
import { changeOf } from "../../pass/rehash.js";
import type { Artifact, Outputs } from "../../record/artifact.js";
import { isFault } from "../../record/fault.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { envelope, outputFile, outputsDirectory, sealFile } from "../../registry/layout.js";
import { lookAt } from "../../registry/look.js";
import { current, makerOf, type RunArtifact, readOutput, sealOf, versionOf } from "../../registry/outputs.js";
import { markerAt } from "../../registry/steps.js";
import { checkBeside, isMounted } from "./beside.js";
import { type Breach, type Looking, reading, type Survey, withoutPath } from "./breach.js";
import { namesIn, regular } from "./files.js";

/** The artifacts that the run has, as far as their records can be trusted. */
export function* checkOutputs(survey: Survey, disk: RunOnDisk): Looking<RunArtifact[]> {
  const records = yield* registered(survey, disk);
  const seal = yield* reading(survey, "outputs", sealFile(envelope(disk.dir)), () => sealOf(disk));
  const now = current(records);
  if (seal) yield* sealed(disk, seal, now);
  for (const artifact of records) yield* placed(disk, artifact);
  yield* checkBeside(survey, disk, records, seal !== undefined);
  if (!seal) return records;
  for (const artifact of now)
    if (isMounted(survey, disk.run.outputs[artifact.role]?.path ?? artifact.path))
      yield* checkBytes(survey, artifact, disk.run.id);
  return records;
}

function* registered(survey: Survey, disk: RunOnDisk): Looking<RunArtifact[]> {
  const directory = outputsDirectory(envelope(disk.dir));
  const found: RunArtifact[] = [];
  for (const name of yield* namesIn(survey, "outputs", directory)) {
    const file = path.join(directory, name);
    const bad: Breach[] = [];
    if (!(yield* regular(survey, file, disk.owner))) continue;
    const tell = (message: string) => bad.push({ check: "outputs", path: file, message: withoutPath(message, file) });
    const artifact = yield* reading(survey, "outputs", file, () => readOutput(disk.dir, file, makerOf(disk), tell));
    yield* bad;
    if (artifact) found.push(artifact);
  }
  return found.sort(inOrder);
}

function inOrder(a: RunArtifact, b: RunArtifact): number {
  if (a.role !== b.role) return a.role < b.role ? -1 : 1;
  return (a.step ?? -1) - (b.step ?? -1) || a.attempt - b.attempt || (a.revision ?? 1) - (b.revision ?? 1);
}

/** An artifact is of an output that the run declares, and lies in it. */
function* placed({ dir, run }: RunOnDisk, artifact: RunArtifact): Looking {
  const output = run.outputs[artifact.role];
  const file = outputFile(envelope(dir), artifact.role, versionOf(artifact));
  if (!output) yield { check: "outputs", path: file, message: `the run declares no output '${artifact.role}'` };
  else if (output.path !== undefined && artifact.path !== output.path && path.dirname(artifact.path) !== output.path)
    yield { check: "outputs", path: file, message: `speaks of '${artifact.path}', and the output is '${output.path}'` };
}

/** The seal says how the run ended, and names what is current, all of it and nothing else. */
function* sealed({ dir, facts }: RunOnDisk, seal: Outputs, now: readonly RunArtifact[]): Looking {
  const tell = (message: string): Breach => ({ check: "outputs", path: sealFile(envelope(dir)), message });
  const { outcome } = facts;
  if (outcome && outcome.state !== seal.state) yield tell(`says ${seal.state}, and outcome.json ${outcome.state}`);
  const word = ({ id, role, step, attempt, path: at }: Partial<Artifact>) =>
    JSON.stringify([id, role, step, attempt, at]);
  const [named, there] = [new Set(seal.artifacts.map(word)), new Set(now.map(word))];
  const called = ({ role, step }: { role: string; step?: number }) =>
    step === undefined ? role : `${role} step ${step}`;
  for (const one of seal.artifacts)
    if (!there.has(word(one))) yield tell(`names ${called(one)} (${one.id}), which is not registered so`);
  for (const one of now)
    if (!named.has(word(one))) yield tell(`does not name ${called(one)} (${one.id}), which is registered`);
}

/** The bytes are where they were, with the marker as it was; with `--deep` they are read. */
export function* checkBytes(survey: Survey, artifact: Artifact, run?: string): Looking {
  const { path: at, marker, marker_mtime, marker_bytes } = artifact;
  const tell = (message: string): Breach => ({
    check: "bytes",
    path: at,
    message,
    ...(run === undefined ? {} : { run }),
  });
  const seen = yield* reading(survey, "bytes", at, () => lookAt(at));
  survey.looked();
  if (!seen) {
    yield tell("is not there any more");
    return;
  }
  if (marker !== undefined && marker_mtime !== undefined) {
    const now = yield* reading(survey, "bytes", at, () => markerAt(path.join(at, marker)));
    if (!now) yield tell(`its marker '${marker}' is not there any more`);
    else if (now.marker_mtime !== marker_mtime || now.marker_bytes !== marker_bytes)
      yield tell(`its marker '${marker}' was written again after it was registered`);
  }
  if (survey.deep) yield* read(survey, artifact, tell);
}

function* read(survey: Survey, artifact: Artifact, tell: (message: string) => Breach): Looking {
  const change = changeOf(artifact);
  if (!isFault(change)) return;
  if (change.code === "dataerr") yield tell(withoutPath(change.message, artifact.path));
  else if (change.code === "noinput") yield tell("some of it has gone while it was read");
  else survey.unread(artifact.path, change);
}
