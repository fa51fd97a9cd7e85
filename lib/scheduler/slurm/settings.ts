// What a Slurm cluster is set to, as `scontrol show config` says it.
import { type SlurmClient, unanswered } from "./client.js";

/** Settings by name, values as Slurm writes them. Throws unavailable. */
export async function slurmSettings(slurm: SlurmClient): Promise<Map<string, string>> {
  const answer = await slurm("scontrol", ["show", "config"]);
  if (answer.code !== 0) throw unanswered(answer, "read the cluster's settings");
  return readSettings(answer.stdout);
}

/** The settings in scontrol's output: `Name = value`, one a line. */
export function readSettings(stdout: string): Map<string, string> {
  const settings = new Map<string, string>();
  for (const line of stdout.split("\n")) {
    const [, name, value] = /^(\S+)\s+= (.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) settings.set(name, value);
  }
  return settings;
}
