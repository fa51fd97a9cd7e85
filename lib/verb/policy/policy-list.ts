// lab-policies: how each policy stands, in a line.
import type { Context } from "../../command/context.js";
import { sparkline } from "../../graph/sparkline.js";
import type { Policy } from "../../recipe/policy.js";
import { byAge } from "../../recipe/verdicts.js";
import type { PolicySummary } from "../../record/policy.js";
import { measuresOf } from "../../record/result.js";
import { timestamp } from "../../record/units.js";
import { lastAsked } from "../../registry/evals.js";
import { lastValues } from "../../registry/last-metrics.js";
import { makerOfRun } from "../../registry/makers.js";
import type { Registry } from "../../registry/open.js";
import { artifactsOf } from "../../registry/outputs.js";
import { openRun } from "../../registry/runs.js";
import { policiesOf } from "./policy-files.js";
import { policiesSay, type Said } from "./policy-verdicts.js";

/** So many of the newest evaluations make the trend. */
const most = 64;
const wide = 16;

/** A summary of each policy, in the order of their files. */
export async function* listPolicies(users: readonly string[], context: Context): AsyncGenerator<PolicySummary> {
  const policies = await policiesOf(context);
  const registry = await context.registry();
  let next = 0;
  for await (const said of policiesSay(policies, { users, again: false, look: true }, context)) {
    const policy = policies[next++] as Policy;
    const count = (...whys: string[]) => said.filter(({ decided }) => whys.includes(decided.why)).length;
    const ours = ["evaluated", "pending", "due", "room", "exhausted", "gone", "older"];
    const asked = lastAsked(registry, registry.user, policy.name);
    yield {
      ...{ type: "policy", v: 1, id: policy.name, path: policy.path, recipe: policy.recipe.table.name },
      ...{ applies: count(...ours), evaluated: count("evaluated"), pending: count("pending") },
      ...{ due: count("due", "room"), exhausted: count("exhausted") },
      failed: said.flatMap(({ tried }) => tried).filter(({ state }) => state === "failed").length,
      ...(policy.max_concurrent === undefined ? {} : { max_concurrent: policy.max_concurrent }),
      ...(asked === undefined ? {} : { last_fired_at: timestamp(asked) }),
      ...trendOf(policy, said, registry),
    };
  }
}

/** The values of the policy's metric, or of the first result's, in the order of runs and steps. */
function trendOf({ metric }: Policy, said: readonly Said[], registry: Registry): Partial<PolicySummary> {
  const evaluated = said.filter(({ decided }) => decided.why === "evaluated" && decided.run !== undefined);
  const ordered = evaluated.sort((a, b) => byAge(a.decided.artifact, b.decided.artifact)).slice(-most);
  let name = metric;
  const values: number[] = [];
  for (const { decided } of ordered) {
    const disk = openRun(registry, registry.user, decided.run ?? "");
    if (!disk) continue;
    const maker = makerOfRun(registry, disk);
    const result = artifactsOf(maker).find((one) => one.result)?.result;
    name ??= result && measuresOf(result).headline;
    const value = name === undefined ? undefined : lastValues(maker, [name])[name];
    if (typeof value === "number") values.push(value);
  }
  const last = values.at(-1);
  if (name === undefined || last === undefined) return metric === undefined ? {} : { metric };
  const curve = sparkline();
  for (const value of values) curve.add(value);
  return { metric: name, last, values, trend: curve.text(wide) };
}
