#!/usr/bin/env node
// lab-create - make runs on disk
import { command, each } from "../lib/command/command.js";
import { needs } from "../lib/command/phase.js";
import { fault } from "../lib/record/fault.js";
import { hasPhase, isRun, runSchema } from "../lib/record/run.js";
import { checked } from "../lib/record/schema.js";
import { timestamp } from "../lib/record/units.js";
import { ownOutputDirectories } from "../lib/registry/artifact-roots.js";
import { note } from "../lib/registry/journal.js";
import { createRun } from "../lib/registry/runs.js";

export const spec = {
  name: "lab-create",
  usage: ["< RUNS"],
  options: {},
  columns: ["id", "name", "phase", "run_dir"],
  input: "records",
  acts: true,
  reads: ["run"],
  writes: ["run"],
} as const;

export default command(spec, (records, _, context) =>
  each(
    records,
    isRun,
    async (record) => {
      if (hasPhase(record, "created")) return record;
      needs(record, "resolved", "lab-resolve");
      const run = checked(runSchema, record, "the run");
      const registry = await context.registry();
      if (run.user !== registry.user)
        throw fault("noperm", `the run was planned by ${run.user}, you are ${registry.user}`);
      const created = { ...run, phase: "created" as const, state: "planned", created_at: timestamp(Date.now()) };
      if (context.dryRun || run.dry_run) return { ...created, dry_run: true };
      ownOutputDirectories(run.outputs, registry);
      if (createRun(registry, created, run.recipe.text) === "made")
        note(registry, "run_created", run.id, { name: run.name });
      return created;
    },
    context,
  ),
);
