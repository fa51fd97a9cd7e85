// The second pass: what runs have written becomes artifacts. Steps of streams while the run goes on, the rest when it has
// ended well; then the seal, and only then the run is off the list of those that are not settled. Level-triggered: it looks
// at what is, and whatever an interrupted pass had no time to write, the next one writes.
import type { Artifact, Outputs } from "../record/artifact.js";
import { artifactIdOf } from "../record/artifact-id.js";
import { type Fault, fault } from "../record/fault.js";
import type { Run } from "../record/run.js";
import { timestamp } from "../record/units.js";
import { beside } from "../registry/calls.js";
import { noteEdge } from "../registry/edges.js";
import type { RunOnDisk } from "../registry/facts.js";
import { note } from "../registry/journal.js";
import type { Registry } from "../registry/open.js";
import { artifactsOf, current, makerOf, type RunArtifact, registeredIn, sealOf } from "../registry/outputs.js";
import { resultIn, resultKinds } from "../registry/results.js";
import { deactivate } from "../registry/runs.js";
import { writingSidecar } from "../registry/sidecars.js";
import { writingOutput, writingSeal } from "../registry/write-outputs.js";
import { bindAliases } from "./bind-aliases.js";
import { type Found, lookAtOutputs, type Missing } from "./gates.js";
import { changeOf, fingerprintOf } from "./rehash.js";
import { sealFor } from "./seal.js";

export interface RegisterPass {
  registry: Registry;
  now: number;
  /** How long what a node wrote may take to be seen here (seconds). */
  grace_s: number;
  /** Read all bytes again: digests are what they are now, and what was registered before is compared. */
  rehash?: boolean;
  /** Only look: nothing is written. */
  dry?: boolean;
  report(id: string | undefined, error: Fault): void;
}

export interface Registered {
  run: RunOnDisk;
  /** What this pass has registered (or, dry, would). */
  made: Artifact[];
  /** Set for the one pass that wrote it. */
  seal?: Outputs;
  /** There was something that cannot be seen here yet: another pass will. */
  early?: boolean;
}

/**
 * Registers what is due of one of the caller's own runs; twice is the same as once. Throws faults: what was written until
 * then counts, and the next pass goes on.
 */
export async function registerRun(pass: RegisterPass, disk: RunOnDisk): Promise<Registered> {
  const begun = await registerOutputs(pass, disk);
  if ("over" in begun) return begun.over;
  bindNames(pass, begun);
  return sealRun(pass, begun);
}

/** A run whose outputs are registered, and that is to be sealed. */
export interface Begun {
  run: RunOnDisk;
  made: Artifact[];
  artifacts: RunArtifact[];
  missing: Missing[];
}

/**
 * The first of three steps, of which many runs can be at the same one: what the run has made. With `over` it is the only one
 * that is due now.
 */
export async function registerOutputs(pass: RegisterPass, disk: RunOnDisk): Promise<Begun | { over: Registered }> {
  const { registry } = pass;
  const { run, facts } = disk;
  if (disk.owner !== registry.uid) throw fault("noperm", `the run is ${run.user}'s, not yours`);
  const bad = (message: string) => pass.report(run.id, fault("dataerr", message));
  if (pass.rehash) compare(pass, disk);
  if (sealOf(disk)) {
    if (!pass.dry) deactivate(registry, run.user, run.id);
    return { over: { run: disk, made: [] } };
  }
  // The records are read before what they are made from, so that a pass that is late writes nothing older over them.
  const known = registeredIn(disk.dir, makerOf(disk), bad);
  const look = lookAtOutputs(disk, pass, bad);
  const made: Artifact[] = [];
  for (const found of look.found) made.push(...((await registered(pass, disk, known, found)) ?? []));
  if (!pass.dry) for (const artifact of current(known)) await copied(pass, run, artifact);
  if (!facts.outcome || look.early) return { over: { run: disk, made, ...(look.early ? { early: true } : {}) } };
  const { missing } = look;
  if (pass.dry) return { over: { run: disk, made, seal: await sealFor(disk, merged(known, made), missing, pass) } };
  return { run: disk, made, artifacts: artifactsOf(disk, bad), missing };
}

/** The second step, of several runs in the order of their ends: the last one's names count. Throws faults. */
export function bindNames({ registry, report }: RegisterPass, { run: disk, artifacts }: Begun): void {
  bindAliases(registry, disk, artifacts, (error) => report(disk.run.id, error));
}

