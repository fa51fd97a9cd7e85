// What has become of a policy's tries at an artifact: by the names of their files, and where those do not tell, by their runs.
import type { Policy } from "../../recipe/policy.js";
import type { Tried } from "../../recipe/verdicts.js";
import type { Artifact } from "../../record/artifact.js";
import { isFault } from "../../record/fault.js";
import type { EvalRequest } from "../../record/policy.js";
import { type Graces, hasSucceeded } from "../../record/state.js";
import { markTry, readRequest, type Try } from "../../registry/evals.js";
import type { Registry } from "../../registry/open.js";
import { openRun } from "../../registry/runs.js";
import { standingOf } from "../../registry/status.js";
import type { Seen } from "./policy-candidates.js";

/** A run that does not exist so long after it was asked for will not (milliseconds). */
export const lapse_ms = 3_600_000;

export interface Looking {
  registry: Registry;
  policy: Pick<Policy, "name" | "recipe_digest" | "again_when_edited">;
  limits: Graces;
  /** The present moment, and that by the file server's clock (milliseconds). */
  now: number;
  serverNow(): number;
  /** Every request is read, also where its name tells enough. */
  whole: boolean;
  /** Nothing is noted of what has ended. */
  dry: boolean;
  report(message: string): void;
}

/** The tries at an artifact, the oldest first. A request that cannot be read is told of and counts as pending: nothing is done twice. */
export function triedAt(looking: Looking, { artifact, rewritten }: Seen, tries: readonly Try[]): Tried[] {
  const needed = looking.whole || looking.policy.again_when_edited || rewritten || tries.at(-1)?.ended !== "succeeded";
  return tries.map((one) => {
    if (!needed && one.ended) return { attempt: one.attempt, state: one.ended };
    try {
      return lookedAt(looking, artifact, one);
    } catch (error) {
      if (!isFault(error)) throw error;
      looking.report(error.message);
      return { attempt: one.attempt, state: one.ended ?? "pending", word: "its request cannot be read" };
    }
  });
}

function lookedAt(looking: Looking, artifact: Artifact, { attempt, ended }: Try): Tried {
  const { registry, policy, dry } = looking;
  const read = readRequest(registry, policy.name, artifact.id, attempt);
  // Removed by hand after it was listed.
  if (read === undefined) return { attempt, state: ended ?? "pending" };
  const { request, written } = read;
  const known = {
    attempt,
    run: request.run,
    ...(isOlder(request, artifact) ? { stale: true } : {}),
    ...(request.recipe_digest === policy.recipe_digest ? {} : { edited: true }),
    ...(request.again ? { again: true } : {}),
  };
  if (ended && !looking.whole && ended === "succeeded") return { ...known, state: ended };
  const { state, word } = become(looking, request, written);
  if (ended) return { ...known, state: ended, ...(ended === state ? { word } : {}) };
  if (state !== "pending" && !dry) markTry(registry, request, state);
  return { ...known, state, word };
}

/** How the run of a request stands. */
function become(
  { registry, now, limits, serverNow }: Looking,
  { run: id }: EvalRequest,
  written: number,
): Pick<Tried, "state"> & { word: string } {
  const disk = openRun(registry, registry.user, id);
  if (disk === undefined)
    return serverNow() - written > lapse_ms
      ? { state: "failed", word: "its run was never made" }
      : { state: "pending", word: "its run is not made yet" };
  const standing = standingOf(disk, now, limits);
  const { state, mode, final } = standing;
  if (hasSucceeded(state)) return { state: final ? "succeeded" : "pending", word: state };
  const word = mode === undefined || mode === state ? state : `${state}: ${mode}`;
  return { state: final || state === "lost" ? "failed" : "pending", word };
}

/** Whether a request was of what the artifact's maker has written over since. */
function isOlder({ of }: EvalRequest, { attempt = 0, revision = 1 }: Artifact): boolean {
  const was = of.attempt ?? 0;
  return was < attempt || (was === attempt && (of.revision ?? 1) < revision);
}
