// Why a run is as it is: the scheduler's reason, the failure mode, the log's last error, and what to try.

import type { Context } from "../../command/context.js";
import { type Change, changes } from "../../graph/differences.js";
import { isFault } from "../../record/fault.js";
import { handleOf } from "../../record/run-id.js";
import type { Graces, Standing } from "../../record/state.js";
import { hasSucceeded } from "../../record/state.js";
import { shortDuration } from "../../record/units.js";
import type { RunOnDisk } from "../../registry/facts.js";
import type { Registry } from "../../registry/open.js";
import { type Entry, roll } from "../../registry/roll.js";
import { openRun } from "../../registry/runs.js";
import { evaluated } from "../../registry/status.js";
import { reconcilePass } from "../passes.js";
import { standingOf } from "../runs.js";
import { tries } from "./advice.js";
import { lastError } from "./last-error.js";
import { whatIsFollowed, whyAnswered } from "./what-answers.js";
import { whatBlocks, whatIsAwaited } from "./what-blocks.js";

/** A `reason` record for one run. One's own run is looked at afresh where the scheduler can be reached. */
export async function explainRun(given: RunOnDisk, limits: Graces, context: Context): Promise<object> {
  return explainAsItIs(await refreshed(given, context), limits, context);
}

/** The same, by what is known: nothing is written. */
export async function explainAsItIs(run: RunOnDisk, limits: Graces, context: Context): Promise<object> {
  const { final: _, ...standing } = standingOf(run, context.now, limits);
  const base = {
    type: "reason",
    v: 1,
    run: run.run.id,
    name: run.run.name,
    state: standing.state,
    ...(standing.mode ? { mode: standing.mode } : {}),
  };
  if (standing.state === "queued") return { ...base, ...(await pending(run, limits, context)) };
  if (standing.state === "cached") return { ...base, ...whyAnswered(run) };
  const { message: unevaluated } = hasSucceeded(standing.state) ? evaluated(run, standing) : {};
  if (unevaluated !== undefined) return { ...base, message: unevaluated, log: lastError(run) };
  if (hasSucceeded(standing.state)) return { ...base, message: "there is nothing to explain" };
  if (standing.state === "following") return { ...base, ...(await whatIsFollowed(run, limits, context)) };
  if (standing.state === "running") return { ...base, ...running(run, standing, context) };
  if (standing.state === "blocked")
    return {
      ...base,
      message: standing.message ?? "",
      ...whatBlocks(run, await context.registry(), limits, context.now),
    };
  if (standing.state === "requeued")
    return {
      ...base,
      message: standing.message ?? "",
      try: ["a pass of its owner submits it: lab advance"],
    };
  if (standing.state === "exited")
    return {
      ...base,
      message: standing.message ?? "it has ended; how, the scheduler has yet to say",
      try: [`let it be asked by ${run.run.user}, or by an agent: lab status`],
    };
  if (standing.state !== "failed")
    return { ...base, message: standing.message ?? unsaid(standing.state), ...(tries(run, standing) ?? {}) };
  const log = lastError(run);
  const unbegun = await neverBegan(run, context);
  const since = await sinceSuccess(run, context);
  return {
    ...base,
    message: standing.message ?? "it failed",
    ...(log.length > 0 ? { log } : {}),
    ...(unbegun ? { detail: [unbegun.message] } : {}),
    ...(since ? { since } : {}),
    ...(tries(run, unbegun?.hint === undefined ? standing : { ...standing, hint: unbegun.hint }) ?? {}),
  };
}

/** What the scheduler can tell of a job that ended before its first line: nobody else can. */
async function neverBegan({ facts }: RunOnDisk, context: Context) {
  const view = facts.scheduler?.job;
  if (facts.attempts.length > 0 || view?.verdict !== "failed") return undefined;
  return (await context.scheduler()).explain(view);
}

function unsaid(state: string): string {
  return state === "planned" ? "it has not been submitted" : state;
}

async function refreshed(run: RunOnDisk, context: Context): Promise<RunOnDisk> {
  const registry = await context.registry();
  if (run.facts.outcome || run.owner !== registry.uid) return run;
  try {
    for await (const _ of reconcilePass(context, [run.run.id]));
  } catch (error) {
    if (!isFault(error)) throw error;
    context.say(`${error.message}; this is what was known before`);
  }
  return openRun(registry, run.run.user, run.run.id) ?? run;
}

async function pending(run: RunOnDisk, limits: Graces, context: Context): Promise<object> {
  const view = run.facts.scheduler?.job;
  if (!view) return { message: "the scheduler has not said anything about it yet" };
  const { message, hint } = (await context.scheduler()).explain(view);
  const start = view.expected_start_at ? [`the scheduler expects to start it at ${view.expected_start_at}`] : [];
  const detail = [...whatIsAwaited(run, await context.registry(), limits, context.now), ...start];
  return { message, ...(detail.length > 0 ? { detail } : {}), ...(hint ? { try: [hint] } : {}) };
}

function running({ run, facts }: RunOnDisk, { started_at }: Pick<Standing, "started_at">, context: Context): object {
  const beat = facts.attempts.at(-1)?.beat_at;
  const since = started_at ? ` for ${shortDuration((context.now - Date.parse(started_at)) / 1000)}` : "";
  const silent = beat ? (context.now - Date.parse(beat)) / 1000 : 0;
  if (silent > 300)
    return {
      message: `it has been running${since}, but gave no sign of life for ${shortDuration(silent)}`,
      try: [`look at its node, and at its log: lab log ${handleOf(run.id)}`],
    };
  return { message: `it is running${since}` };
}

/** What differs from the newest success of the same name: the first suspect. */
async function sinceSuccess(
  { run }: RunOnDisk,
  context: Context,
): Promise<{ run: string; changed: Change[] } | undefined> {
  const registry = await context.registry();
  const passes = (head: string) => head.includes('"state":"succeeded"');
  let looked = 0;
  for (const entry of roll(registry, [run.user], { before: run.id, passes })) {
    if (++looked > 200) return undefined;
    const other = successOf(registry, entry, run.name);
    if (!other) continue;
    return { run: entry.id, changed: changes(other.run, run) };
  }
  return undefined;
}

/** The run, if it is one of the name that has succeeded and can be read. */
function successOf(registry: Registry, { user, id, packed }: Entry, name: string): RunOnDisk | undefined {
  try {
    if (packed && !packed.line.text().includes(`"name":${JSON.stringify(name)}`)) return undefined;
    const other = openRun(registry, user, id);
    return other?.run.name === name && other.facts.outcome?.state === "succeeded" ? other : undefined;
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}
