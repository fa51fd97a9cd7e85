#!/usr/bin/env node
// lab-render-sbatch - write the job scripts of runs
import { command, each } from "../lib/command/command.js";
import { isAnswered } from "../lib/record/claim.js";
import { hasPhase, isRun } from "../lib/record/phase.js";
import { needs } from "../lib/verb/phase.js";

export const spec = {
  name: "lab-render-sbatch",
  usage: ["< RUNS"],
  options: {},
  columns: [{ key: "id", title: "run" }, "name", "phase", { key: "submission.script", title: "script" }],
  input: "records",
  acts: true,
  reads: ["run"],
  writes: ["run"],
} as const;

export default command(spec, (records, _, context) =>
  each(
    records,
    isRun,
    async (run) => {
      if (hasPhase(run, "rendered")) return run;
      needs(run, "created", "lab-create");
      if (isAnswered(run)) return run;
      const { renderRun } = await import("../lib/verb/rendering.js");
      return renderRun(run, context);
    },
    context,
  ),
);
