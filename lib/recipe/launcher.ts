// How the command is started on the allocation: the declaration, and what it comes to on the resources of a run.
import * as v from "valibot";
import type { Launcher, Run } from "../record/run.js";
import { atLeastOne, line, maybe } from "./pieces.js";

const auto = v.literal("auto");

/** Below 1024 only root may listen. */
const port = v.pipe(v.number(), v.integer(), v.minValue(1024), v.maxValue(65_535));

export const launcherSchema = v.strictObject({
  kind: maybe(v.picklist(["none", "torchrun", "srun", "auto"])),
  nproc_per_node: maybe(v.union([atLeastOne, auto])),
  nnodes: maybe(v.union([atLeastOne, auto])),
  master_port: maybe(port),
  port_offset: maybe(v.union([v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)), auto])),
  extra: maybe(v.array(line)),
  ddp: maybe(v.picklist(["supported", "required", "unsupported"])),
});

export type ResolvedLauncher = NonNullable<Launcher["resolved"]>;

/** torch's own, which most scripts expect. */
export const defaultPort = 29_500;

/** A launcher as a run records it, `auto` where the recipe names no kind. */
export function runLauncher(given: v.InferOutput<typeof launcherSchema>): Launcher {
  return { ...given, kind: given.kind ?? "auto" };
}

/**
 * Which launcher it is, on how many nodes and with how many processes on each. `auto` is torchrun where there would be
 * several processes and the recipe says that it can (`ddp`), else none; numbers that are not given are those of the nodes
 * and of the GPUs on each. The command is on the first component of a heterogeneous job, so the others do not count.
 */
export function resolvedLauncher(launcher: Launcher, resources: Run["resources"]): ResolvedLauncher {
  const { nnodes, nproc_per_node } = askedProcesses(launcher, resources);
  const able = launcher.ddp === "supported" || launcher.ddp === "required";
  const several = nnodes * nproc_per_node > 1;
  const kind = launcher.kind !== "auto" ? launcher.kind : several && able ? "torchrun" : "none";
  if (kind === "none") return { kind, nnodes: 1, nproc_per_node: 1 };
  return { kind, nnodes, nproc_per_node, master_port: launcher.master_port ?? defaultPort };
}

/** How many nodes and processes on each it would be if it were started on all. */
export function askedProcesses(launcher: Launcher, resources: Run["resources"]) {
  const { nnodes = "auto", nproc_per_node = "auto" } = launcher;
  return {
    nnodes: nnodes === "auto" ? Math.max(1, resources.nodes ?? 1) : nnodes,
    nproc_per_node: nproc_per_node === "auto" ? Math.max(1, resources.gpus ?? 1) : nproc_per_node,
  };
}
