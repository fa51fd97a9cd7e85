// Points of a sweep that were run once more. The sweep's file is written once; which run stands for a point now, the index tells.
import { rerunsIdOf } from "../record/artifact-id.js";
import { isFault } from "../record/fault.js";
import type { Run } from "../record/run.js";
import type { Sweep } from "../record/sweep.js";
import { edgesOfUser } from "./edges.js";
import type { Registry } from "./open.js";
import { openRun } from "./runs.js";

/**
 * The sweep with the newest run of each point: the last that its owner made with lab-rerun, else the one that was made with the
 * sweep. One listing, however many points there are, and a look at each rerun. Throws faults.
 */
export function withReruns(registry: Registry, sweep: Sweep): Sweep {
  const { id, user, points = [] } = sweep;
  const newest = new Map<number, string>();
  for (const run of edgesOfUser(registry, user, rerunsIdOf(id), "used")) {
    const point = pointOf(registry, user, run);
    if (point?.id === id) newest.set(point.index, run);
  }
  if (newest.size === 0) return sweep;
  return { ...sweep, points: points.map((point) => ({ ...point, run: newest.get(point.index) ?? point.run })) };
}

/** What a run that repeats a point says it is: the index is only a hint. Of its files only run.json is read. */
function pointOf(registry: Registry, user: string, id: string): Run["sweep"] {
  let of: Run["sweep"];
  try {
    openRun(registry, user, id, ({ sweep, rerun_of }) => {
      if (rerun_of !== undefined && sweep?.aggregate !== true) of = sweep;
      return false;
    });
  } catch (error) {
    // Whoever asks for the run itself is told of it.
    if (!isFault(error)) throw error;
  }
  return of;
}
