// A pipeline once more: what did not succeed, or all from a stage on, with the source and the recipes that it was made of. What
// comes before stays as it is.
import type { Context } from "../../command/context.js";
import { fault } from "../../record/fault.js";
import type { Pipeline } from "../../record/pipeline.js";
import type { Run, RunInput } from "../../record/run.js";
import { drawRunId } from "../../record/run-id.js";
import { timestamp } from "../../record/units.js";
import type { Registry } from "../../registry/open.js";
import { openRun } from "../../registry/runs.js";
import { replanned } from "../plan/replanning.js";
import { own, stagesFrom } from "./pipeline-resume.js";
import { statusOfPipeline } from "./pipeline-status.js";

export interface RerunOptions {
  from: string | undefined;
  recompute: boolean | undefined;
  "fresh-source": boolean | undefined;
}

/** The pipelines that are named, once more, each followed by the plans of its runs. Throws noinput, noperm, usage, dataerr. */
export async function* rerunPipelines(options: RerunOptions, context: Context): AsyncGenerator<object> {
  const registry = await context.registry();
  for (const ref of context.args) {
    const pipeline = await own(ref, context);
    const again =
      options.from === undefined ? await stagesToRepeat(pipeline, context) : stagesFrom(pipeline, options.from);
    if (again.size === 0) {
      context.say(`${pipeline.id}: all of it has succeeded, or may yet (--from STAGE runs that and what follows it)`);
      continue;
    }
    yield* await repeated(pipeline, again, registry, options, context);
  }
}

const ended = new Set(["failed", "cancelled", "lost"]);

/** Those of which a run did not succeed, and all after them. */
async function stagesToRepeat(pipeline: Pipeline, context: Context): Promise<Set<string>> {
  const { stages = [] } = await statusOfPipeline(pipeline, context);
  const wrong = stages.filter(({ runs }) => runs.some(({ state }) => ended.has(state)));
  return new Set(wrong.flatMap(({ name }) => [...stagesFrom(pipeline, name)]));
}

async function repeated(
  { plans: _, ...pipeline }: Pipeline,
  again: ReadonlySet<string>,
  registry: Registry,
  options: RerunOptions,
  context: Context,
): Promise<object[]> {
  const id = drawRunId(context.now);
  const ids = new Map<string, string>();
  const runs: Run[] = [];
  for (const stage of pipeline.stages.filter(({ name }) => again.has(name)))
    for (const old of stage.runs) {
      const run = await planAnew(old, registry, options, context);
      ids.set(old, run.id);
      runs.push({ ...run, inputs: linkedTo(ids, run, registry, old), pipeline: { id, stage: stage.name } });
    }
  const stages = pipeline.stages.map(({ sweep, ...stage }) => {
    if (!again.has(stage.name)) return { ...stage, ...(sweep === undefined ? {} : { sweep }) };
    return { ...stage, runs: stage.runs.map((old) => ids.get(old) ?? old) };
  });
  const planned_at = timestamp(context.now);
  const more = context.dryRun ? { dry_run: true } : {};
  return [{ ...pipeline, id, rerun_of: pipeline.id, planned_at, stages, resumed: runs.length, ...more }, ...runs];
}

async function planAnew(old: string, registry: Registry, options: RerunOptions, context: Context): Promise<Run> {
  const disk = openRun(registry, registry.user, old);
  if (!disk)
    throw fault("noinput", `cannot run ${old} again: it was never made`, {
      hint: "lab pipeline resume makes what is missing",
    });
  const as = { ...nothingElse, recompute: options.recompute, "fresh-source": options["fresh-source"] };
  return replanned(disk, undefined, as, context);
}

/** What a stage took from one that is planned again too, it takes from that one's new run. */
function linkedTo(
  ids: ReadonlyMap<string, string>,
  { inputs }: Run,
  registry: Registry,
  old: string,
): Record<string, RunInput> {
  const before = openRun(registry, registry.user, old)?.run.inputs ?? {};
  return Object.fromEntries(
    Object.entries(inputs).map(([role, input]) => {
      const was = before[role];
      const run = was?.type === "artifact" && was.run !== undefined ? ids.get(was.run) : undefined;
      if (was?.type !== "artifact" || run === undefined || was.role === undefined) return [role, input];
      const { stage, role: made, point, pick } = was;
      const linked = { type: "artifact" as const, artifact: `${run}:${made}`, run, user: registry.user, role: made };
      const kept = Object.entries({ stage, point, pick }).filter(([, value]) => value !== undefined);
      return [role, { ...linked, ...Object.fromEntries(kept) }];
    }),
  );
}

const nothingElse = {
  ...{
    state: [],
    mode: [],
    name: undefined,
    tag: [],
    since: undefined,
    sweep: undefined,
    point: [],
    where: [],
    set: [],
  },
  ...{ append: undefined, replace: undefined, merge: undefined },
  ...{ resume: undefined, stage: undefined, "no-cache": undefined, "no-follow": undefined },
};
