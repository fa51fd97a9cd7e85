// GPUs by estimate: where a recipe leaves their number open, and what it says where it does not.
import type { Run } from "../record/run.js";
import type { Breach } from "../toml/breaches.js";
import { isTable } from "../toml/path.js";
import { gpuEstimate } from "./gpu-estimate.js";

/** The run with as many GPUs on each node as are estimated, if it leaves that open (`gpus = "auto"`); else as it is. */
export function sized(run: Run): Run {
  if (run.gpu_estimate?.["auto"] !== true) return run;
  const estimated = gpuEstimate(run);
  return {
    ...run,
    resources: { ...run.resources, gpus: estimated.per_node },
    gpu_estimate: { ...run.gpu_estimate, estimated: { ...estimated } },
  };
}

/** What the estimate has to say of a run's number of GPUs, in a sentence, if that is far from it. */
export function sizeTrouble(run: Run): { message: string; hint: string } | undefined {
  if (run.gpu_estimate === undefined) return undefined;
  const estimate = gpuEstimate(run);
  const { memory_gb, memory_min, max_useful, min } = estimate;
  const has = (run.resources.gpus ?? 0) * (run.resources.nodes ?? 1);
  const hint = "lab resolve --explain tells how; it is a rough number";
  if (has < memory_min && run.gpu_estimate["auto"] === true)
    return { message: `by estimate it needs ${memory_gb} GB, which is ${counted(memory_min)}, and gets ${has}`, hint };
  if (has < min)
    return { message: `it asks for ${counted(has)}; by estimate it needs ${min} at least (${memory_gb} GB)`, hint };
  if (has > max_useful && run.gpu_estimate["auto"] !== true)
    return { message: `it asks for ${counted(has)}; by estimate more than ${max_useful} are of no use`, hint };
  return undefined;
}

/** `auto` needs to know of what; and an estimate is of use only where GPUs are asked for. */
export function* sizingBreaches({ resources, gpu_estimate: given }: Record<string, unknown>): Generator<Breach> {
  const gpus = isTable(resources) ? resources["gpus"] : undefined;
  if (gpus === "auto" && given === undefined)
    yield {
      path: ["resources", "gpus"],
      part: "value",
      message: 'resources.gpus = "auto" has nothing to go by: there is no [gpu_estimate]',
      hint: "[gpu_estimate] says how large the model is, or the memory that it takes",
    };
  if (gpus === undefined && given !== undefined)
    yield {
      path: ["gpu_estimate"],
      part: "key",
      message: "[gpu_estimate] sizes nothing: the recipe asks for no GPUs",
      hint: 'resources.gpus = "auto" takes its number, and a number is compared with it',
    };
}

function counted(n: number): string {
  return `${n} gpu${n === 1 ? "" : "s"}`;
}
