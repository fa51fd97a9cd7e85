// What this host has to give, and what a job asks of it that it never could.
import fs from "node:fs";
import os from "node:os";
import { constrainedMemory } from "node:process";
import type { Resources } from "../../record/resources.js";
import { shortSize } from "../../record/units.js";

export interface Capacity {
  cpus: number;
  gpus: number;
  mem_bytes: number;
}

/** What `[local]` says, and where it says nothing what the host has: processors that may be used, memory, NVIDIA's or AMD's GPUs. */
export function hostCapacity(said: { cpus?: number; gpus?: number; mem_bytes?: number } = {}): Capacity {
  return {
    cpus: said.cpus ?? os.availableParallelism(),
    gpus: said.gpus ?? countGpus(),
    mem_bytes: said.mem_bytes ?? usableMemory(),
  };
}

/** What a job takes while it runs: one processor where it names none; memory that it doesn't name is not counted. */
export function demandOf(resources: Resources): Capacity {
  return { cpus: resources.cpus ?? 1, gpus: resources.gpus ?? 0, mem_bytes: resources.mem_bytes ?? 0 };
}

/** Why this host can never run it, in words, or undefined. */
export function impossible(resources: Resources, capacity: Capacity): string | undefined {
  const { cpus, gpus, mem_bytes } = demandOf(resources);
  if (cpus > capacity.cpus) return `asks for ${cpus} cpus; this host has ${capacity.cpus} ([local] cpus)`;
  if (gpus > capacity.gpus)
    return `asks for ${gpus} gpu${gpus === 1 ? "" : "s"}; this host has ${capacity.gpus} ([local] gpus)`;
  if (mem_bytes > capacity.mem_bytes) {
    return `asks for ${shortSize(mem_bytes)} of memory; this host has ${shortSize(capacity.mem_bytes)} ([local] mem)`;
  }
  if ((resources.nodes ?? 1) > 1) return `asks for ${resources.nodes} nodes; the local scheduler has this one host`;
  if (resources.components?.length) return "asks for components; the local scheduler has no heterogeneous jobs";
  if (resources.sbatch_extra?.length)
    return `asks for ${resources.sbatch_extra.join(" ")}; the local scheduler has no sbatch`;
  return undefined;
}

const siteWords = [
  "partition",
  "qos",
  "account",
  "constraint",
  "exclude",
  "reservation",
  "gpu_mem_bytes",
  "tmp_disk_bytes",
] as const;

/** The things asked for that mean something to a cluster only. */
export function ignored(resources: Resources): string[] {
  return siteWords.filter((word) => resources[word] !== undefined).map((word) => word.replace("_bytes", ""));
}

function countGpus(): number {
  return namesIn("/dev").filter((name) => /^nvidia\d+$/.test(name)).length || countAmd();
}

/** Of the nodes that AMD's driver shows, processors among them, GPUs are those that have an id. */
function countAmd(nodes = "/sys/class/kfd/kfd/topology/nodes"): number {
  return namesIn(nodes).filter((node) => Number(textOf(`${nodes}/${node}/gpu_id`)) > 0).length;
}

function namesIn(directory: string): string[] {
  try {
    return fs.readdirSync(directory);
  } catch {
    return [];
  }
}

function textOf(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function usableMemory(): number {
  const total = os.totalmem();
  const limit = constrainedMemory();
  return limit > 0 && limit < total ? limit : total;
}
