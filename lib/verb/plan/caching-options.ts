// How a run wants to be answered, by the options of those who plan: --no-cache, --recompute, --no-follow.
import type { Caching } from "../../record/claim.js";
import { fault } from "../../record/fault.js";
import type { Run } from "../../record/run.js";

export interface CachingOptions {
  "no-cache": boolean | undefined;
  recompute: boolean | undefined;
  "no-follow": boolean | undefined;
}

/** What is asked for, and else what was `before`; nothing where it is as usual. Throws usage. */
export function cachingOf(
  { "no-cache": none, recompute, "no-follow": alone }: CachingOptions,
  before: Caching = {},
): Pick<Run, "caching"> {
  if (none && (recompute || alone))
    throw fault("usage", `--no-cache claims nothing: --${recompute ? "recompute" : "no-follow"} says how to claim`);
  const mode = none ? "none" : recompute ? "recompute" : before.mode;
  const follow = alone ? false : before.follow;
  if (mode === undefined && follow === undefined) return {};
  return { caching: { ...(mode === undefined ? {} : { mode }), ...(follow === undefined ? {} : { follow }) } };
}
