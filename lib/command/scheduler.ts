// Which scheduler the configuration means, made ready.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Config, ResolvedConfig } from "../config/config.js";
import { cacheDirectory } from "../registry/cache.js";
import type { Registry } from "../registry/open.js";
import { queueFiles } from "../registry/queue.js";
import { umaskOf } from "../registry/umask.js";
import { hostCapacity } from "../scheduler/local/capacity.js";
import type { Scheduler } from "../scheduler/scheduler.js";
import type { SlurmOptions } from "../scheduler/slurm/client.js";
import type { Place } from "./context.js";

/** `auto` is Slurm where Slurm is installed and configured, else this machine. */
export async function schedulerFor(
  resolved: ResolvedConfig,
  registry: Registry,
  place: Place,
  say: (message: string) => void,
): Promise<Scheduler> {
  const { config } = resolved;
  const kind = await kindOf(config, place);
  if (kind === "slurm") {
    const { slurmScheduler } = await import("../scheduler/slurm/slurm.js");
    const options = { ...slurmOptions(config, place), umask: umaskOf(registry) };
    return { ...slurmScheduler(options), everybody: () => slurmQueue(options) };
  }
  const { localScheduler } = await import("../scheduler/local/local-scheduler.js");
  return localScheduler({
    ...localParts(config, registry),
    env: place.env,
    report: say,
    worker: workerCommand(resolved, registry, place),
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

/** Apart, since hardly a command asks for it. */
async function slurmQueue(options: SlurmOptions) {
  const { slurmClient } = await import("../scheduler/slurm/client.js");
  const { wholeQueue } = await import("../scheduler/slurm/whole-queue.js");
  return wholeQueue(slurmClient(options), Date.now());
}

/** What the local scheduler and its worker have in common. */
export function localParts({ local }: Config, registry: Registry) {
  return { store: queueFiles(registry), host: os.hostname(), capacity: capacityOf(local) };
}

/** What `[local]` says that this machine has, and where it says nothing what it has. */
export function capacityOf(local: Config["local"]) {
  const { cpus, gpus, mem } = local as { cpus?: number; gpus?: number; mem?: number };
  return hostCapacity({
    ...(cpus === undefined ? {} : { cpus }),
    ...(gpus === undefined ? {} : { gpus }),
    ...(mem === undefined ? {} : { mem_bytes: mem }),
  });
}

/** The worker starts in `/`: what the caller's directory and flags say of the place is said to it in full. */
function workerCommand({ config, files }: ResolvedConfig, registry: Registry, { env, home }: Place) {
  // Beside the command that runs, wherever that was linked to.
  const worker = path.join(path.dirname(fs.realpathSync(process.argv[1] ?? "")), "lab-worker");
  const local = Object.entries(config.local).map(([key, value]) => `local.${key}=${JSON.stringify(value)}`);
  const settings = [`filesystem.runs_base=${JSON.stringify(registry.base)}`, ...local].flatMap((setting) => [
    "-c",
    setting,
  ]);
  const cluster = files[0] === undefined ? [] : ["--cluster", files[0]];
  return {
    argv: [process.execPath, worker, "--quiet", ...cluster, ...settings] as [string, ...string[]],
    env,
    log: path.join(cacheDirectory(registry, env, home), "worker.log"),
  };
}
