// From a resolved run to one on disk.
import fs from "node:fs";
import type { Context } from "../../command/context.js";
import { fault } from "../../record/fault.js";
import { type Run, runSchema } from "../../record/run.js";
import { checked } from "../../record/schema.js";
import { timestamp } from "../../record/units.js";
import { ownOutputDirectories } from "../../registry/artifact-roots.js";
import { hasFailed } from "../../registry/evals.js";
import { note } from "../../registry/journal.js";
import { noteUses } from "../../registry/note-uses.js";
import type { Registry } from "../../registry/open.js";
import { createRun } from "../../registry/runs.js";

/** Makes the run and returns it; a dry run gets what would be made. Twice is the same as once. */
export async function createOne(record: Run, context: Context): Promise<Run> {
  const run = checked(runSchema, record, "the run");
  const registry = await context.registry();
  if (run.user !== registry.user) throw fault("noperm", `the run was planned by ${run.user}, you are ${registry.user}`);
  const created = { ...run, phase: "created" as const, state: "planned", created_at: timestamp(Date.now()) };
  if (context.dryRun || run.dry_run) return { ...created, dry_run: true };
  refuseWithoutSource(run);
  refuseLapsed(run, registry);
  ownOutputDirectories(run.outputs, registry);
  noteUses(registry, created);
  if ((await createRun(registry, created, run.recipe.text)) === "made")
    note(registry, "run_created", run.id, { name: run.name });
  return created;
}

/** A plan may have been kept for so long that lab-gc has freed the snapshot that it was made with. */
function refuseWithoutSource({ source: { tar } }: Run): void {
  if (tar === undefined || fs.existsSync(tar)) return;
  throw fault("noinput", `cannot create the run: its snapshot '${tar}' is gone`, {
    hint: "lab-plan and lab-snapshot make it from today's source",
  });
}

/** An evaluation that was not made within an hour counts as failed, and another one may be under way. */
function refuseLapsed({ evaluates }: Run, registry: Registry): void {
  if (evaluates === undefined) return;
  const { policy, artifact, attempt } = evaluates;
  if (!hasFailed(registry, policy, artifact, attempt)) return;
  throw fault("tempfail", `cannot create the run: try ${attempt} of the policy ${policy} at ${artifact} was given up`, {
    hint: "lab-evald plans the next one",
  });
}
