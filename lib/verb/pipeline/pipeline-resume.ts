// What is missing of a pipeline: runs that were never made, as they were resolved, and those that were made and never sent. And
// what did not succeed, or all from a stage on, planned once more, with what did succeed as it is.
import type { Context } from "../../command/context.js";
import { fault } from "../../record/fault.js";
import { nearest } from "../../record/names.js";
import type { Pipeline } from "../../record/pipeline.js";
import type { Run } from "../../record/run.js";
import { findPipeline } from "../../registry/pipelines.js";
import { openRun } from "../../registry/runs.js";
import { readSweep } from "../../registry/sweeps.js";
import { decisionOf } from "../send/caching.js";
import { missingOf } from "../sweep/sweep-resume.js";
import { rowsOfRuns } from "../sweep/sweep-status.js";

/** Each pipeline that is named, and then those of its runs with which the pipe is to go on. Throws noinput, noperm. */
export async function* resumedPipelines(context: Context): AsyncGenerator<object> {
  for (const ref of context.args) {
    const pipeline = await own(ref, context);
    const { plans: _, ...head } = pipeline;
    const records = await missing(pipeline, context);
    const runs = records.filter((record) => (record as Run).type === "run");
    context.say(
      runs.length === 0
        ? `${pipeline.id}: nothing is missing`
        : `${pipeline.id}: ${runs.length} of ${pipeline.of} runs are to be run yet`,
    );
    if (runs.length === 0) continue;
    const more = context.dryRun ? { dry_run: true } : {};
    yield { ...head, resumed: runs.length, ...more };
    for (const record of records) yield { ...record, ...more };
  }
}

/** One's own pipeline by its name. */
export async function own(ref: string, context: Context): Promise<Pipeline> {
  const registry = await context.registry();
  const pipeline = findPipeline(registry, ref);
  if (pipeline.user === registry.user) return pipeline;
  throw fault("noperm", `the pipeline ${pipeline.id} is ${pipeline.user}'s, not yours`);
}

async function missing({ user, stages, plans = [] }: Pipeline, context: Context): Promise<object[]> {
  const registry = await context.registry();
  const rows = await rowsOfRuns(
    user,
    stages.flatMap(({ runs }) => runs),
    context,
  );
  const planned = new Map((plans as Run[]).map((run) => [run.id, run]));
  const found: object[] = [];
  for (const { sweep: id, runs } of stages) {
    const sweep = id === undefined ? undefined : readSweep(registry, user, id);
    if (sweep) {
      const points = await missingOf(sweep, context);
      if (points.length > 0) found.push(sweep, ...points);
      continue;
    }
    for (const run of runs) {
      const row = rows.get(run);
      const plan = planned.get(run);
      if (row === undefined && plan) found.push(plan);
      const disk = row?.status.state === "planned" ? openRun(registry, user, run) : undefined;
      if (disk) found.push({ ...disk.run, ...decisionOf(disk) });
    }
  }
  return found;
}

/** The stages from one on: that one and all that take something of it, directly or not. Throws usage for one that is not there. */
export function stagesFrom({ stages }: Pipeline, from: string): Set<string> {
  const names = stages.map(({ name }) => name);
  if (!names.includes(from)) {
    const near = nearest(from, names);
    throw fault(
      "usage",
      `the pipeline has no stage '${from}'${near === undefined ? "" : ` (did you mean '${near}'?)`}`,
      {
        hint: `its stages: ${names.join(", ")}`,
      },
    );
  }
  const chosen = new Set([from]);
  for (const { name, after } of stages) if (after.some((one) => chosen.has(one))) chosen.add(name);
  return chosen;
}
