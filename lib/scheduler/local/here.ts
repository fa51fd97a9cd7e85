// This host in this boot, and whether a worker lives on it.
import { pid } from "node:process";
import { fault } from "../../record/fault.js";
import type { JobStarted, Lease } from "../../record/queue.js";
import { bootId, isRunning, processStart } from "./processes.js";

/** A host is known by its name and its boot: a process of another boot is gone, and a name may change while it runs. */
export interface Here {
  host: string;
  boot: string;
}

/** Throws unavailable where there is no Linux /proc. */
export function hereOf(host: string, boot = bootId()): Here {
  if (boot === undefined || processStart(pid) === undefined) {
    throw fault("unavailable", "cannot run jobs on this machine: it has no Linux /proc", {
      hint: "the local scheduler needs Linux",
    });
  }
  return { host, boot };
}

/** Whether the process that took a lease of this host is still there. */
export function holds(lease: Lease | undefined, { boot }: Here): boolean {
  return lease !== undefined && lease.boot === boot && isRunning(lease);
}

/** Whether a started job is this host's to look after. */
export function isHere({ started }: { started?: JobStarted }, { host, boot }: Here): boolean {
  return started !== undefined && (started.host === host || started.boot === boot);
}
