// The name of a run's job, as squeue shows it.
import { handleOf } from "./run-id.js";

/** `<recipe>.<handle>`, of letters, digits and `._-` alone, so that it can be given to sacct in a list of names. */
export function jobName(run: { id: string; name: string }): string {
  return `${run.name.replace(/[^A-Za-z0-9._-]/g, "_")}.${handleOf(run.id)}`;
}
