// lab-evald: what policies ask for becomes planned runs, each asked for on disk before it is handed on.
import os from "node:os";
import { pid } from "node:process";
import type { Context } from "../../command/context.js";
import { planRun } from "../../recipe/plan.js";
import { recipeFor } from "../../recipe/policy.js";
import { checkTokens } from "../../recipe/tokens.js";
import { byAge } from "../../recipe/verdicts.js";
import { isFault } from "../../record/fault.js";
import type { EvalRequest, Verdict } from "../../record/policy.js";
import type { Run } from "../../record/run.js";
import { handleOf } from "../../record/run-id.js";
import { timestamp } from "../../record/units.js";
import { markTry, writeRequest } from "../../registry/evals.js";
import { note } from "../../registry/journal.js";
import type { Registry } from "../../registry/open.js";
import type { Source } from "../../source/find-source.js";
import { sourceOf } from "../plan/recipe-source.js";
import { refuseShape } from "../plan/refuse-shape.js";
import { policiesOf } from "./policy-files.js";
import { policiesSay, type Said } from "./policy-verdicts.js";

export interface EvaluateOptions {
  users: string[];
  again: boolean;
  explain: boolean;
}

/** The runs that are due, or with `explain` what is said of every artifact. */
export async function* evaluate(options: EvaluateOptions, context: Context): AsyncGenerator<Run | Verdict> {
  const policies = await policiesOf(context);
  const asking = { users: options.users, again: options.again, look: options.explain };
  for await (const said of policiesSay(policies, asking, context)) {
    if (context.signal.aborted) return;
    if (options.explain) for (const one of said) yield verdictOf(one);
    else yield* requested(said, context);
  }
}

/** A policy that cannot be planned is reported once, and asks for nothing: no try of its is spent. */
async function* requested(said: Said[], context: Context): AsyncGenerator<Run> {
  const registry = await context.registry();
  for (const one of said) if (one.decided.why === "exhausted" && !one.givenUp) giveUp(one, registry, context);
  const due = said.filter(({ decided }) => decided.why === "due").sort((a, b) => inOrder(a, b));
  const [first] = due;
  if (first === undefined) return;
  const { policy } = first;
  let source: Source;
  try {
    source = await sourceOf(policy.recipe, registry.uid, context);
  } catch (error) {
    if (!isFault(error)) throw error;
    context.report(policy.name, error);
    return;
  }
  for (const one of due) {
    if (context.signal.aborted) return;
    try {
      const run = await plannedFor(one, source, registry, context);
      if (!context.dryRun && !ask(one, run, registry)) continue;
      yield run;
    } catch (error) {
      if (!isFault(error)) throw error;
      context.report(`${policy.name}: ${one.decided.artifact.id}`, error);
    }
  }
}

function inOrder({ policy, decided }: Said, other: Said): number {
  const order = byAge(decided.artifact, other.decided.artifact);
  return policy.order === "newest" ? -order : order;
}

async function plannedFor(said: Said, source: Source, registry: Registry, context: Context): Promise<Run> {
  const { policy, decided, rewritten } = said;
  const { artifact, attempt = 1 } = decided;
  const recipe = recipeFor(policy, artifact.id);
  const home = context.env["HOME"] || os.homedir();
  const run = planRun(recipe, { now: context.now, user: registry.user, home, source });
  checkTokens(run);
  await refuseShape(run, recipe);
  return {
    ...run,
    evaluates: { policy: policy.name, artifact: artifact.id, attempt },
    // What was computed of the bytes that were there before has the same key.
    ...(rewritten ? { caching: { mode: "recompute" as const } } : {}),
    ...(context.dryRun ? { dry_run: true } : {}),
  };
}

/** Writes the request; false where another pass has made this very try. */
function ask({ policy, decided }: Said, run: Run, registry: Registry): boolean {
  const { artifact, attempt = 1, again } = decided;
  const { user, run: producer, role, step, attempt: made, revision } = artifact;
  const of = { user, run: producer, role, step, attempt: made, revision };
  const request: EvalRequest = {
    ...{ type: "eval-request", v: 1, policy: policy.name, artifact: artifact.id, attempt, run: run.id },
    user: registry.user,
    of: Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as EvalRequest["of"],
    recipe_digest: policy.recipe_digest,
    ...(again ? { again } : {}),
    ...{ host: os.hostname(), pid, at: timestamp(Date.now()) },
  };
  if (writeRequest(registry, request) === "exists") return false;
  note(registry, "evaluation_requested", run.id, { policy: policy.name, artifact: artifact.id, attempt });
  return true;
}

/** Tells once that no more tries follow. */
function giveUp({ policy, decided }: Said, registry: Registry, context: Context): void {
  const { artifact, attempt = 1, run, message } = decided;
  const what = artifact.step === undefined ? artifact.id : `${artifact.id} (step ${artifact.step})`;
  const why = run === undefined ? "" : `: lab why ${handleOf(run)}`;
  if (!context.dryRun) {
    const mine = markTry(registry, { policy: policy.name, artifact: artifact.id, attempt }, "given-up");
    if (mine === "exists") return;
    note(registry, "evaluation_given_up", run, { policy: policy.name, artifact: artifact.id, attempt, message });
  }
  context.say(`${policy.name}: ${what} is given up: ${message}${why} (--again tries anew)`);
}

/** What is said of an artifact, for eyes and for jq. */
export function verdictOf({ policy, decided }: Said): Verdict {
  const { artifact, why, message, attempt, run: evaluation } = decided;
  const { id, kind, user, run, recipe, role, step } = artifact;
  const more = { run, recipe, role, step, attempt, evaluation };
  return {
    ...{ type: "verdict", v: 1, id, policy: policy.name, due: why === "due", why, message, kind, user },
    ...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined)),
  };
}
