// Pipelines as the page shows them, from what lab-pipeline show tells.
import { fault, isFault } from "../../record/fault.js";
import type { PipelineStatus } from "../../record/pipeline.js";
import { timestamp } from "../../record/units.js";
import { findPipeline, pipelineIds, readPipeline } from "../../registry/pipelines.js";
import { type PipelineStage, pipelineApi, pipelinesApi, type StageRun } from "../../serve/api/pipelines.js";
import { breather } from "../breathing.js";
import { statusOfPipeline } from "../pipeline/pipeline-status.js";
import { graces } from "../runs.js";
import type { Row } from "../show/rows.js";
import { whatBlocks, whatIsAwaited } from "../show/what-blocks.js";
import { rowsOfRuns } from "../sweep/sweep-status.js";
import { answering, type Serving } from "./answering.js";
import { newestFirst } from "./newest-first.js";
import { runRef } from "./refs.js";

const stored = { directory: "pipelines", ids: pipelineIds, read: readPipeline } as const;

export const pipelines = answering(pipelinesApi, async (_, { limit = 50, ...wanted }, serving) => {
  const { page, ...rest } = await newestFirst(stored, { limit, ...wanted }, serving, async (pipeline) =>
    withCounts(await statusOfPipeline(pipeline, serving.context)),
  );
  return { pipelines: page, ...rest };
});

function withCounts({ stages = [], ...status }: PipelineStatus) {
  return { ...status, stages: stages.map(({ name, after, counts }) => ({ name, after, counts })) };
}

export const pipeline = answering(pipelineApi, async ({ id = "" }, _, serving) => {
  const { context, registry } = serving;
  const found = findPipeline(registry, runRef(id));
  const { stages = [], ...status } = await statusOfPipeline(found, context);
  const ids = stages.flatMap(({ runs }) => runs.map(({ run }) => run));
  const rows = await rowsOfRuns(found.user, ids, context);
  const rest = breather();
  const shown: PipelineStage[] = [];
  for (const stage of stages) {
    const runs: StageRun[] = [];
    for (const run of stage.runs) {
      await rest();
      runs.push({ ...run, ...(await timesAndWaits(rows.get(run.run), serving)) });
    }
    shown.push({ ...stage, runs, ...spanOf(runs) });
  }
  const { path: recipe } = found.recipe;
  return {
    pipeline: { ...status, stages: shown },
    ...(recipe === undefined ? {} : { recipe }),
    as_of: timestamp(context.now),
  };
});

/** When a run of a stage began and ended, and, as long as it has not begun, what it waits for. */
async function timesAndWaits(row: Row | undefined, { context, registry }: Serving): Promise<Partial<StageRun>> {
  if (!row) return {};
  const { name, started_at, ended_at, state } = row.status;
  const known = {
    name,
    ...(started_at === undefined ? {} : { started_at }),
    ...(ended_at === undefined ? {} : { ended_at }),
  };
  if (!waiting.has(state)) return known;
  try {
    const disk = row.disk();
    const limits = await graces(context);
    const waits = disk
      ? state === "blocked"
        ? whatBlocks(disk, registry, limits, context.now).detail
        : whatIsAwaited(disk, registry, limits, context.now)
      : [];
    return waits.length > 0 ? { ...known, waits } : known;
  } catch (error) {
    if (!isFault(error)) throw error;
    context.report(row.status.id, fault("dataerr", error.message));
    return known;
  }
}

const waiting = new Set(["planned", "submitted", "queued", "blocked", "deferred", "following"]);

/** From when the first of them began until when the last ended, which is not known while one goes on. */
function spanOf(runs: readonly StageRun[]): { started_at?: string; ended_at?: string } {
  const began = runs.flatMap(({ started_at }) => started_at ?? []).sort();
  const ended = runs.flatMap(({ ended_at }) => ended_at ?? []).sort();
  const [started_at, ended_at] = [began[0], ended.at(-1)];
  return {
    ...(started_at === undefined ? {} : { started_at }),
    ...(ended_at === undefined || ended.length < runs.length ? {} : { ended_at }),
  };
}
