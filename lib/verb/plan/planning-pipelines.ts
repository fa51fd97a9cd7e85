// A pipeline becomes the plans of its stages: one run each, or the points of a sweep, with inputs that other stages make.
import crypto from "node:crypto";
import os from "node:os";
import type { Context } from "../../command/context.js";
import { loadPipeline, type Pipeline, type Stage } from "../../recipe/load-pipeline.js";
import { fault } from "../../record/fault.js";
import type { Pipeline as PipelineRecord } from "../../record/pipeline.js";
import type { ArtifactInput, Run, RunInput } from "../../record/run.js";
import { drawRunId, handleOf } from "../../record/run-id.js";
import { pickWord, stepPick } from "../../record/step-pick.js";
import type { Sweep } from "../../record/sweep.js";
import { timestamp } from "../../record/units.js";
import { userOf } from "../../registry/open.js";
import { findRun } from "../../registry/refs.js";
import { gatheringInputs } from "../send/gathered-inputs.js";
import { unplacedOutputs } from "./output-kinds.js";
import { type PlanOptions, planned } from "./plan-recipe.js";
import { sourceOf } from "./recipe-source.js";

/** An output, and which step of it. */
interface StepOf {
  role: string;
  step?: string | number;
}

/** A stage with its plans: what comes after the points of a sweep is none of the runs that others take something from. */
export interface PlannedStage {
  stage: Stage;
  runs: Run[];
  sweep?: Sweep;
  aggregate?: Run;
}

/** The record of a pipeline, and then the plans of its stages, each after those that it needs. Throws dataerr, usage, noinput. */
export async function plannedPipeline(file: string, options: PlanOptions, context: Context): Promise<object[]> {
  const set = options.name === undefined ? options.set : [...options.set, `name=${options.name}`];
  const look = (table: Record<string, unknown>) => unplacedOutputs(table, context);
  const pipeline = await loadPipeline(file, { set, cwd: context.cwd, look });
  const id = drawRunId(context.now);
  const all = { ...options, set: [], name: undefined, tag: [...pipeline.tags, ...options.tag] };
  const stages = new Map<string, PlannedStage>();
  const pins = new Map<string, string>();
  for (const stage of pipeline.stages)
    stages.set(stage.name, member(await plannedStage(stage, stages, pins, all, context), id));
  const record = recordOf(pipeline, id, [...stages.values()], pins.get(pipeline.from ?? ""), context);
  return [record, ...[...stages.values()].flatMap(plansOf)];
}

function plansOf({ sweep, runs, aggregate }: PlannedStage): object[] {
  return [...(sweep ? [sweep] : []), ...runs, ...(aggregate ? [aggregate] : [])];
}

function recordOf(
  { path, text, set, name, stages: order }: Pipeline,
  id: string,
  stages: readonly PlannedStage[],
  from: string | undefined,
  context: Context,
): PipelineRecord {
  const digest = `sha256:${crypto.createHash("sha256").update(text).digest("hex")}`;
  const runsOf = ({ runs, aggregate }: PlannedStage) =>
    [...runs, ...(aggregate ? [aggregate] : [])].map((run) => run.id);
  return {
    ...{ type: "pipeline", v: 1, id, name, user: userOf(os.userInfo().uid), planned_at: timestamp(context.now) },
    recipe: { path, text, digest, ...(set.length === 0 ? {} : { set: [...set] }) },
    ...(from === undefined ? {} : { from }),
    of: stages.reduce((sum, stage) => sum + runsOf(stage).length, 0),
    stages: stages.map((one, i) => ({
      name: one.stage.name,
      recipe: one.stage.recipe.path ?? path,
      after: order[i]?.after ?? [],
      runs: runsOf(one),
      ...(one.sweep ? { sweep: one.sweep.id } : {}),
    })),
    ...(context.dryRun ? { dry_run: true } : {}),
  };
}

/** Its runs with the pipeline that they are of; in the file of a sweep the plan has it for all of its points. */
function member({ stage, runs, sweep, aggregate }: PlannedStage, id: string): PlannedStage {
  const pipeline = { id, stage: stage.name };
  const with_ = <T extends object>(run: T) => ({ ...run, pipeline });
  return {
    stage,
    runs: runs.map(with_),
    ...(aggregate ? { aggregate: with_(aggregate) } : {}),
    ...(sweep
      ? {
          sweep: {
            ...sweep,
            pipeline,
            ...(sweep.plan ? { plan: with_(sweep.plan) } : {}),
            ...(sweep.aggregate?.plan ? { aggregate: { ...sweep.aggregate, plan: with_(sweep.aggregate.plan) } } : {}),
          },
        }
      : {}),
  };
}

