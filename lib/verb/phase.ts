// Each command of the pipe refuses a record that lacks the step before it.
import { fault } from "../record/fault.js";
import { hasPhase, type Phase } from "../record/phase.js";
import type { Run } from "../record/run.js";

/** Throws dataerr unless the run has come as far as `phase`, naming the command that brings it there. */
export function needs(run: Run, phase: Phase, command: string): void {
  needsPoints(run);
  if (hasPhase(run, phase)) return;
  throw fault("dataerr", `the run has not been through ${command} (it is ${run.phase ?? "no plan yet"})`, {
    hint: "lab-plan | lab-snapshot | lab-resolve | lab-create | lab-cache | lab-render-sbatch | lab-submit",
  });
}

/** Throws dataerr for the plan of a sweep, which is no run before its points are made. */
export function needsPoints(run: Run): void {
  if (run.expand === undefined) return;
  throw fault("dataerr", "it is a sweep, whose points have not been made", {
    hint: `lab-expand makes its points: lab sweep ${run.recipe?.path ?? "FILE"}`,
  });
}
