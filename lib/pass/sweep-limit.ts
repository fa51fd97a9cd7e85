// How many points of a sweep may run at once, for a scheduler that is given each of them as a job of its own.
import type { Run } from "../record/run.js";
import type { Registry } from "../registry/open.js";
import { readSweep } from "../registry/sweeps.js";
import type { SubmitRequest } from "../scheduler/scheduler.js";

/** What each sweep says, since its file has a line a point, is written once, and is asked for by every point. */
const said = new WeakMap<Registry, Map<string, number | undefined>>();

/** The sweep's own max_concurrent, else that of the point's resources; nothing for what is no point. Throws dataerr. */
export function sweepLimit(registry: Registry, { sweep, resources }: Run): Pick<SubmitRequest, "sweep"> {
  if (!sweep || sweep.aggregate) return {};
  const most = saidBy(sweep.id, registry) ?? resources.max_concurrent;
  return most === undefined ? {} : { sweep: { id: sweep.id, max_concurrent: most } };
}

function saidBy(id: string, registry: Registry): number | undefined {
  const known = said.get(registry) ?? new Map<string, number | undefined>();
  said.set(registry, known);
  if (!known.has(id)) known.set(id, readSweep(registry, registry.user, id)?.max_concurrent);
  return known.get(id);
}
