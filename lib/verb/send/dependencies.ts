// `[after]`: jobs and runs that a run waits for without taking anything from them.

import type { Context } from "../../command/context.js";
import { ownView, queryOf } from "../../pass/own-job.js";
import { fault } from "../../record/fault.js";
import type { Run } from "../../record/run.js";
import { hasSucceeded, stateOf } from "../../record/state.js";
import type { Registry } from "../../registry/open.js";
import { findRun } from "../../registry/refs.js";
import {
  type DependencyType,
  dependencyTypes,
  type JobQuery,
  type Scheduler,
  type SubmitRequest,
} from "../../scheduler/scheduler.js";

/**
 * The jobs to depend on. An id that has left the scheduler's memory is silently no dependency at all, so only ids that were
 * just seen pending or running are passed; what has ended already is decided here. Throws `refused` where it can never be met.
 */
export async function dependenciesOf(
  run: Run,
  scheduler: Scheduler,
  registry: Registry,
  context: Context,
): Promise<SubmitRequest["dependencies"]> {
  const wanted = dependencyTypes.flatMap((type) => (run.after?.[type] ?? []).map((on) => ({ type, on })));
  if (wanted.length === 0) return [];
  const queue = await scheduler.queue();
  const found = new Map<DependencyType, string[]>();
  for (const { type, on } of wanted) {
    const isJob = /^\d+(_\d+|\+\d+)?$/.test(on) || on.startsWith("local-");
    const query = isJob ? { job: on, since: 0 } : jobOfRun(on, type, registry, context);
    if (query === undefined) continue;
    const { job } = query;
    const view = ownView(queue, query) ?? (await scheduler.accounting([query]))?.get(job);
    if (!view)
      throw fault("refused", `cannot wait for '${on}': the scheduler does not know job ${job}`, {
        hint: "an id it does not know would be no dependency at all",
      });
    if (view.phase !== "ended") found.set(type, [...(found.get(type) ?? []), job]);
    else if (!met(type, view.verdict === "completed")) throw never(type, on, view.verdict ?? "ended");
  }
  return [...found].map(([type, jobs]) => ({ type, jobs }));
}

/** The job of a run that has not ended; undefined where its end already meets the dependency. */
function jobOfRun(ref: string, type: DependencyType, registry: Registry, context: Context): JobQuery | undefined {
  const disk = findRun(registry, ref, context.cwd);
  const { facts, run } = disk;
  const standing = stateOf(facts, context.now);
  if (standing.final) {
    if (met(type, hasSucceeded(standing.state))) return undefined;
    throw never(type, ref, standing.state);
  }
  if (standing.job === undefined)
    throw fault("refused", `cannot wait for ${run.id}: it has not been submitted`, { hint: "submit it first" });
  return queryOf(disk, standing.job, registry.id);
}

function met(type: DependencyType, succeeded: boolean): boolean {
  return type === "afterok" ? succeeded : type === "afternotok" ? !succeeded : true;
}

function never(type: DependencyType, on: string, how: string) {
  return fault("refused", `cannot wait for '${on}' with ${type}: it has ended already (${how})`, {
    hint: "change [after] in the recipe",
  });
}
