// What policies say of artifacts, here and now: the facts for lib/recipe/verdicts.
import fs from "node:fs";
import type { Context } from "../../command/context.js";
import type { Policy } from "../../recipe/policy.js";
import { type Candidate, type Decided, type Tried, verdicts } from "../../recipe/verdicts.js";
import { fault } from "../../record/fault.js";
import { triesOf } from "../../registry/evals.js";
import { serverTime } from "../../registry/server-time.js";
import { breather } from "../breathing.js";
import { graces } from "../runs.js";
import { whereIn } from "../show/where-in.js";
import { decidedRuns, isFinal, reopen } from "./decided-runs.js";
import { artifactsSeen, type Seen, usersMeant } from "./policy-candidates.js";
import { type Looking, triedAt } from "./policy-tries.js";

export interface Asking {
  users: readonly string[];
  again: boolean;
  /** All is read, and nothing is noted of what was seen to have ended. */
  look: boolean;
}

export interface Said {
  policy: Policy;
  decided: Decided;
  tried: readonly Tried[];
  /** It was written over what was there before: what was computed of that answers nothing. */
  rewritten: boolean;
  /** It was told that no more tries follow. */
  givenUp: boolean;
}

/** What each policy says of each artifact, in the order of `byAge`'s lists; one policy after the other, each as things are then. */
export async function* policiesSay(
  policies: readonly Policy[],
  { users, again, look }: Asking,
  context: Context,
): AsyncGenerator<Said[]> {
  if (policies.length === 0) return;
  const registry = await context.registry();
  const report = (message: string) => context.report(undefined, fault("dataerr", message));
  const rest = breather();
  const seen: Seen[] = [];
  const whose = usersMeant(users, registry);
  const memory = look || context.dryRun ? undefined : decidedRuns(policies, whose, registry, context);
  if (memory) reopen(memory, policies, registry);
  // Who asks again looks at all, and remembers as before.
  const known = memory && again ? { ...memory, has: () => false } : memory;
  for (const one of artifactsSeen(registry, whose, report, known)) {
    seen.push(one);
    await rest();
  }
  const limits = await graces(context);
  let server: number | undefined;
  const serverNow = () => {
    server ??= context.dryRun ? context.now : serverTime(registry);
    return server;
  };
  for (const policy of policies) {
    const tries = triesOf(registry, registry.user, policy.name);
    const looking: Looking = {
      ...{ registry, policy, limits, now: context.now, serverNow, report },
      ...{ whole: look, dry: look || context.dryRun },
    };
    const of = seen.filter(({ artifact }) => artifact.kind === policy.type);
    const candidates: Candidate[] = [];
    for (const one of of) {
      await rest();
      candidates.push(candidateOf(looking, policy, one, tries.get(one.artifact.id) ?? [], context.now));
    }
    const ids = new Set(of.map(({ artifact }) => artifact.id));
    const others = [...tries].filter(([id, list]) => !ids.has(id) && list.some(({ ended }) => !ended)).length;
    const decided = verdicts(policy, candidates, { again, others });
    const said = decided.map((one, i) => ({
      policy,
      decided: one,
      tried: candidates[i]?.tried ?? [],
      rewritten: of[i]?.rewritten ?? false,
      givenUp: tries.get(one.artifact.id)?.at(-1)?.givenUp ?? false,
    }));
    for (const { decided: one, givenUp } of said)
      if (one.artifact.run !== undefined && !isFinal(one.why, policy, givenUp))
        memory?.open(one.artifact.user, one.artifact.run);
    yield said;
  }
  memory?.save();
}

function candidateOf(looking: Looking, policy: Policy, seen: Seen, tries: Parameters<typeof triedAt>[2], now: number) {
  const { artifact } = seen;
  const candidate: Candidate = {
    artifact,
    tried: triedAt(looking, seen, tries),
    get passes() {
      return policy.where.length === 0 || whereIn("artifacts", policy.where, now).passes(artifact);
    },
    get there() {
      return fs.existsSync(artifact.path);
    },
  };
  return candidate;
}
