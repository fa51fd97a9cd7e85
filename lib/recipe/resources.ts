// What a job asks for: the declaration, and its sizes and times as numbers.
import * as v from "valibot";
import type { Resources } from "../record/resources.js";
import { parseDuration, parseSize } from "../record/units.js";
import { atLeastOne, line, maybe, readsAs, size, sizeOr, withUnit } from "./pieces.js";
import { normalExtra, sbatchExtraTrouble } from "./sbatch-extra.js";

/** What a job gets that does not say: those of labctl, and of most clusters' patience. */
export const resourceDefaults = { cpus: 1, mem_bytes: 4 * 2 ** 30, time_s: 600 } as const;

const gpus = v.pipe(v.number(), v.integer(), v.minValue(0));

/** `"0"` is Slurm's word for all the memory of the node. */
const mem = sizeOr("0");

/** A time with its unit. */
export const time = v.pipe(
  withUnit(() => "m"),
  v.check(
    (text) => readsAs(parseDuration, text) && /\D/.test(text.trim().replace(".", "")),
    ({ input }) => `= ${JSON.stringify(input)} is no time with its unit: write 90m, 08:00:00 or 1-12:00:00`,
  ),
);

const sbatchExtra = v.array(
  v.pipe(
    v.string(),
    v.check(
      (entry) => sbatchExtraTrouble(entry) === undefined,
      ({ input }) => `= ${JSON.stringify(input)} ${sbatchExtraTrouble(String(input)) ?? ""}`,
    ),
  ),
);

const shared = {
  gpus: maybe(gpus),
  cpus: maybe(atLeastOne),
  mem: maybe(mem),
  nodes: maybe(atLeastOne),
  partition: maybe(line),
  constraint: maybe(line),
  sbatch_extra: maybe(sbatchExtra),
};

export const resourcesSchema = v.pipe(
  v.strictObject({
    ...shared,
    /** `"auto"` is what [gpu_estimate] comes to. */
    gpus: maybe(v.union([v.literal("auto"), gpus])),
    time: maybe(time),
    qos: maybe(line),
    account: maybe(line),
    gpu_mem: maybe(size),
    tmp_disk: maybe(size),
    priority: maybe(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10))),
    exclude: maybe(line),
    exclude_nodes: maybe(line),
    reservation: maybe(line),
    max_concurrent: maybe(atLeastOne),
    components: maybe(v.array(v.strictObject(shared))),
  }),
  v.check(
    ({ exclude, exclude_nodes }) => exclude === undefined || exclude_nodes === undefined,
    "has both exclude and exclude_nodes, which are the same",
  ),
);

type Given = v.InferOutput<typeof resourcesSchema>;

/** The resources as a run records them: bytes and seconds, defaults filled in, `exclude_nodes` as `exclude`. */
export function runResources(given: Given = {}): Resources {
  const { time, gpus, gpu_mem, tmp_disk, exclude_nodes, components, ...rest } = given;
  return {
    ...resourceDefaults,
    ...sized(rest),
    ...(gpus === undefined || gpus === "auto" ? {} : { gpus }),
    ...(time === undefined ? {} : { time_s: Math.ceil(parseDuration(time)) }),
    ...(gpu_mem === undefined ? {} : { gpu_mem_bytes: parseSize(gpu_mem) }),
    ...(tmp_disk === undefined ? {} : { tmp_disk_bytes: parseSize(tmp_disk) }),
    ...(exclude_nodes === undefined ? {} : { exclude: exclude_nodes }),
    ...(components === undefined ? {} : { components: components.map(sized) }),
  };
}

function sized<T extends { mem?: string; sbatch_extra?: string[] }>({ mem, sbatch_extra, ...rest }: T) {
  return {
    ...rest,
    ...(mem === undefined ? {} : { mem_bytes: parseSize(mem) }),
    ...(sbatch_extra === undefined ? {} : { sbatch_extra: sbatch_extra.map(normalExtra) }),
  };
}
