// The points of a sweep as what comes after all of them sees them: whether every one has ended, and how.
import { fault } from "../record/fault.js";
import type { Run } from "../record/run.js";
import { handleOf } from "../record/run-id.js";
import { type Graces, hasSucceeded, type Standing, stateOf } from "../record/state.js";
import type { Sweep, SweepPointRecord } from "../record/sweep.js";
import type { RunOnDisk } from "../registry/facts.js";
import { makerOfRun } from "../registry/makers.js";
import type { Registry } from "../registry/open.js";
import { marked, openRun } from "../registry/runs.js";
import { withReruns } from "../registry/sweep-reruns.js";
import { readSweep } from "../registry/sweeps.js";

export type PointsSeen =
  | { how: "waits"; runs: string[]; message: string }
  | { how: "failed"; message: string; hint: string }
  | { how: "ready" };

/**
 * Whether the run that comes after a sweep's points can go: as long as one of them is not settled, which one listing tells, it
 * waits; then all have to have succeeded, unless the recipe says `afterany`. Throws noinput where the sweep is gone.
 */
export function lookAtPoints(
  { sweep: member, user }: Run,
  registry: Registry,
  graces: Graces,
  now: number,
): PointsSeen {
  const sweep = sweepOf(member?.id ?? "", user, registry);
  const { points = [] } = sweep;
  const active = new Set(marked(registry, "active", user));
  const handle = handleOf(sweep.id);
  const runs = points.map(({ run }) => run);
  if (runs.some((id) => active.has(id)))
    return { how: "waits", runs, message: `waits for the ${sweep.of} points of the sweep ${handle}` };
  const disks = runs.map((id) => openRun(registry, user, id));
  const missing = disks.filter((disk) => disk === undefined).length;
  if (missing > 0) {
    const words = `${missing} of the ${sweep.of} points of the sweep ${handle} ${missing === 1 ? "was" : "were"} never made`;
    return { how: "waits", runs, message: `waits for all points, and ${words} (lab sweep resume ${handle})` };
  }
  if (member?.when === "afterany") return { how: "ready" };
  const states = disks.flatMap((disk) => (disk ? [stateOf(disk.facts, now, graces).state] : []));
  const bad = states.filter((state) => !hasSucceeded(state)).length;
  if (bad === 0) return { how: "ready" };
  return {
    how: "failed",
    message: `${bad} of the ${sweep.of} points of the sweep ${handle} did not succeed`,
    hint: `lab sweep status ${handle}; when = "afterany" in [sweep.aggregate] runs it all the same`,
  };
}

/** The lines of `points.ndjson`: each point, its run, how that ended, and where its outputs are. */
export function pointLines({ sweep: member, user }: Run, registry: Registry, graces: Graces, now: number): object[] {
  const { points = [] } = sweepOf(member?.id ?? "", user, registry);
  return points.map((point) => lineOf(point, openRun(registry, user, point.run), registry, graces, now));
}

function lineOf(
  { index, run, point, name, replicate }: SweepPointRecord,
  disk: RunOnDisk | undefined,
  registry: Registry,
  graces: Graces,
  now: number,
): object {
  const standing: Partial<Standing> = disk ? stateOf(disk.facts, now, graces) : {};
  // A point that was answered by another run has that one's outputs.
  const maker = disk && makerOfRun(registry, disk);
  const outputs = Object.entries(maker?.run.outputs ?? {}).map(([role, { path }]) => [role, path]);
  return {
    index,
    run,
    point,
    ...(name === undefined ? {} : { name }),
    ...(replicate === undefined ? {} : { replicate }),
    state: standing.state ?? "missing",
    ...(standing.mode === undefined ? {} : { mode: standing.mode }),
    ...(maker ? { run_dir: maker.dir } : {}),
    outputs: Object.fromEntries(outputs),
  };
}

function sweepOf(id: string, user: string, registry: Registry): Sweep {
  const sweep = readSweep(registry, user, id);
  if (sweep) return withReruns(registry, sweep);
  throw fault("noinput", `the sweep ${id}, after whose points it is to run, is gone`);
}
