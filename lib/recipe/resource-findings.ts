// What a run asks for that is seldom meant: too little, too much, or parts that do not go together. Pure.
import type { Run } from "../record/run.js";
import { shortSize } from "../record/units.js";
import { resolvedLauncher } from "./launcher.js";
import { sizeTrouble } from "./sized.js";
import type { Finding } from "./topology.js";

/** What is doubtful in the resources of a run whose GPUs are numbered. */
export function resourceFindings(run: Run): Finding[] {
  return [...amounts(run), ...processes(run)];
}

function amounts(run: Run): Finding[] {
  const { resources: r } = run;
  const found: Finding[] = [];
  const say = (key: string, message: string, hint: string) => found.push({ at: ["resources", key], message, hint });
  if (r.mem_bytes !== undefined && r.mem_bytes < 16 * 2 ** 20)
    say("mem", `it asks for ${shortSize(r.mem_bytes)} of memory only`, "most programs want hundreds of MB at least");
  if (r.time_s !== undefined && r.time_s < 60)
    say("time", `it asks for ${r.time_s} seconds only`, "Slurm counts whole minutes");
  if (r.gpus !== undefined && r.cpus !== undefined && r.cpus < r.gpus)
    say(
      "cpus",
      `it asks for ${counted(r.gpus, "gpu")}, but for ${counted(r.cpus, "cpu")} only`,
      "data loaders want some cpus for each gpu",
    );
  const size = sizeTrouble(run);
  if (size !== undefined) say("gpus", size.message, size.hint);
  return found;
}

/** GPUs, nodes and processors beside the processes that a launcher starts. */
function processes({ launcher, resources }: Run): Finding[] {
  if (launcher === undefined) return [];
  const { gpus = 0, nodes = 1, cpus = 1 } = resources;
  const { kind, nnodes, nproc_per_node: each } = resolvedLauncher(launcher, resources);
  const found: Finding[] = [];
  const say = (key: string, message: string, hint: string) => found.push({ at: ["resources", key], message, hint });
  if (kind === "none") {
    if (launcher.kind === "auto" && gpus > 1)
      say(
        "gpus",
        `it asks for ${counted(gpus, "gpu")}, and its launcher starts one process`,
        'ddp = "supported" lets it start one for each; kind = "none" says that one is meant',
      );
    return found;
  }
  if (gpus > each)
    say("gpus", `it asks for ${counted(gpus, "gpu")}, and starts ${counted(each, "process")}`, "the others are idle");
  if (nodes > nnodes)
    say("nodes", `it asks for ${counted(nodes, "node")}, and is started on ${nnodes}`, "the others are idle");
  if (cpus < each && cpus >= gpus)
    say("cpus", `it asks for ${counted(cpus, "cpu")} for ${counted(each, "process")}`, "they take turns");
  return found;
}

function counted(n: number, word: string): string {
  return `${n} ${n === 1 ? word : word.endsWith("s") ? `${word}es` : `${word}s`}`;
}
