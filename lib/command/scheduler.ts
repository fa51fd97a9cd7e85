// Which scheduler the configuration means, made ready.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Config } from "../config/config.js";
import { cacheDirectory } from "../registry/cache.js";
import type { Registry } from "../registry/open.js";
import { queueFiles } from "../registry/queue.js";
import { hostCapacity } from "../scheduler/local/capacity.js";
import type { Scheduler } from "../scheduler/scheduler.js";
import type { Place } from "./context.js";

/** `auto` is Slurm where Slurm is installed and configured, else this machine. */
export async function schedulerFor(
  config: Config,
  registry: Registry,
  place: Place,
  say: (message: string) => void,
): Promise<Scheduler> {
  const kind = await kindOf(config, place);
  if (kind === "slurm") {
    const { slurmScheduler } = await import("../scheduler/slurm/slurm.js");
    return slurmScheduler(slurmOptions(config, place));
  }
  const { localScheduler } = await import("../scheduler/local/local-scheduler.js");
  return localScheduler({
    ...localParts(config, registry),
    env: place.env,
    report: say,
    worker: workerCommand(registry, place),
  });
}

/** `slurm` or `local`. */
export async function kindOf(config: Config, place: Place): Promise<"slurm" | "local"> {
  const { kind } = config.scheduler;
  if (kind !== "auto") return kind;
  const { hasSlurm } = await import("../scheduler/slurm/detect.js");
  return (await hasSlurm(slurmOptions(config, place))) ? "slurm" : "local";
}

function slurmOptions({ scheduler }: Config, { env }: Place) {
  const { sbatch, squeue, sacct, scancel, scontrol, sinfo } = scheduler;
  return { env, binaries: { sbatch, squeue, sacct, scancel, scontrol, sinfo } };
}

/** What the local scheduler and its worker have in common. */
export function localParts({ local }: Config, registry: Registry) {
  return { store: queueFiles(registry), host: os.hostname(), capacity: capacityOf(local) };
}

function capacityOf(local: Config["local"]) {
  const { cpus, gpus, mem } = local as { cpus?: number; gpus?: number; mem?: number };
  return hostCapacity({
    ...(cpus === undefined ? {} : { cpus }),
    ...(gpus === undefined ? {} : { gpus }),
    ...(mem === undefined ? {} : { mem_bytes: mem }),
  });
}

function workerCommand(registry: Registry, { env, home }: Place) {
  // Beside the command that runs, wherever that was linked to.
  const worker = path.join(path.dirname(fs.realpathSync(process.argv[1] ?? "")), "lab-worker");
  return {
    argv: [process.execPath, worker, "--quiet"] as [string, ...string[]],
    env,
    log: path.join(cacheDirectory(registry, env, home), "worker.log"),
  };
}
