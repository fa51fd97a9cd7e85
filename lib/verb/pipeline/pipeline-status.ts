// How pipelines are doing: the state of each stage's runs, who answers for them, and why they wait.
import type { Context } from "../../command/context.js";
import { fault, isFault } from "../../record/fault.js";
import type { Pipeline, PipelineStatus, StageStatus } from "../../record/pipeline.js";
import { leaderOf } from "../../registry/makers.js";
import { findPipeline, pipelineIds, readPipeline } from "../../registry/pipelines.js";
import { usersWith } from "../../registry/runs.js";
import type { Row } from "../show/rows.js";
import { rowsOfRuns } from "../sweep/sweep-status.js";

/** The statuses of the pipelines that are named, of one's newest where none is. Throws noinput. */
export async function* pipelineStatuses(refs: readonly string[], context: Context): AsyncGenerator<PipelineStatus> {
  const registry = await context.registry();
  for (const ref of refs.length === 0 ? ["@last"] : refs) {
    if (context.signal.aborted) return;
    try {
      yield await statusOfPipeline(findPipeline(registry, ref), context);
    } catch (error) {
      if (!isFault(error) || refs.length <= 1) throw error;
      context.report(ref, error);
    }
  }
}

/** The runs of these pipelines that there are, as records of where they stand. */
export async function* runsOfPipelines(refs: readonly string[], context: Context): AsyncGenerator<object> {
  const registry = await context.registry();
  for (const ref of refs.length === 0 ? ["@last"] : refs) {
    const { user, stages } = findPipeline(registry, ref);
    const ids = stages.flatMap(({ runs }) => runs);
    const rows = await rowsOfRuns(user, ids, context);
    for (const id of ids) {
      const row = rows.get(id);
      if (row) yield row.status;
    }
  }
}

/** Pipelines without their stages, the newest first: one's own, or everybody's. */
export async function* listedPipelines(all: boolean, context: Context): AsyncGenerator<PipelineStatus> {
  const registry = await context.registry();
  const users = all ? usersWith(registry, "pipelines") : [registry.user];
  const places = users.flatMap((user) => pipelineIds(registry, user).map((id) => ({ user, id })));
  let count = 0;
  for (const { user, id } of places.sort((a, b) => (a.id < b.id ? 1 : -1))) {
    if (context.signal.aborted || (context.terminal.out && count === 20)) return;
    count += 1;
    try {
      const pipeline = readPipeline(registry, user, id);
      if (!pipeline) continue;
      const { stages: _, ...status } = await statusOfPipeline(pipeline, context);
      yield status;
    } catch (error) {
      if (!isFault(error)) throw error;
      context.report(id, error);
    }
  }
  if (count === 0 && context.terminal.out) context.say("no pipelines");
}

export async function statusOfPipeline(pipeline: Pipeline, context: Context): Promise<PipelineStatus> {
  const ids = pipeline.stages.flatMap(({ runs }) => runs);
  const rows = await rowsOfRuns(pipeline.user, ids, context);
  const stages = pipeline.stages.map(({ name, after, sweep, runs }) => {
    const all = runs.map((run) => runStatus(run, rows.get(run), context));
    return { name, after, ...(sweep === undefined ? {} : { sweep }), counts: counted([all]), runs: all };
  });
  return pipelineStatus(pipeline, stages);
}

/** The status of a pipeline whose stages are like that. */
export function pipelineStatus(
  { id, name, user, planned_at, from, rerun_of, of }: Pipeline,
  stages: StageStatus[],
): PipelineStatus {
  return {
    ...{ type: "pipeline-status", v: 1, id, name, user, planned_at },
    ...(from === undefined ? {} : { from }),
    ...(rerun_of === undefined ? {} : { rerun_of }),
    ...{ of, counts: counted(stages.map(({ runs }) => runs)), stages },
  };
}

export function counted(runs: readonly StageStatus["runs"][]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of runs.flat()) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function runStatus(run: string, row: Row | undefined, context: Context): StageStatus["runs"][number] {
  if (!row) return { run, state: "missing" };
  const { state, mode, message, job } = row.status;
  return {
    ...{ run, state },
    ...(mode === undefined ? {} : { mode }),
    ...(message === undefined ? {} : { message }),
    ...(job === undefined ? {} : { job: String(job) }),
    ...(state === "cached" || state === "following" ? whoAnswers(row, context) : {}),
  };
}

function whoAnswers(row: Row, context: Context): { leader?: string; leader_user?: string } {
  try {
    const disk = row.disk();
    const leader = disk && leaderOf(disk);
    return leader ? { leader: leader.run, leader_user: leader.user } : {};
  } catch (error) {
    if (!isFault(error)) throw error;
    context.report(row.status.id, fault("dataerr", error.message));
    return {};
  }
}
