// How the command is started on the allocation, as the values that the runtime's launcher goes by.
import type { Launcher } from "../record/run.js";
import { bashArray, bashValue } from "./quote.js";

/** What lab-resolve made of the launcher, with what it leaves to the job. */
export type JobLauncher = NonNullable<Launcher["resolved"]> & {
  port_offset?: number | "auto" | undefined;
  extra?: readonly string[] | undefined;
  /** Of each node; where there are none nobody counts them. */
  gpus?: number | undefined;
};

const asItIs: JobLauncher = { kind: "none", nnodes: 1, nproc_per_node: 1 };

/** The lines of a script that set `lab_launcher` and `lab_launcher_…`. */
export function launcherValues(launcher: JobLauncher = asItIs): string[] {
  const { kind, nnodes, nproc_per_node, master_port = 29_500, port_offset = "auto", extra = [], gpus = 0 } = launcher;
  return [
    bashValue("lab_launcher", kind),
    bashValue("lab_launcher_nodes", String(nnodes)),
    bashValue("lab_launcher_processes", String(nproc_per_node)),
    bashValue("lab_launcher_port", String(master_port)),
    bashValue("lab_launcher_port_offset", String(port_offset)),
    bashValue("lab_launcher_gpus", String(gpus)),
    bashArray("lab_launcher_extra", extra),
  ];
}
