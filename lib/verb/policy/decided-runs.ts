// The runs of which no policy will want anything any more: sealed, and all that they made evaluated, given up or none of a
// policy's. A pass over policies opens only the others. Kept in the cache, for these very policies; lost without harm.
import crypto from "node:crypto";
import os from "node:os";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Context } from "../../command/context.js";
import type { Policy } from "../../recipe/policy.js";
import { isFault } from "../../record/fault.js";
import type { Why } from "../../record/policy.js";
import { cacheDirectory, cachePath, recall, remember } from "../../registry/cache.js";
import { readRequest, triesOf } from "../../registry/evals.js";
import type { Registry } from "../../registry/open.js";

export interface DecidedRuns {
  has(user: string, run: string): boolean;
  /** A run that is listed, and whether anything may still be registered for it. */
  listed(user: string, run: string, isSealed: boolean): void;
  /** What was remembered of it does not count: it is looked at. */
  lookAgain(user: string, run: string): void;
  /** Something is to be done of it, or may be later. */
  open(user: string, run: string): void;
  /** Writes down what this pass has seen; what is not listed any more is forgotten. */
  save(): void;
}

const form = "evald/1";

interface Kept {
  policies: string;
  runs: string[];
}

/** What is remembered for these policies; a pass looks at the runs of these users. */
export function decidedRuns(
  policies: readonly Policy[],
  users: readonly string[],
  registry: Registry,
  { env }: Context,
): DecidedRuns {
  const name = "evald.json";
  const of = digestOf(policies);
  const kept = recall<Kept>(path.join(cachePath(registry, env, os.homedir()), name), form);
  const old = kept?.policies === of ? kept.runs : undefined;
  const before = new Set(old);
  const now = new Set<string>();
  const opened = new Set<string>();
  const key = (user: string, run: string) => `${user}/${run}`;
  return {
    has: (user, run) => before.has(key(user, run)),
    lookAgain: (user, run) => void before.delete(key(user, run)),
    listed(user, run, isSealed) {
      if (isSealed) now.add(key(user, run));
    },
    open: (user, run) => void opened.add(key(user, run)),
    save() {
      const others = [...before].filter((run) => !users.includes(run.slice(0, run.indexOf("/"))));
      const runs = [...others, ...now].filter((run) => !opened.has(run));
      const isSame = old !== undefined && isDeepStrictEqual(old.toSorted(), runs.toSorted());
      const to = () => path.join(cacheDirectory(registry, env, os.homedir()), name);
      if (!isSame) remember(to(), form, { policies: of, runs } satisfies Kept);
    },
  };
}

/** All that a verdict follows from. How many at once, and which first, changes no verdict that is final. */
function digestOf(policies: readonly Policy[]): string {
  const all = policies.map(({ recipe: _, max_concurrent: __, order: ___, ...rules }) => rules);
  return crypto.createHash("sha256").update(JSON.stringify(all)).digest("hex");
}

const final: readonly Why[] = [
  "type",
  "producer",
  "role",
  "tags",
  "where",
  "no_step",
  "cadence",
  "older",
  "evaluated",
  "exhausted",
];

/** Whether what was said of an artifact of a sealed run stays so, as long as the policy does. A test may compare with the present time. */
export function isFinal(why: Why, { where }: Pick<Policy, "where">, givenUp: boolean): boolean {
  if (why === "exhausted") return givenUp;
  if (why === "where") return !where.some((test) => /\b(\w+_)?at\b/.test(test));
  return final.includes(why);
}

/** Somebody may have asked again for what was decided of: that is under way then, and looked at. Bad requests are told of later. */
export function reopen(decided: DecidedRuns, policies: readonly Policy[], registry: Registry): void {
  for (const { name } of policies)
    for (const [artifact, tries] of triesOf(registry, registry.user, name))
      for (const { attempt } of tries.filter(({ ended }) => !ended)) {
        const { user, run } = quietly(() => readRequest(registry, name, artifact, attempt))?.request.of ?? {};
        if (user !== undefined && run !== undefined) decided.lookAgain(user, run);
      }
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}
