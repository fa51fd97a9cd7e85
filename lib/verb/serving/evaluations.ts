// What evaluations found of what a run made: by its own results, and those of the runs that used what it made.
import type { Artifact } from "../../record/artifact.js";
import type { Node } from "../../record/lineage.js";
import { measuresOf } from "../../record/result.js";
import { hasSucceeded } from "../../record/state.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { makerOfRun } from "../../registry/makers.js";
import { neighboursOn } from "../../registry/neighbours.js";
import { findRun } from "../../registry/refs.js";
import type { Things } from "../../registry/things.js";
import { type EvaluationOfRun, evaluationsApi } from "../../serve/api/evaluations.js";
import { breather } from "../breathing.js";
import { graces, standingOf } from "../runs.js";
import { thingsIn } from "../show/things-in.js";
import { answering } from "./answering.js";
import { nowhere } from "./lineage.js";
import { runRef } from "./refs.js";
import { tasksIn } from "./rollout-tasks.js";

/** Of how many users of one thing each is looked at. */
const mostUsers = 400;

interface Used {
  of: Pick<Artifact, "id" | "role" | "step">;
  via?: string;
}

export const evaluations = answering(evaluationsApi, async ({ run: ref = "" }, _, { context, registry }) => {
  const limits = await graces(context);
  const things = await thingsIn(context, limits, mostUsers);
  const asked = findRun(registry, runRef(ref), nowhere);
  const maker = makerOfRun(registry, asked);
  const rest = breather();
  const found = new Map<string, EvaluationOfRun>();
  const take = (disk: RunOnDisk, used: Used | undefined) => {
    const { state } = standingOf(disk, context.now, limits);
    for (const one of evaluationsBy(disk, state, things, used))
      found.set(`${one.run} ${one.result} ${one.artifact}`, one);
  };
  take(maker, undefined);
  for (const { of, users } of await usersOf(maker, things)) {
    for (const user of users) {
      await rest();
      take(user, { of });
      // An export stands between a checkpoint and its evaluation.
      if (things.artifacts(user).some(({ result }) => result)) continue;
      for (const further of await usersOf(user, things))
        for (const last of further.users) take(last, { of, via: user.run.id });
    }
  }
  const left = [...things.left.values()].reduce((sum, one) => sum + one, 0);
  const { id, name, user } = maker.run;
  return {
    run: { id, name, user, state: standingOf(maker, context.now, limits).state },
    evaluations: [...found.values()].sort(byStep),
    ...(left > 0 ? { more: left } : {}),
  };
});

/** Everything that a run made and others used, with these. */
async function usersOf(disk: RunOnDisk, things: Things) {
  const neighbours = neighboursOn(things);
  const made = (await neighbours(things.run(disk), "down")).filter(({ node }) => node.type === "artifact");
  const found: { of: Used["of"]; users: RunOnDisk[] }[] = [];
  for (const { node, role, step } of made) {
    const users = await usersOfThing(node, things);
    const of = { id: node.id, ...(role === undefined ? {} : { role }), ...(step === undefined ? {} : { step }) };
    if (users.length > 0) found.push({ of, users });
  }
  return found;
}

async function usersOfThing(node: Node, things: Things): Promise<RunOnDisk[]> {
  const links = await neighboursOn(things)(node, "down");
  return links.flatMap(({ kind, node: user }) => (kind === "used" ? (things.known(user).run ?? []) : []));
}

/** A run that evaluates has results, or was asked to by a policy and has none yet. */
function evaluationsBy(disk: RunOnDisk, state: string, things: Things, used: Used | undefined): EvaluationOfRun[] {
  const { id: run, name, user, evaluates } = disk.run;
  const of = used?.of;
  const base = {
    ...{ run, name, user, state },
    ...(evaluates ? { policy: evaluates.policy } : {}),
    ...(of ? { artifact: of.id } : {}),
    ...(of?.role === undefined ? {} : { role: of.role }),
    ...(of?.step === undefined ? {} : { step: of.step }),
    ...(used?.via === undefined ? {} : { via: used.via }),
  };
  const results = things.artifacts(disk).flatMap((one) => (one.result ? { ...one, result: one.result } : []));
  if (results.length === 0)
    return evaluates && used && !hasSucceeded(state as never) ? [{ ...base, measures: [] }] : [];
  return results.map(({ id, result, at, step }) => {
    const { measures, headline } = measuresOf(result);
    const { length: rollouts } = tasksIn(result);
    return {
      ...base,
      ...(base.step === undefined && step !== undefined ? { step } : {}),
      result: id,
      ...(headline === undefined ? {} : { headline }),
      measures: measures.map((one) => ({ ...one, value: numberOf(one.value) })),
      ...(rollouts > 0 ? { rollouts } : {}),
      at,
    };
  });
}

/** JSON has words only for some numbers. */
function numberOf(value: number): number | "NaN" | "Infinity" | "-Infinity" {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

function byStep(a: EvaluationOfRun, b: EvaluationOfRun): number {
  return (a.step ?? Number.MAX_VALUE) - (b.step ?? Number.MAX_VALUE) || (a.run < b.run ? -1 : 1);
}
