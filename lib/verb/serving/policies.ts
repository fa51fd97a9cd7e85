// Policies as the page shows them: what lab-policies tells, and of one all that its evaluations found.

import type { Context } from "../../command/context.js";
import { type Evaluated, leaderboard } from "../../graph/leaderboard.js";
import type { Policy } from "../../recipe/policy.js";
import { type FaultCode, fault, isFault, recordError } from "../../record/fault.js";
import { goalOf } from "../../record/goal.js";
import type { PolicySummary } from "../../record/policy.js";
import { measuresOf } from "../../record/result.js";
import type { Graces } from "../../record/state.js";
import { timestamp } from "../../record/units.js";
import { lastValues } from "../../registry/last-metrics.js";
import { makerOfRun } from "../../registry/makers.js";
import { artifactsOf } from "../../registry/outputs.js";
import { openRun } from "../../registry/runs.js";
import { type PolicyEntry, policiesApi, policyApi } from "../../serve/api/policies.js";
import { breather } from "../breathing.js";
import { policiesDirectory, policiesOf } from "../policy/policy-files.js";
import { listPolicies } from "../policy/policy-list.js";
import { policiesSay, type Said } from "../policy/policy-verdicts.js";
import { graces, standingOf } from "../runs.js";
import { type Answering, answering, type Serving } from "./answering.js";
import { atMostEvery } from "./at-most-every.js";

const every_ms = 15_000;
const mostEntries = 1000;

export const policies: Answering = (served) => {
  const look = atMostEvery(every_ms, async () => {
    const now = Date.now();
    const problems: { id?: string; code: FaultCode; message: string }[] = [];
    const report: Context["report"] = (id, error) =>
      void problems.push({ ...(id === undefined ? {} : { id }), ...recordError(error) });
    const context = { ...served.context, args: [], now, dryRun: true, report };
    const directory = await policiesDirectory(context);
    const found: PolicySummary[] = [];
    if (directory !== undefined) for await (const policy of listPolicies(["*"], context)) found.push(policy);
    const place = directory === undefined ? {} : { directory };
    return { policies: found, ...place, ...(problems.length > 0 ? { problems } : {}), as_of: timestamp(now) };
  });
  return answering(policiesApi, look)(served);
};

/** What became of the artifacts that a policy has nothing to do with is of no interest. */
const ours = new Set(["evaluated", "pending", "due", "room", "exhausted", "gone", "older"]);

export const policy = answering(policyApi, async ({ name = "" }, { metric, users = ["*"] }, serving) => {
  const context = { ...serving.context, dryRun: true };
  if ((await policiesDirectory(context)) === undefined)
    throw fault("noinput", "no policies are configured", { hint: "dispatch.policies_dir names their directory" });
  const found = (await policiesOf(context)).find((one) => one.name === name);
  if (!found) throw fault("noinput", `no policy '${name}'`, { hint: "lab policies shows which there are" });
  const [said = []] = await allOf(policiesSay([found], { users, again: false, look: true }, context));
  const mine = said.filter(({ decided }) => ours.has(decided.why));
  const rest = breather();
  const limits = await graces(context);
  const looked = new Map<Said, Looked>();
  for (const one of mine) {
    await rest();
    looked.set(one, lookAt(one, found, serving, limits));
  }
  const metrics = namesIn([...looked.values()], found.metric);
  const shown = metric ?? metrics[0];
  const goal = shown === undefined ? undefined : goalFor(shown);
  const evaluated = mine.flatMap((one) => evaluatedBy(one, shown, looked.get(one)?.values));
  const [summary] = await allOf(listPolicies(users, { ...context, args: [found.path] }));
  if (!summary) throw fault("noinput", `no policy '${name}'`);
  const entries = mine.map((one) => entryOf(one, looked.get(one)));
  entries.sort((a, b) => (a.at < b.at ? 1 : -1));
  return {
    policy: summary,
    metrics,
    ...(shown === undefined ? {} : { metric: shown, goal: goal ?? "max" }),
    leaderboard: leaderboard(evaluated, goal ?? "max"),
    entries: entries.slice(0, mostEntries),
    ...(entries.length > mostEntries ? { more_entries: entries.length - mostEntries } : {}),
    rules: rulesOf(found),
    as_of: timestamp(context.now),
  };
});

