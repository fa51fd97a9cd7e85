// What the script says of checkpoints: where they are, and how the command is told to go on from one.
import { usualGlobs } from "../record/checkpoint.js";
import type { Requeue } from "../record/requeue.js";
import type { Run } from "../record/run.js";
import { bashArray, bashValue } from "./quote.js";

/** Of a run, what the runtime needs to find what it goes on from, and to be started again. */
export interface CheckpointInput extends Pick<Run, "command" | "args_format" | "checkpoints" | "resume"> {
  requeue?: Requeue;
}

/** The values that checkpoint.sh and requeue.sh read. Of a line of bash the option is in the line. */
export function checkpointValues({ command, args_format, checkpoints, resume, requeue }: CheckpointInput): string[] {
  const option = typeof command === "string" ? "" : (checkpoints?.resume_arg ?? "");
  return [
    bashValue("lab_checkpoints", String(checkpoints !== undefined)),
    bashArray("lab_checkpoint_globs", checkpoints?.globs ?? usualGlobs),
    bashValue("lab_checkpoint_pointer", checkpoints?.pointer ?? ""),
    bashValue("lab_resume_arg", option),
    bashValue("lab_resume_style", args_format?.style ?? "equals"),
    bashValue("lab_resume_from", resume?.path ?? ""),
    bashValue("lab_resume_from_step", String(resume?.step ?? "")),
    bashValue("lab_max_attempts", String(requeue?.max_attempts ?? "")),
    bashValue("lab_warn_s", String(requeue?.warn_s ?? "")),
    bashValue("lab_warn_signal", requeue?.signal ?? ""),
  ];
}
