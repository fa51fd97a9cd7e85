// What cannot be in the shape of a job: processes, nodes and GPUs that do not fit each other. Pure.
import type { Launcher, Run } from "../record/run.js";
import type { TomlPath } from "../toml/path.js";
import { askedProcesses, type ResolvedLauncher, resolvedLauncher } from "./launcher.js";

/** What a check found of a part of the recipe. */
export interface Finding {
  at: TomlPath;
  message: string;
  hint?: string;
  /** Of what is never an error, however strict the check is. */
  level?: "warn";
}

/** Programs that start a command on all nodes, or in several processes, themselves. */
const launchers = /\b(srun|mpirun|mpiexec|torchrun|accelerate|deepspeed|ray)\b/;

/** What is wrong with the shape of a run whose resources are known; [] of one that can be started as it says. */
export function topologyFindings(run: Run): Finding[] {
  const { launcher, resources, command } = run;
  const resolved = launcher && resolvedLauncher(launcher, resources);
  const text = typeof command === "string" ? command : command.join(" ");
  const found = launcher && resolved ? launcherFindings(launcher, resolved, run) : [];
  const own = launchers.exec(text)?.[0];
  if (resolved !== undefined && resolved.kind !== "none" && own !== undefined && own !== "ray" && beginsWith(run, own))
    found.push(
      finding(
        ["launcher", "kind"],
        `it starts the command with ${resolved.kind}, and so does the command, with ${own}`,
        `take ${own} out of the command, or say kind = "none"`,
      ),
    );
  const nodes = resources.nodes ?? 1;
  if (found.length === 0 && nodes > 1 && (resolved?.kind ?? "none") === "none" && own === undefined)
    found.push(
      finding(
        ["resources", "nodes"],
        `it asks for ${nodes} nodes, but its command would run on the first one only`,
        'a [launcher] starts it on all of them (kind = "srun" or "torchrun"), or begin the command with srun',
      ),
    );
  return found;
}

function beginsWith({ command }: Run, word: string): boolean {
  const first = typeof command === "string" ? command.trimStart().split(/\s/)[0] : command[0];
  return first?.split("/").at(-1) === word;
}

function launcherFindings(launcher: Launcher, resolved: ResolvedLauncher, { resources, source }: Run): Finding[] {
  const { kind, ddp } = launcher;
  const asked = askedProcesses(launcher, resources);
  const { nodes = 1, gpus = 0 } = resources;
  const found: Finding[] = [];
  const processes = resolved.nnodes * resolved.nproc_per_node;
  if (ddp === "required" && processes <= 1)
    found.push(
      finding(
        ["launcher", "ddp"],
        `it needs several processes (ddp = "required"), and would have one: ${counted(nodes, "node")}, ${counted(gpus, "gpu")} on each`,
        kind === "none" ? 'kind = "none" starts one process' : "ask for more gpus or nodes",
      ),
    );
  if (ddp === "unsupported" && processes > 1)
    found.push(
      finding(
        ["launcher", "ddp"],
        `it would be started as ${processes} processes, and cannot be (ddp = "unsupported")`,
        'kind = "none" starts one',
      ),
    );
  if (resolved.kind === "none") return [...found, ...unheeded(launcher, asked)];
  if (resolved.nnodes > nodes)
    found.push(
      finding(
        ["launcher", "nnodes"],
        `it would be started on ${resolved.nnodes} nodes, and asks for ${counted(nodes, "node")}`,
        'nnodes = "auto" is as many as there are',
      ),
    );
  if (gpus > 0 && resolved.nproc_per_node > gpus)
    found.push(
      finding(
        ["launcher", "nproc_per_node"],
        `it would be ${resolved.nproc_per_node} processes on each node, and asks for ${counted(gpus, "gpu")} there`,
        'nproc_per_node = "auto" is one for each gpu',
      ),
    );
  if (resolved.nnodes > 1 && source.unpack === "node")
    found.push(
      finding(
        ["source", "unpack"],
        'its source would be on the first node only (unpack = "node")',
        'unpack = "auto" puts it where all nodes see it',
      ),
    );
  return found;
}

/** Numbers of processes that a launcher which starts one does not heed. */
function unheeded(
  { kind, nnodes, nproc_per_node }: Launcher,
  asked: { nnodes: number; nproc_per_node: number },
): Finding[] {
  const many = (value: number | "auto" | undefined) => typeof value === "number" && value > 1;
  const at = many(nproc_per_node) ? "nproc_per_node" : many(nnodes) ? "nnodes" : undefined;
  if (at === undefined) return [];
  const hint =
    kind === "none" ? 'say kind = "torchrun" or "srun"' : 'say ddp = "supported", or kind = "torchrun" or "srun"';
  return [
    finding(
      ["launcher", at],
      `it says ${at} = ${asked[at]}, and would be started as one process (kind = "${kind}")`,
      hint,
    ),
  ];
}

function counted(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? "" : "s"}`;
}

function finding(at: TomlPath, message: string, hint: string): Finding {
  return { at, message, hint };
}
