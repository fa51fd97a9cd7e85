// Claims: who computes, or has computed, what has this cache key. One write-once file a generation, and its seal beside it.
import * as v from "valibot";
import { count, digest, maybe, record, runId, text, time } from "./schema.js";

const writer = { token: text, host: text, pid: maybe(count), at: time };

/** claims/<xx>/<key>.e<epoch>.<generation>.json: this run computes it. */
export const claimSchema = record("claim", {
  /** The key of the chain: the run's cache key, or what follows from it and a uid where a user keeps to herself. */
  key: digest,
  epoch: text,
  generation: count,
  run: runId,
  user: text,
  own: maybe(v.boolean()),
  ...writer,
});
export type Claim = v.InferOutput<typeof claimSchema>;

/** claims/<xx>/<key>.e<epoch>.<generation>.go.json: its job is about to be given to the scheduler; or `void`: it never will. */
export const goSchema = record("go", {
  key: digest,
  epoch: text,
  generation: count,
  /** The claim's run; the one who decided, and about which submission of it. */
  run: runId,
  user: text,
  submission: maybe(count),
  void: maybe(v.boolean()),
  by: v.picklist(["submit", "job", "cache", "advance", "reconcile", "cancel"]),
  ...writer,
});
export type Go = v.InferOutput<typeof goSchema>;

/** One chain of generations: what is claimed. */
export interface Slot {
  /** `sha256:…`. */
  key: string;
  epoch: string;
}

/** The generation of a claim, and the run that it names where that is another's. */
export const answerEntries = {
  key: maybe(digest),
  epoch: maybe(text),
  generation: maybe(count),
  leader: maybe(runId),
  leader_user: maybe(text),
};

/** What a run has claimed by what was decided of it last; undefined where that is something else. */
export function claimedBy(decided: Decided | undefined): (Slot & { generation: number }) | undefined {
  const { decision, key, epoch, generation } = decided ?? {};
  if (decision !== "claimed" || key === undefined || epoch === undefined || generation === undefined) return undefined;
  return { key, epoch, generation };
}

type Decided = { decision: string } & { [K in "key" | "epoch"]?: string | undefined } & {
  generation?: number | undefined;
};

/** How a run wants to be answered: see lab-plan(1), --no-cache, --recompute and --no-follow. */
export const cachingSchema = v.looseObject({
  mode: maybe(v.picklist(["none", "recompute"])),
  follow: maybe(v.boolean()),
});
export type Caching = v.InferOutput<typeof cachingSchema>;

/** What decides whether a run claims its key. */
export interface MayClaim {
  outputs: Record<string, unknown>;
  caching?: Caching;
  environment?: { inherit?: boolean };
}

/**
 * Whether the run claims its key, so that it is computed once. One that declares no outputs has nothing by which it could
 * answer for another; of one that takes its caller's environment the key does not tell all. These are computed each time.
 */
export function claims({ outputs, caching, environment }: MayClaim): boolean {
  return caching?.mode !== "none" && environment?.inherit !== true && Object.keys(outputs).length > 0;
}

/** Whether a record of the pipe goes past what renders and submits: somebody else's run answers for it, or will. */
export function isAnswered({ decision }: { decision?: { decision: string } }): boolean {
  return decision?.decision === "hit" || decision?.decision === "follows";
}
