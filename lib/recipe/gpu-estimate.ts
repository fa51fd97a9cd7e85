// How many GPUs a training needs, roughly: the heuristic that slurmforge 0.2.0 published, with the optimizer told.
import * as v from "valibot";
import type { EstimateFactor, GpuEstimate } from "../record/estimate.js";
import type { Run } from "../record/run.js";
import { parseSize } from "../record/units.js";
import { isTable } from "../toml/path.js";
import { atLeastOne, maybe, size } from "./pieces.js";

const positive = v.pipe(v.number(), v.gtValue(0, "is not above 0"));

/** Bytes of the optimizer's own state for each parameter, in single precision. */
const optimizers = { adam: 8, adamw: 8, adam8bit: 2, lion: 4, momentum: 4, rmsprop: 4, adafactor: 0, sgd: 0 };

/** By what profile the sum is multiplied. */
const profiles = {
  default: 1,
  transformer: 1,
  conv: 1.05,
  recurrent: 1.1,
  hybrid: 1.15,
  long_context: 1.2,
  memory_efficient: 0.9,
  heavyweight: 1.3,
};

const words = <T extends object>(table: T) => v.picklist(Object.keys(table) as (keyof T & string)[]);

export const gpuEstimateSchema = v.strictObject({
  gpu_memory: maybe(size),
  params_b: maybe(positive),
  layers: maybe(atLeastOne),
  hidden: maybe(atLeastOne),
  inner: maybe(atLeastOne),
  vocab: maybe(v.pipe(v.number(), v.integer(), v.minValue(0))),
  batch_size: maybe(atLeastOne),
  seq_len: maybe(atLeastOne),
  dtype: maybe(v.picklist(["fp32", "float32", "fp16", "float16", "bf16", "bfloat16"])),
  optimizer: maybe(words(optimizers)),
  gradient_checkpointing: maybe(v.boolean()),
  profile: maybe(words(profiles)),
  multiplier: maybe(positive),
  target_mem_per_gpu_gb: maybe(positive),
  safety_factor: maybe(v.pipe(v.number(), v.minValue(1))),
  min: maybe(atLeastOne),
  max: maybe(atLeastOne),
  round_to: maybe(atLeastOne),
});

type Given = v.InferOutput<typeof gpuEstimateSchema>;

/** Under what names programs have it, the likelier first: in `[args]`, then in `[params]`. */
const names: Record<string, string[]> = {
  seq_len: ["max_length", "seq_len", "sequence_length"],
  batch_size: ["batch_size", "per_device_train_batch_size", "train_batch_size"],
  layers: ["num_hidden_layers", "n_layer", "num_layers"],
  hidden: ["hidden_size", "d_model", "embedding_size", "layer.d_model"],
  inner: ["d_inner"],
  vocab: ["vocab_size", "n_vocab", "vocab"],
  multiplier: ["estimator_multiplier", "gpu_profile_multiplier"],
  dtype: ["amp_dtype", "dtype", "precision"],
  gradient_checkpointing: [
    "use_gradient_checkpointing",
    "gradient_checkpointing",
    "gradient_checkpointing_enable",
    "checkpoint_activations",
    "activation_checkpointing",
  ],
};

export type Sized = Pick<Run, "args" | "params" | "resources" | "launcher" | "gpu_estimate">;

/** The estimate of a run that has a `[gpu_estimate]`. Pure; lab-recipe(5) has the formula. */
export function gpuEstimate(run: Sized): GpuEstimate {
  const given = (run.gpu_estimate ?? {}) as Given;
  const factors: EstimateFactor[] = [];
  const told = teller(run, given, factors);
  const target = targetOf(run, given, factors, told);
  const safety = told("safety_factor", 1.15);
  const need =
    given.gpu_memory === undefined
      ? byFormula(told, safety, given.params_b)
      : asked(told("gpu_memory", given.gpu_memory), safety);
  const [min, max] = [told("min", 1), told("max", 8)];
  const clamp = (n: number) => Math.min(Math.max(n, Math.min(min, max)), max);
  const memoryMin = Math.ceil(Math.max(1, need.gb) / Math.max(1, target));
  const least = clamp(memoryMin);
  const recommended = clamp(Math.max(least, need.spread ?? 1));
  const { nodes, per_node } = placed(recommended, max, run, given);
  return {
    min: least,
    recommended,
    max_useful: clamp(Math.max(recommended, need.useful ?? recommended)),
    memory_gb: rounded(need.gb),
    memory_min: memoryMin,
    nodes,
    per_node,
    ...need.parts,
    factors,
  };
}

/** Memory of one GPU: as it is told, else what the GPUs are asked to have. */
function targetOf({ resources }: Sized, given: Given, factors: EstimateFactor[], told: Tell): number {
  const asked = resources.gpu_mem_bytes;
  if (given.target_mem_per_gpu_gb !== undefined || asked === undefined) return told("target_mem_per_gpu_gb", 40);
  const value = rounded(asked / 2 ** 30);
  factors.push({ name: "target_mem_per_gpu_gb", value, from: "resources.gpu_mem" });
  return value;
}