/** The last step: the seal, and the run is off the list. Throws faults. */
export async function sealRun(pass: RegisterPass, { run: disk, made, artifacts, missing }: Begun): Promise<Registered> {
  const { registry } = pass;
  const { run } = disk;
  const seal = await sealFor(disk, artifacts, missing, pass);
  const wrote = (await beside(writingSeal(registry, disk.dir, seal))) === "made";
  if (wrote) note(registry, "run_registered", run.id, { name: run.name, artifacts: seal.artifacts.length });
  deactivate(registry, run.user, run.id);
  return { run: disk, made, ...(wrote ? { seal } : {}) };
}

function compare({ report }: RegisterPass, disk: RunOnDisk): void {
  for (const artifact of artifactsOf(disk)) {
    const change = changeOf(artifact);
    if (change) report(disk.run.id, change);
  }
}

/** Writes one artifact, unless it is known: first where it will be looked for, then the record, then the copy beside it. */
async function registered(
  pass: RegisterPass,
  disk: RunOnDisk,
  known: RunArtifact[],
  found: Found,
): Promise<[Artifact] | undefined> {
  const before = known.filter(({ role, step }) => role === found.role && step === found.step);
  if (before.some((record) => isSame(record, found))) return undefined;
  const of = before.filter(({ attempt }) => attempt === found.attempt);
  const revision = 1 + Math.max(0, ...of.map((record) => record.revision ?? 1));
  const artifact = artifactOf(pass, disk.run, found, revision);
  if (pass.dry) return [{ ...artifact, dry_run: true }];
  noteEdge(pass.registry, artifact.id, "made", disk.run.id);
  const written = await beside(writingOutput(pass.registry, disk, artifact));
  if (!written) return undefined;
  await copied(pass, disk.run, written);
  const { id, kind, role, step } = written;
  note(pass.registry, "artifact_registered", disk.run.id, {
    artifact: id,
    kind,
    role,
    ...(step === undefined ? {} : { step }),
  });
  return [written];
}

/** A step without a marker, or an output that is no step, is made once; a marker that has changed is another writing. */
function isSame(record: RunArtifact, found: Found): boolean {
  if (found.step === undefined || found.marker_mtime === undefined) return true;
  const { path, marker_mtime, marker_bytes } = record;
  return path === found.path && marker_mtime === found.marker_mtime && marker_bytes === found.marker_bytes;
}

function artifactOf({ now, rehash, report }: RegisterPass, run: Run, found: Found, revision: number): RunArtifact {
  const output = run.outputs[found.role];
  const { role, step, attempt, path, digest: _, ...more } = found;
  const bad = (message: string) => report(run.id, fault("dataerr", message));
  const how = output?.digest === "none" ? undefined : output?.digest;
  const kind = output?.kind ?? kindOf(output?.type ?? "file");
  const result = resultKinds.includes(kind) ? resultIn(path, output?.marker, bad) : undefined;
  return {
    type: "artifact",
    v: 1,
    id: artifactIdOf(run.id, role, step),
    kind,
    user: run.user,
    path,
    run: run.id,
    recipe: run.name,
    role,
    ...(step === undefined ? {} : { step }),
    attempt,
    ...(revision > 1 ? { revision } : {}),
    ...(output ? { alias: output.alias } : {}),
    ...(output?.marker === undefined ? {} : { marker: output.marker }),
    ...more,
    ...(how === undefined ? {} : digestOf(found, how, rehash)),
    ...(run.tags.length > 0 ? { tags: run.tags } : {}),
    ...(result ? { result } : {}),
    at: timestamp(now),
  };
}

/** As the job computed it, or as it is now. */
function digestOf({ path, digest }: Found, how: "stat" | "sha256", again: boolean | undefined) {
  if (!again) return digest === undefined ? {} : { digest, digest_of: how };
  const now = fingerprintOf(path, how);
  return { files: now.files, bytes: now.bytes, digest: now.digest, digest_of: how };
}

/** A stream says how a directory is walked; what is in it are checkpoints. */
function kindOf(type: string): string {
  return type === "checkpoint_stream" ? "checkpoint" : type;
}

async function copied({ registry }: RegisterPass, run: Run, artifact: RunArtifact): Promise<void> {
  const output = run.outputs[artifact.role]?.path;
  if (output !== undefined) await beside(writingSidecar(registry, output, artifact));
}

function merged(known: RunArtifact[], made: Artifact[]): Artifact[] {
  const ids = new Set(made.map(({ id }) => id));
  return [...current(known).filter(({ id }) => !ids.has(id)), ...made];
}
