// The settled configuration, and what holds where nobody says anything.
import type { Settings } from "./schema.js";

/** Every layer laid over the others. Durations are in seconds, sizes in bytes, paths absolute; absent means not said. */
export interface Config {
  name: string;
  /** The environment of .lab.toml that was chosen. */
  environment?: string;
  project: { name?: string; default_env?: string };
  filesystem: {
    runs_base: string;
    artifact_root?: string;
    artifact_roots: Record<string, string>;
    output_roots: Record<string, string>;
    shared_group?: string;
  };
  repos: Record<string, { path: string; trusted: boolean }>;
  env: Record<string, string>;
  modules: string[];
  /** The file that defines `module` on the nodes. */
  module_init?: string;
  cache: {
    trust: "group" | "mine" | string[];
    /** How long a claim may stand before its run is submitted (seconds): a courtesy, no proof of anything. */
    lease: number;
    /** How long the owner of a run that did not end well may take to submit it again (seconds). */
    courtesy: number;
  };
  scheduler: {
    kind: "auto" | "slurm" | "local";
    /** A name to look for on PATH, or an absolute path; so are the other five. */
    sbatch: string;
    squeue: string;
    sacct: string;
    scancel: string;
    scontrol: string;
    sinfo: string;
    /** How long a job must be known neither to the queue nor to accounting before it counts as gone. */
    missing_job_grace: number;
    /** How long a submission that was never confirmed is looked for before it counts as refused. */
    submit_grace: number;
    /** How long accounting may lag behind the queue. */
    accounting_grace: number;
  };
  slurm: {
    partition?: string;
    qos?: string;
    account?: string;
    gres_gpu_syntax: string;
    /** Bytes of memory of the GPUs of nodes with a feature, by feature. */
    gpu_mem: Record<string, number>;
  };
  /** What a worker may give to jobs; what is not said is what the machine has. */
  local: { cpus?: number; gpus?: number; mem?: number /** How long a worker without work stays. */; idle: number };
  dispatch?: NonNullable<Settings["dispatch"]>;
  remote?: NonNullable<Settings["remote"]>;
}

export const defaults = {
  project: {},
  filesystem: { artifact_roots: {}, output_roots: {} },
  repos: {},
  env: {},
  modules: [],
  cache: { trust: "group", lease: 600, courtesy: 600 },
  scheduler: {
    kind: "auto",
    sbatch: "sbatch",
    squeue: "squeue",
    sacct: "sacct",
    scancel: "scancel",
    scontrol: "scontrol",
    sinfo: "sinfo",
    missing_job_grace: 600,
    submit_grace: 600,
    accounting_grace: 120,
  },
  slurm: { gres_gpu_syntax: "gpu:{n}", gpu_mem: {} },
  local: { idle: 60 },
} as const;
