// How many points of a sweep may run at once, and with how many GPUs, for a scheduler that is given each as a job of its own.
import type { Run } from "../record/run.js";
import { tooManyGpus } from "../record/throttle.js";
import type { Registry } from "../registry/open.js";
import { readSweep } from "../registry/sweeps.js";
import type { SubmitRequest } from "../scheduler/scheduler.js";

/** What each sweep says, since its file has a line a point, is written once, and is asked for by every point. */
const said = new WeakMap<Registry, Map<string, Limits>>();

type Limits = Omit<NonNullable<SubmitRequest["sweep"]>, "id">;

/**
 * The sweep's own max_concurrent, else that of the point's resources, and its max_gpus; nothing for what is no point. Throws
 * dataerr, also where the point alone takes more GPUs than that.
 */
export function sweepLimit(registry: Registry, { sweep, resources }: Run): Pick<SubmitRequest, "sweep"> {
  if (!sweep || sweep.aggregate) return {};
  const { max_gpus, max_concurrent = resources.max_concurrent } = saidBy(sweep.id, registry);
  const gpus = (resources.gpus ?? 0) * (resources.nodes ?? 1);
  if (max_gpus !== undefined && gpus > max_gpus) throw tooManyGpus(gpus, max_gpus);
  if (max_concurrent === undefined && max_gpus === undefined) return {};
  return { sweep: { id: sweep.id, ...defined({ max_concurrent, max_gpus }) } };
}

function saidBy(id: string, registry: Registry): Limits {
  const known = said.get(registry) ?? new Map<string, Limits>();
  said.set(registry, known);
  const limits = known.get(id) ?? defined(readSweep(registry, registry.user, id) ?? {});
  known.set(id, limits);
  return limits;
}

function defined({ max_concurrent, max_gpus }: Limits | { [key in keyof Limits]?: number | undefined }): Limits {
  return {
    ...(max_concurrent === undefined ? {} : { max_concurrent }),
    ...(max_gpus === undefined ? {} : { max_gpus }),
  };
}