async function allOf<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

interface Looked {
  state?: string;
  values?: Record<string, number>;
  /** Which of them its result puts first. */
  headline?: string;
}

/** How the run of the last try is, and what it found. */
function lookAt(
  { decided: { run } }: Said,
  { metric }: Policy,
  { context, registry }: Serving,
  limits: Graces,
): Looked {
  if (run === undefined) return {};
  try {
    const disk = openRun(registry, registry.user, run);
    if (!disk) return {};
    const { state } = standingOf(disk, context.now, limits);
    const maker = makerOfRun(registry, disk);
    const values: Record<string, number> = {};
    let first: string | undefined;
    for (const { result } of artifactsOf(maker)) {
      const { measures = [], headline } = result ? measuresOf(result) : {};
      first ??= headline;
      for (const { name, value } of measures) if (Number.isFinite(value)) values[name] ??= value;
    }
    for (const [name, value] of Object.entries(lastValues(maker, metric === undefined ? undefined : [metric])))
      if (typeof value === "number") values[name] ??= value;
    if (Object.keys(values).length === 0) return { state };
    return { state, values, ...(first === undefined ? {} : { headline: first }) };
  } catch (error) {
    if (!isFault(error)) throw error;
    context.report(run, error);
    return {};
  }
}

/** The policy's own first, else the one that results put first most often; then those of most evaluations. */
function namesIn(all: readonly Looked[], own: string | undefined): string[] {
  const counts = new Map<string, number>();
  const more = (name: string, by: number) => counts.set(name, (counts.get(name) ?? 0) + by);
  for (const { values = {}, headline } of all) {
    for (const name of Object.keys(values)) more(name, name === own ? all.length * 2 + 1 : 1);
    if (headline !== undefined) more(headline, 0.5);
  }
  return [...counts].sort(([a, one], [b, two]) => two - one || (a < b ? -1 : 1)).map(([name]) => name);
}

/** Evaluations are scores, unless their name says otherwise. */
function goalFor(metric: string): "min" | "max" {
  try {
    return goalOf(metric).goal;
  } catch (error) {
    if (isFault(error)) return "max";
    throw error;
  }
}

function evaluatedBy(
  { decided: { artifact, run: evaluation } }: Said,
  metric: string | undefined,
  values: Record<string, number> | undefined,
): Evaluated[] {
  const value = metric === undefined ? undefined : values?.[metric];
  if (value === undefined) return [];
  const { run = artifact.id, recipe = artifact.id, user, step } = artifact;
  return [
    {
      ...{ run, name: recipe, user, value },
      ...(step === undefined ? {} : { step }),
      ...(evaluation === undefined ? {} : { evaluation }),
    },
  ];
}

function entryOf({ decided, tried }: Said, { values, state }: Looked = {}): PolicyEntry {
  const { artifact, why, message, attempt, run: evaluation } = decided;
  const { id, user, run, recipe, role, step, at } = artifact;
  const known = { run, recipe, role, step, attempt, evaluation, state, values };
  const told = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
  const failed = tried.filter((one) => one.state === "failed").length;
  return { artifact: id, why, message, user, at, tries: tried.length, failed, ...told };
}

function rulesOf(policy: Policy): Record<string, unknown> {
  const { type, producer_recipe, role, tags, where, every_n_steps, latest_only, max_concurrent, order, max_attempts } =
    policy;
  const rules = {
    type,
    producer_recipe,
    role,
    tags,
    where,
    every_n_steps,
    latest_only,
    max_concurrent,
    order,
    max_attempts,
  };
  return Object.fromEntries(
    Object.entries(rules).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  );
}
