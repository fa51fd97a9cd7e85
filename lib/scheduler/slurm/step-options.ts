// What one run gets of a job that it shares with others, as options of srun.
import type { Resources } from "../../record/resources.js";
import { mebibytes } from "./mebibytes.js";

/** Memory that nobody asks for is not shared out. */
export function stepOptions({ cpus, mem_bytes, gpus }: Resources): string[] {
  return [
    `--mem=${mem_bytes === undefined ? "0" : mebibytes(mem_bytes)}`,
    ...(cpus === undefined ? [] : [`--cpus-per-task=${cpus}`]),
    ...(gpus ? [`--gpus=${gpus}`] : []),
  ];
}
