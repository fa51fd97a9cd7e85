// What the script says of the evaluation that follows the command.
import { type JobLauncher, launcherValues } from "./launcher-values.js";
import { bashArray, bashValue } from "./quote.js";

/** An evaluation as eval.sh starts it. */
export interface EvalInput {
  /** In which a word between two control characters stands for the checkpoint. */
  argv: readonly string[];
  /** The argv is a line for bash, in which that word stands in single quotes. */
  isLine: boolean;
  workdir: string;
  /** `latest`, `best`, a path, or nothing where it asks for none. */
  checkpoint: string;
  launcher?: JobLauncher | undefined;
}

const none: EvalInput = { argv: [], isLine: false, workdir: "", checkpoint: "" };

/** The lines of a script that set `lab_eval_…`. */
export function evalValues({ argv, isLine, workdir, checkpoint, launcher }: EvalInput = none): string[] {
  return [
    bashArray("lab_eval_command", argv),
    bashValue("lab_eval_line", String(isLine)),
    bashValue("lab_eval_workdir", workdir),
    bashValue("lab_eval_checkpoint", checkpoint),
    ...launcherValues(launcher).map((line) => line.replace(/^lab_launcher/, "lab_eval_launcher")),
  ];
}
