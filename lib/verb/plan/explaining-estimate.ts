// How a run came to its number of GPUs, as a record.
import { gpuEstimate } from "../../recipe/gpu-estimate.js";
import type { Estimate } from "../../record/estimate.js";
import { runSchema } from "../../record/run.js";
import { checked } from "../../record/schema.js";

/** The `estimate` record of a run; of one without `[gpu_estimate]` it says that there is none. */
export function estimateOf(record: object): Estimate {
  const run = checked(runSchema, record, "the run");
  const { id, name, gpu_estimate: given, resources } = run;
  const auto = given?.["auto"] === true;
  const asked = auto ? undefined : resources.gpus;
  return {
    type: "estimate",
    v: 1,
    run: id,
    name,
    ...(asked === undefined ? {} : { asked }),
    ...(given === undefined
      ? { message: "nothing was estimated: the recipe has no [gpu_estimate]" }
      : { estimate: gpuEstimate(run) }),
  };
}
