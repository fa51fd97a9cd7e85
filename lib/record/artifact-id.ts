// The ids of artifacts and of the other things that lineage knows.
import crypto from "node:crypto";

/** The id of what a run makes in a role (and step): it follows from who makes it, so it is known before it is made. */
export function artifactIdOf(run: string, role: string, step?: number): string {
  return `art-${shortHash(run, role, ...(step === undefined ? [] : [String(step)]))}`;
}

/** By which the index finds all that became of what a run made: who used any of it, and its names. No role is empty. */
export function outputsIdOf(run: string): string {
  return artifactIdOf(run, "");
}

/** The id of what somebody registered from outside: the same bytes at the same place are the same artifact. */
export function externalArtifactIdOf(user: string, file: string, digestOfIt: string): string {
  return `art-${shortHash("external", user, file, digestOfIt)}`;
}

/** By which the index finds the runs that repeat points of a sweep. */
export function rerunsIdOf(sweep: string): string {
  return `swp-${shortHash("sweep", sweep)}`;
}

/** 20 hex digits of the sha256 over the words, each ended by NUL. */
export function shortHash(...parts: string[]): string {
  const hash = crypto.createHash("sha256");
  for (const part of parts) hash.update(`${part}\0`);
  return hash.digest("hex").slice(0, 20);
}
