// A stage that is many runs: the points of the sweep that its recipe is, or one for each run of another stage. Either way a
// sweep, which is told of, resumed and made an array of as any other.
import type { Context } from "../../command/context.js";
import { patchBetween } from "../../record/patch.js";
import type { Run, RunInput } from "../../record/run.js";
import type { Sweep, SweepPointRecord } from "../../record/sweep.js";
import { expanded, hoursOf, pointIds, pointRun } from "./expanding.js";
import type { PlannedStage } from "./planning-pipelines.js";

type Swept = Omit<PlannedStage, "stage">;

/** The points of a plan with a sweep. */
export async function sweepOfPlan(plan: Run, context: Context): Promise<Swept> {
  const { sweep, runs } = await expanded(plan, context);
  const isPoint = (run: Run) => run.sweep?.aggregate !== true;
  const aggregate = runs.find((run) => !isPoint(run));
  return { sweep, runs: runs.filter(isPoint), ...(aggregate ? { aggregate } : {}) };
}

/** A point for each run of another stage, with what that one's is: they differ in what they take from it. */
export function sweepOver(
  base: Run,
  { runs: upstream, sweep: other }: PlannedStage,
  linked: (i: number) => Record<string, RunInput>,
): Swept {
  const ids = pointIds(base, upstream.length);
  const points = upstream.map(({ sweep }, index): SweepPointRecord => {
    const inputs = patchBetween(base.inputs, { ...base.inputs, ...linked(index) });
    return {
      ...{ index, run: ids[index] ?? "", point: sweep?.point ?? {} },
      ...(sweep?.name === undefined ? {} : { name: sweep.name }),
      ...(sweep?.replicate === undefined ? {} : { replicate: sweep.replicate }),
      ...(inputs === undefined ? {} : { own: { inputs } }),
    };
  });
  const runs = points.map((line) => pointRun(base, line, points.length));
  const { recipe, source: _, ...plan } = base;
  const sweep: Sweep = {
    ...{ type: "sweep", v: 1, id: base.id, name: base.name, user: base.user, planned_at: base.planned_at },
    ...{ of: points.length, recipe, axes: other?.axes ?? [] },
    ...hoursOf(runs),
    ...(base.dry_run ? { dry_run: true } : {}),
    ...{ plan, points },
  };
  return { sweep, runs };
}
