// What Slurm's commands say of each of several jobs: what is wrong with one does not keep them from the others.
import { type Answer, slurmWords } from "./client.js";

/** Their words without the lines that tell of no trouble; undefined where nothing is left. */
export function complaintsOf(answer: Answer, harmless: RegExp): string | undefined {
  const lines = answer.stderr.split("\n").filter((line) => line.trim() !== "" && !harmless.test(line.trim()));
  return lines.length === 0 ? undefined : slurmWords({ ...answer, stderr: lines.join("\n") });
}
