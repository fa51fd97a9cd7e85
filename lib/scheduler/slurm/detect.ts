// Whether this machine belongs to a Slurm cluster, for `[scheduler] kind = auto`.
import { type SlurmOptions, slurmClient } from "./client.js";

/** What Slurm's programs say where nothing tells them of a cluster. */
const unconfigured = /Could not establish a configuration source|Unable to process configuration file|cannot stat file/;

/**
 * True if Slurm is installed and configured here, even if its controller is down or hangs: what is then wanted is an
 * error, not another scheduler. Takes half a minute at most.
 */
export async function hasSlurm(options: SlurmOptions): Promise<boolean> {
  const { end, stderr } = await slurmClient({ ...options, timeouts: { query_s: 30, ...options.timeouts } })(
    "scontrol",
    ["ping"],
  );
  return end !== "missing" && !unconfigured.test(stderr);
}
