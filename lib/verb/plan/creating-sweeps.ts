// What stands in the registry before the first run of a sweep: all of its points.
import type { Context } from "../../command/context.js";
import { fault } from "../../record/fault.js";
import type { Run } from "../../record/run.js";
import { isSweep, type Sweep } from "../../record/sweep.js";
import { note } from "../../registry/journal.js";
import { readSweep, writeSweep } from "../../registry/sweeps.js";

export interface SweepsToCreate {
  /** The records as they come; those of sweeps are remembered. */
  from(records: AsyncIterable<unknown>): AsyncGenerator<unknown>;
  /** Writes the sweep that a run is of, if that has not been done. Throws dataerr where nobody has told of it. */
  write(run: Run): Promise<void>;
}

/** The sweeps of a stream of runs that are to be created. */
export function sweepsToCreate(context: Context): SweepsToCreate {
  const told = new Map<string, Sweep>();
  const written = new Set<string>();
  return {
    async *from(records) {
      for await (const record of records) {
        if (isSweep(record)) told.set(record.id, record);
        yield record;
      }
    },
    async write({ sweep: member, source, dry_run }) {
      if (member === undefined || written.has(member.id) || context.dryRun || dry_run) return;
      const registry = await context.registry();
      const sweep = told.get(member.id);
      if (sweep?.points) {
        if (writeSweep(registry, { ...sweep, source }) === "made")
          note(registry, "sweep_created", undefined, { sweep: sweep.id, name: sweep.name, of: sweep.of });
      } else if (!readSweep(registry, registry.user, member.id))
        throw fault("dataerr", `the sweep ${member.id}, of which it is, is not there`, {
          hint: "its record comes before its runs: lab-plan | lab-expand | lab-snapshot | lab-resolve | lab-create",
        });
      written.add(member.id);
    },
  };
}