async function plannedStage(
  stage: Stage,
  before: ReadonlyMap<string, PlannedStage>,
  pins: Map<string, string>,
  options: PlanOptions,
  context: Context,
): Promise<PlannedStage> {
  const { recipe, each } = stage;
  const source = await sourceOf(recipe, os.userInfo().uid, context);
  const linked = await linkedInputs(stage, before, pins, context);
  const plan = (i: number) => planned(recipe, source, options, context, { linked: linked(i) });
  const { sweepOfPlan, sweepOver } = await import("./stage-sweeps.js");
  const upstream = each === undefined ? undefined : before.get(each);
  const first = await plan(0);
  if (upstream) return { stage, ...sweepOver(first, upstream, linked) };
  if (first.expand === undefined) return { stage, runs: [first] };
  return { stage, ...(await sweepOfPlan(first, context)) };
}

/** What a stage's inputs from elsewhere are, for each of its runs by its place. Throws noinput, dataerr. */
async function linkedInputs(
  stage: Stage,
  before: ReadonlyMap<string, PlannedStage>,
  pins: Map<string, string>,
  context: Context,
): Promise<(i: number) => Record<string, RunInput>> {
  const found: ((i: number) => Record<string, RunInput>)[] = [];
  for (const [role, input] of Object.entries(stage.recipe.table.inputs ?? {})) {
    if (input.type === "from") {
      const one = await pinned(stage, role, input, pins, context);
      found.push(() => ({ [role]: one }));
    }
    const other = input.type === "stage" ? before.get(input.stage) : undefined;
    if (input.type === "stage" && other) {
      const runs = other.runs.map((run): ArtifactInput => ofStage(run, other.stage.name, input));
      if (!other.sweep || isMadeForEach(stage, other.stage.name, before))
        found.push((i) => ({ [role]: (runs[i] ?? runs[0]) as ArtifactInput }));
      else found.push(() => gatheringInputs(role, runs));
    }
  }
  return (i) => Object.assign({}, ...found.map((at) => at(i)));
}

function ofStage({ id, user, sweep }: Run, stage: string, { role, step }: StepOf): ArtifactInput {
  const point = sweep ? { point: sweep.point } : {};
  const pick = step === undefined ? {} : { pick: pickWord(stepPick(step)) };
  return { type: "artifact", artifact: `${id}:${role}`, stage, run: id, user, role, ...point, ...pick };
}

/** Whether each of the stage's runs is made for one of the other's: directly, or since both are for those of a third. */
function isMadeForEach({ each }: Stage, other: string, before: ReadonlyMap<string, PlannedStage>): boolean {
  for (let name = each; name !== undefined; name = before.get(name)?.stage.each) if (name === other) return true;
  return false;
}

/** An output of the pinned run, which is frozen: as it is, whatever its names mean later. */
async function pinned(
  { name, from = "" }: Stage,
  role: string,
  input: StepOf,
  pins: Map<string, string>,
  context: Context,
): Promise<ArtifactInput> {
  const disk = findRun(await context.registry(), pins.get(from) ?? from, context.cwd);
  const { run } = disk;
  pins.set(from, run.id);
  if (!Object.hasOwn(run.outputs, input.role)) {
    const roles = Object.keys(run.outputs);
    throw fault(
      "dataerr",
      `the input '${role}' of the stage '${name}': the pinned run ${handleOf(run.id)} has no output '${input.role}'`,
      {
        hint: roles.length === 0 ? "it has none" : `it has ${roles.join(", ")}`,
      },
    );
  }
  const artifact = `${run.id}:${input.role}`;
  const pick = input.step === undefined ? undefined : pickWord(stepPick(input.step));
  if (pick !== "all") return { type: "artifact", artifact: `${artifact}${pick === undefined ? "" : `@${pick}`}` };
  if (run.outputs[input.role]?.type === "checkpoint_stream") return { type: "artifact", artifact, pick };
  throw fault("dataerr", `the input '${role}' of the stage '${name}': '${artifact}' is no stream: it has no steps`);
}
