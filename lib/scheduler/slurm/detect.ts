// Whether this machine belongs to a Slurm cluster, for `[scheduler] kind = auto`.
import { type SlurmOptions, slurmClient } from "./client.js";

/**
 * True if Slurm is installed and configured here, even if its controller is down: what is then wanted is an error, not
 * another scheduler.
 */
export async function hasSlurm(options: SlurmOptions): Promise<boolean> {
  const { stdout } = await slurmClient(options)("scontrol", ["ping"]);
  return /^Slurmctld\(/m.test(stdout);
}
