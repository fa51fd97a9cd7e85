#!/usr/bin/env node
// lab-pipeline-resume - the runs of a pipeline that are to be run yet, or again
import { command } from "../lib/command/command.js";
import { fault } from "../lib/record/fault.js";

export const spec = {
  name: "lab-pipeline-resume",
  usage: ["PIPELINE…"],
  options: {
    again: { type: "boolean", help: "plan once more what did not succeed, and all after it" },
    from: { type: "string", value: "STAGE", help: "plan this stage once more, and all after it" },
    recompute: { type: "boolean", help: "compute them anew, also what was computed" },
    "fresh-source": { type: "boolean", help: "with the source as it is now" },
  },
  columns: [{ key: "id", title: "run" }, "name", "phase", { key: "pipeline.stage", title: "stage" }],
  input: "none",
  acts: true,
  args: [1, Number.POSITIVE_INFINITY],
  writes: ["pipeline", "sweep", "run"],
} as const;

export default command(spec, async function* (_, options, context) {
  if (options.again || options.from !== undefined) {
    const { rerunPipelines } = await import("../lib/verb/pipeline/pipeline-rerun.js");
    yield* rerunPipelines(options, context);
    return;
  }
  if (options.recompute || options["fresh-source"])
    throw fault("usage", "what was planned is run as it was planned", {
      hint: "--again or --from STAGE plans it anew",
    });
  const { resumedPipelines } = await import("../lib/verb/pipeline/pipeline-resume.js");
  yield* resumedPipelines(context);
});
