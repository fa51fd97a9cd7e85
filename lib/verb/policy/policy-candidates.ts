// The artifacts that policies look at: what runs have registered, also while they go on, and what came from outside.
import path from "node:path";
import type { Artifact } from "../../record/artifact.js";
import { fault, isFault } from "../../record/fault.js";
import { like } from "../../record/like.js";
import { externalArtifactsOf } from "../../registry/artifacts.js";
import { runDirectory } from "../../registry/layout.js";
import { ownerOf, type Registry } from "../../registry/open.js";
import { current, isSealed, registeredIn } from "../../registry/outputs.js";
import { type Entry, roll, usersOnRoll } from "../../registry/roll.js";
import { usersWith } from "../../registry/runs.js";
import type { DecidedRuns } from "./decided-runs.js";

export interface Seen {
  artifact: Artifact;
  /** It was written over what an earlier attempt, or an earlier writing of the same, had made. */
  rewritten: boolean;
}

/** Whose artifacts: of these names and patterns, or one's own. Throws noinput for a name that nobody has here. */
export function usersMeant(asked: readonly string[], registry: Registry): string[] {
  const words = asked.flatMap((word) => word.split(",")).filter(Boolean);
  if (words.length === 0) return [registry.user];
  const known = [...new Set([...usersOnRoll(registry), ...usersWith(registry, "artifacts"), registry.user])].sort();
  for (const word of words) if (!known.some(like(word))) throw fault("noinput", `no user '${word}' has artifacts here`);
  return known.filter((user) => words.some((word) => like(word)(user)));
}

/**
 * All artifacts of these users as they are now, save of runs that were decided of before. What cannot be read is told of and
 * left out.
 */
export function* artifactsSeen(
  registry: Registry,
  users: readonly string[],
  report: (message: string) => void,
  decided?: DecidedRuns,
): Generator<Seen> {
  for (const entry of roll(registry, users, { report: (error) => report(error.message) }))
    yield* artifactsOfEntry(registry, entry, report, decided);
  for (const user of users)
    for (const artifact of externalArtifactsOf(registry, user, report)) yield { artifact, rewritten: false };
}

/** Those of one run of the roll. */
export function* artifactsOfEntry(
  registry: Registry,
  { user, id }: Pick<Entry, "user" | "id">,
  report: (message: string) => void,
  decided?: DecidedRuns,
): Generator<Seen> {
  try {
    const dir = runDirectory(registry.base, user, id);
    const isKnown = decided?.has(user, id) ?? false;
    // Asked before the records are read: what comes later is seen by the next pass.
    decided?.listed(user, id, isKnown || isSealed(dir));
    const owner = isKnown ? undefined : ownerOf(path.dirname(dir));
    if (owner === undefined) return;
    const bad = (message: string) => {
      decided?.open(user, id);
      report(message);
    };
    const all = registeredIn(dir, { id, user, owner }, bad);
    for (const artifact of current(all)) {
      const rewritten = all.filter(({ role, step }) => role === artifact.role && step === artifact.step).length > 1;
      yield { artifact, rewritten };
    }
  } catch (error) {
    if (!isFault(error)) throw error;
    decided?.open(user, id);
    report(error.message);
  }
}
