// Pipelines as the page shows them, from what lab-pipeline show tells.
import { fault, isFault } from "../../record/fault.js";
import { like } from "../../record/like.js";
import type { PipelineStatus } from "../../record/pipeline.js";
import { timestamp } from "../../record/units.js";
import { findPipeline, pipelineIds, readPipeline } from "../../registry/pipelines.js";
import { usersWith } from "../../registry/runs.js";
import { type PipelineStage, pipelineApi, pipelinesApi, type StageRun } from "../../serve/api/pipelines.js";
import { statusOfPipeline } from "../pipeline/pipeline-status.js";
import { graces } from "../runs.js";
import type { Row } from "../show/rows.js";
import { whatBlocks, whatIsAwaited } from "../show/what-blocks.js";
import { rowsOfRuns } from "../sweep/sweep-status.js";
import { answering, type Serving } from "./answering.js";
import { breather } from "./breathing.js";
import { runRef } from "./refs.js";

export const pipelines = answering(
  pipelinesApi,
  async (_, { user, name, limit = 50, cursor }, { context, registry }) => {
    const users = usersWith(registry, "pipelines").filter(
      (one) => !user || user.includes(one) || (one === registry.user && user.includes("me")),
    );
    const places = users.flatMap((one) => pipelineIds(registry, one).map((id) => ({ user: one, id })));
    places.sort((a, b) => (a.id < b.id ? 1 : -1));
    const rest = breather();
    const shown: ReturnType<typeof withCounts>[] = [];
    const isCalled = name === undefined ? undefined : like(name);
    let next: string | undefined;
    for (const place of places) {
      if (cursor !== undefined && place.id > cursor) continue;
      if (shown.length === limit) {
        next = place.id;
        break;
      }
      await rest();
      try {
        const pipeline = readPipeline(registry, place.user, place.id);
        if (pipeline && isCalled?.(pipeline.name) !== false)
          shown.push(withCounts(await statusOfPipeline(pipeline, context)));
      } catch (error) {
        if (!isFault(error)) throw error;
        context.report(place.id, error);
      }
    }
    return { pipelines: shown, total: places.length, ...(next === undefined ? {} : { next }) };
  },
);

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
