// What a job asks for, as a run has it: bytes, seconds, whole numbers.
import * as v from "valibot";
import { count, maybe, seconds, text, words } from "./schema.js";

export const resourcesSchema = v.looseObject({
  gpus: maybe(count),
  cpus: maybe(count),
  mem_bytes: maybe(count),
  time_s: maybe(seconds),
  nodes: maybe(count),
  partition: maybe(text),
  qos: maybe(text),
  account: maybe(text),
  constraint: maybe(text),
  gpu_mem_bytes: maybe(count),
  tmp_disk_bytes: maybe(count),
  priority: maybe(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10))),
  exclude: maybe(text),
  reservation: maybe(text),
  max_concurrent: maybe(count),
  sbatch_extra: maybe(words),
  components: maybe(
    v.array(
      v.looseObject({
        gpus: maybe(count),
        cpus: maybe(count),
        mem_bytes: maybe(count),
        nodes: maybe(count),
        partition: maybe(text),
        constraint: maybe(text),
        sbatch_extra: maybe(words),
      }),
    ),
  ),
});
export type Resources = v.InferOutput<typeof resourcesSchema>;
