// Many runs in one job: how many at a time that was, and what it asks for in all.
import { fault } from "../../record/fault.js";
import type { Resources } from "../../record/resources.js";
import type { Run } from "../../record/run.js";
import { readArray } from "../../registry/arrays.js";
import { runDirectory } from "../../registry/layout.js";
import type { Registry } from "../../registry/open.js";
import { readContext } from "../../registry/submissions.js";
import type { Prepared } from "./rendering.js";

/**
 * A function that tells how many at a time a run was to be computed in one job, as its last script says; undefined of one that
 * had none, or was in no such job. Throws faults.
 */
export function askedBefore(registry: Registry): (prepared: Pick<Prepared, "run" | "n">) => number | undefined {
  const known = new Map<string, number | undefined>();
  return ({ run, n }) => {
    const dir = runDirectory(registry.base, registry.user, run.id);
    const id = n > 1 ? readContext({ dir, owner: registry.uid }, n - 1)?.array?.id : undefined;
    if (id === undefined) return undefined;
    if (!known.has(id)) known.set(id, readArray(registry, registry.user, id)?.array.one_job);
    return known.get(id);
  };
}

/** What one job of `of` runs asks for, `tasks` of them at a time, one after the other, on one node. Throws dataerr. */
export function together({ resources, environment, checkpoints }: Run, of: number, tasks: number): Resources {
  const refuse = (why: string) =>
    fault("dataerr", `cannot put runs into one job that ${why}`, { hint: "leave out --one-job" });
  if ((resources.nodes ?? 1) > 1) throw refuse("need several nodes each");
  if (environment?.inherit) throw refuse("take their caller's environment");
  // One that is over its time would have the job of all started again.
  if (checkpoints?.requeue) throw refuse("are started again ([checkpoints] requeue)");
  const { time_s, mem_bytes, gpus, tmp_disk_bytes } = resources;
  return {
    ...resources,
    nodes: 1,
    ...(time_s === undefined ? {} : { time_s: time_s * Math.ceil(of / tasks) }),
    ...(mem_bytes === undefined ? {} : { mem_bytes: mem_bytes * tasks }),
    ...(gpus === undefined ? {} : { gpus: gpus * tasks }),
    ...(tmp_disk_bytes === undefined ? {} : { tmp_disk_bytes: tmp_disk_bytes * tasks }),
  };
}
