// Artifacts by their ids: those that runs made, through the index, and those that were registered from outside.
import path from "node:path";
import { type Artifact, artifactSchema } from "../record/artifact.js";
import { externalArtifactIdOf } from "../record/artifact-id.js";
import { fault, isFault } from "../record/fault.js";
import { contentFingerprint, type Fingerprint, statFingerprint } from "../record/fingerprint.js";
import { checkName } from "../record/names.js";
import type { Report } from "./alias-files.js";
import { edgesOf } from "./edges.js";
import type { RunOnDisk } from "./facts.js";
import { artifactFile } from "./layout.js";
import { ownDirectory, ownerOf, type Registry } from "./open.js";
import { artifactsOf } from "./outputs.js";
import { list, readRecord } from "./read.js";
import { believed, openRun, severalHave, usersWith } from "./runs.js";
import { recordText, writeOnce } from "./write.js";

export interface OpenedArtifact {
  artifact: Artifact;
  /** The run that made it; one from outside has none. */
  run?: RunOnDisk;
}

/**
 * The artifact of an id, or undefined where nobody has registered it. What the index says is only where to look: the
 * record must be where its maker, and nobody else, can have written it, and the id must follow from what it says.
 */
export function openArtifact(registry: Registry, id: string, report?: Report): OpenedArtifact | undefined {
  for (const edge of edgesOf(registry, id)) {
    if (edge.verb !== "made") continue;
    const found = guarded(report, () => {
      const { user, all } = believed(registry, edge.run);
      if (user !== edge.user) {
        if (all.length > 1 && user === undefined) throw fault("dataerr", `${edge.run}: ${severalHave(all)}`);
        return undefined;
      }
      const run = openRun(registry, edge.user, edge.run);
      const artifact = run && artifactsOf(run).find((one) => one.id === id);
      return run && artifact ? { artifact, run } : undefined;
    });
    if (found) return found;
  }
  for (const user of usersWith(registry, "artifacts")) {
    const artifact = guarded(report, () => readExternal(registry, user, id));
    if (artifact) return { artifact };
  }
  return undefined;
}

/** One user's bad file hides nobody else's. */
function guarded<T>(report: Report | undefined, look: () => T | undefined): T | undefined {
  try {
    return look();
  } catch (error) {
    if (!isFault(error)) throw error;
    report?.(error.message);
    return undefined;
  }
}

/** What a user has registered from outside; a bad file is told of and left out. */
export function externalArtifactsOf(registry: Registry, user: string, report?: Report): Artifact[] {
  const directory = path.join(registry.base, "artifacts", user);
  if (ownerOf(directory) === undefined) return [];
  const ids = guarded(report, () => list(directory)) ?? [];
  return ids.flatMap((name) => {
    const id = /^(art-[0-9a-f]{20})\.json$/.exec(name)?.[1];
    return (id === undefined ? undefined : guarded(report, () => readExternal(registry, user, id))) ?? [];
  });
}

function readExternal(registry: Registry, user: string, id: string): Artifact | undefined {
  const file = artifactFile(registry.base, user, id);
  const owner = user === registry.user ? registry.uid : ownerOf(path.dirname(file));
  if (owner === undefined) return undefined;
  const artifact = readRecord(file, artifactSchema, { owner });
  if (artifact === undefined) return undefined;
  const { path: place, digest = "none" } = artifact;
  if (artifact.id === id && artifact.user === user && externalArtifactIdOf(user, place, digest) === id) return artifact;
  throw fault("dataerr", `cannot trust '${file}': its id does not follow from what it says`);
}

export interface External {
  /** Absolute. */
  path: string;
  kind: string;
  /** What is told of its bytes: names, sizes and times; contents; or nothing. */
  digest: "stat" | "sha256" | "none";
  note?: string;
  tags?: string[];
  imported_from?: NonNullable<Artifact["imported_from"]>;
  /** RFC 3339, UTC. */
  at: string;
}

/** What was just found of bytes, where nobody need look again. */
export interface Looked {
  stat: Fingerprint;
  digest: string;
}

/**
 * Registers bytes that no run made, where they are. The same bytes at the same place are the same artifact, whenever they
 * are registered; changed ones are another. Throws what the system says of the path.
 */
export function registerExternal(
  registry: Registry,
  { path: place, kind, digest: how, ...more }: External,
  dry = false,
  looked?: Looked,
): { artifact: Artifact; made: boolean } {
  checkName(kind, "kind");
  // Of the two looks the stat comes first: what changes after it is seen by the gate.
  const stat = looked?.stat ?? statFingerprint(place);
  const digest =
    how === "none" ? undefined : (looked?.digest ?? (how === "stat" ? stat.digest : contentFingerprint(place).digest));
  const id = externalArtifactIdOf(registry.user, place, digest ?? "none");
  const there = readExternal(registry, registry.user, id);
  if (there) return { artifact: there, made: false };
  const artifact: Artifact = {
    type: "artifact",
    v: 1,
    id,
    kind,
    user: registry.user,
    path: place,
    ...(how === "none" || digest === undefined
      ? {}
      : { files: stat.files, bytes: stat.bytes, digest, digest_of: how, stat_digest: stat.digest }),
    ...more,
  };
  if (dry) return { artifact, made: true };
  ownDirectory(registry, "artifacts");
  const made = writeOnce(artifactFile(registry.base, registry.user, id), recordText(artifact), registry.modes.file);
  if (made === "made") return { artifact, made: true };
  return { artifact: readExternal(registry, registry.user, id) ?? artifact, made: false };
}
