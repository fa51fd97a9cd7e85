// What a run used, by the ids that lineage and the index know.
import { artifactIdOf, shortHash } from "../record/artifact-id.js";
import type { Run, RunInput } from "../record/run.js";

/** One thing that a run used: an artifact, a path that nobody here made, or its source. */
export interface Use {
  thing: string;
  type: "artifact" | "external" | "source";
  /** What the run calls it; a source has none. */
  role?: string;
  path?: string;
  /** Of an artifact: who made it, as what. One that was registered from outside was made by none. */
  maker?: Maker;
}

export interface Maker {
  run: string;
  user?: string;
  role: string;
  step?: number;
}

/** What a run is recorded to have used, in the order of its recipe, the source last. Pure. */
export function usesOf({ inputs, source }: Pick<Run, "inputs" | "source">): Use[] {
  // What only tells of other inputs is none.
  const own = Object.entries(inputs).filter(([, input]) => input.type !== "external" || input.gathers === undefined);
  const uses = own.map(([role, input]) => useOf(role, input));
  return source.digest === undefined ? uses : [...uses, { type: "source", thing: sourceIdOf(source.digest) }];
}

function useOf(called: string, input: RunInput): Use {
  if (input.type === "external") {
    // A copy has come from somewhere.
    const file = input.staged_from ?? input.path;
    return { type: "external", thing: externalIdOf(file, input.recorded?.digest), role: called, path: file };
  }
  const { artifact, id, run, user, role, pick, path } = input;
  const step = input.step ?? (typeof pick === "number" ? pick : undefined);
  const use = { type: "artifact" as const, role: called, ...(path === undefined ? {} : { path }) };
  // Without a run it is from outside; without an id as well, nobody has looked yet what the words mean.
  if (run === undefined || role === undefined) return { ...use, thing: id ?? artifact };
  const maker = { run, role, ...(user === undefined ? {} : { user }), ...(step === undefined ? {} : { step }) };
  // A whole stream has no id of its own but what follows from its run and role.
  return { ...use, thing: id ?? artifactIdOf(run, role, step), maker };
}

/** The id of a path as it was recorded: changed bytes are another thing, and without a fingerprint the path is all there is. */
export function externalIdOf(file: string, digest: string | undefined): string {
  return `ext-${shortHash("external", file, digest ?? "none")}`;
}

/** By which the index finds all that ever was at a path. */
export function placeIdOf(file: string): string {
  return `ext-${shortHash("place", file)}`;
}

export function sourceIdOf(digest: string): string {
  return `src-${digest.replace(/^sha256:/, "").slice(0, 20)}`;
}

export function collectedIdOf(run: string, file: string): string {
  return `col-${shortHash("collected", run, file)}`;
}