type Tell = ReturnType<typeof teller>;

/** Looks a value up and writes down what it is and where it is from. */
function teller({ args, params }: Sized, given: Given, factors: EstimateFactor[]) {
  const own = given as Record<string, unknown>;
  const all = [
    ["args", args],
    ["params", params],
  ] as const;
  return function told<T extends number | string>(name: string, fallback: T): T {
    const fits = (value: unknown) => typeof value === typeof fallback;
    const note = (value: T, from: string) => {
      factors.push({ name, value, from });
      return value;
    };
    if (own[name] !== undefined)
      return note((typeof own[name] === "boolean" ? String(own[name]) : own[name]) as T, `gpu_estimate.${name}`);
    for (const key of names[name] ?? [])
      for (const [table, values] of all) {
        const found = lookUp(values, key);
        const value = typeof found === "boolean" && name === "gradient_checkpointing" ? String(found) : found;
        if (fits(value)) return note(value as T, `${table}.${key}`);
      }
    return note(fallback, "default");
  };
}

function lookUp(table: Record<string, unknown>, key: string): unknown {
  const whole = table[key] ?? table[key.replaceAll("_", "-")];
  if (whole !== undefined || !key.includes(".")) return whole;
  return key.split(".").reduce<unknown>((at, part) => (isTable(at) ? at[part] : undefined), table);
}

interface Need {
  gb: number;
  spread?: number;
  useful?: number;
  parts: Partial<GpuEstimate>;
}

function asked(memory: string, safety: number): Need {
  return { gb: (parseSize(memory) / 2 ** 30) * safety, parts: {} };
}

/** Weights, gradients, master copy and optimizer of each parameter, and the activations of a batch. */
function byFormula(told: Tell, safety: number, billions: number | undefined): Need {
  if (billions !== undefined) told("params_b", billions);
  const seq = told("seq_len", 512);
  const batch = told("batch_size", 32);
  const layers = told("layers", 12);
  const hidden = told("hidden", 512);
  const parameters = billions === undefined ? byShape(told, layers, hidden) : billions * 1e9;
  const dtype = told("dtype", "fp32");
  const optimizer = told("optimizer", "adam") as keyof typeof optimizers;
  const saved = told<string>("gradient_checkpointing", "false") === "true";
  const profile = told("profile", "default") as keyof typeof profiles;
  const multiplier = told("multiplier", profiles[profile]);
  const width = /^(fp16|bf16|float16|bfloat16)$/.test(dtype.toLowerCase()) ? 2 : 4;
  const bytes = width + 4 + (width < 4 ? 4 : 0) + optimizers[optimizer];
  const state = (parameters * bytes) / 1e9;
  const activations = (batch * seq * hidden * Math.max(layers, 1) * width * 12 * (saved ? 0.6 : 1)) / 1e9;
  const samples = seq >= 4096 ? 4 : seq >= 2048 ? 8 : seq >= 1024 ? 16 : 32;
  return {
    gb: (state + activations) * multiplier * safety,
    spread: Math.ceil(Math.max(1, batch) / samples),
    useful: Math.ceil(Math.max(1, batch) / Math.max(1, Math.floor(samples / 4))),
    parts: {
      parameters,
      bytes_per_parameter: bytes,
      state_gb: rounded(state),
      activations_gb: rounded(activations),
      samples_per_gpu: samples,
    },
  };
}

/** A transformer's: attention and feed-forward of each layer, and the embedding. */
function byShape(told: Tell, layers: number, hidden: number): number {
  const inner = told("inner", 4 * hidden);
  const vocab = told("vocab", 0);
  return Math.max(1e6, layers * (4 * hidden ** 2 + 2 * hidden * inner + 4 * hidden) + vocab * hidden);
}

/**
 * How many on each node: evenly, a multiple of `round_to`, never more than `max` in all. A command that is one process
 * gets one; where the recipe says how many processes a node has, each gets its GPU.
 */
function placed(total: number, max: number, { resources, launcher }: Sized, { round_to: step = 1 }: Given) {
  const nodes = Math.max(1, resources.nodes ?? 1);
  if (launcher?.ddp === "unsupported") return { nodes, per_node: 1 };
  if (typeof launcher?.nproc_per_node === "number") return { nodes, per_node: launcher.nproc_per_node };
  const up = Math.ceil(Math.ceil(total / nodes) / step) * step;
  const down = Math.floor(Math.floor(max / nodes) / step) * step;
  return { nodes, per_node: up * nodes <= max ? up : Math.max(1, down) };
}

function rounded(gb: number): number {
  return Math.round(gb * 100) / 100;
}
