// The seal: all that a run made, what it did not and why, once nothing more will come.
import type { Artifact, Outputs } from "../record/artifact.js";
import { timestamp } from "../record/units.js";
import { collectFiles } from "../registry/collected.js";
import type { RunOnDisk } from "../registry/facts.js";
import { trackingOf } from "../registry/tracking.js";
import type { Missing } from "./gates.js";

/** The seal of a run that has ended. Reads what `[collect]` names and where the run is tracked; writes nothing. */
export async function sealFor(
  disk: RunOnDisk,
  artifacts: Artifact[],
  missing: Missing[],
  { now, dry }: { now: number; dry?: boolean },
): Promise<Outputs> {
  const { run, facts } = disk;
  const { collected, excluded } = await collectFiles(disk);
  const tracking = trackingOf(disk);
  return {
    type: "outputs",
    v: 1,
    run: run.id,
    ...(dry ? { dry_run: true } : {}),
    state: facts.outcome?.state ?? "",
    artifacts: artifacts.map(entryOf),
    ...(missing.length > 0 ? { missing } : {}),
    ...(collected.length > 0 ? { collected } : {}),
    ...(excluded.length > 0 ? { excluded } : {}),
    ...(tracking ? { tracking } : {}),
    at: timestamp(now),
  };
}

function entryOf({ id, role = "", step, attempt = 1, path, alias }: Artifact): Outputs["artifacts"][number] {
  return {
    id,
    role,
    ...(step === undefined ? {} : { step }),
    attempt,
    path,
    ...(alias === undefined ? {} : { alias }),
  };
}
