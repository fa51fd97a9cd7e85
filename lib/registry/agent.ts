// The agent's files: leases/<user>/agent.<generation>.json, which one process at a time holds wherever the user is logged
// in, and leases/<user>/agent.beat.json, which its holder replaces as long as it lives.
import path from "node:path";
import { type Agent, agentSchema } from "../record/agent.js";
import { isFault } from "../record/fault.js";
import type { Lease } from "../record/queue.js";
import { userDirectory } from "./layout.js";
import { leaseFiles } from "./lease.js";
import { ownDirectory, ownerOf, type Registry } from "./open.js";
import { readOwned } from "./read.js";
import { serverTime } from "./server-time.js";
import { recordText, replace } from "./write.js";

/** An agent of another host that was not heard of for so long is dead; it beats five times as often (milliseconds). */
export const silence_ms = 300_000;

export interface AgentFiles {
  /** The lease, unless an agent that lives has it: of this host by its process, else by its heartbeat. */
  take(mine: Lease, isHere: (other: Lease) => boolean, isRunning: (other: Lease) => boolean): boolean;
  /** Who has it. */
  holder(): Lease | undefined;
  release(mine: Lease): void;
  beat(record: Agent): void;
}

/** The agent of the caller; makes her directory where it is missing. */
export function agentFiles(registry: Registry): AgentFiles {
  const directory = ownDirectory(registry, "leases");
  const lease = leaseFiles(directory, "agent", registry.uid);
  return {
    take: (mine, isHere, isRunning) =>
      lease.take(mine, (other) => (isHere(other) ? isRunning(other) : wasHeard(other, registry))),
    holder: lease.current,
    release: lease.release,
    beat: (record) => replace(beatFile(registry), recordText(record), registry.modes.file),
  };
}

/** The last heartbeat of the caller's agent, and when it was written by the file server's clock (milliseconds). */
export function lastBeat(registry: Registry): { agent: Agent; mtime: number } | undefined {
  if (ownerOf(userDirectory(registry.base, "leases", registry.user)) !== registry.uid) return undefined;
  try {
    const found = readOwned(beatFile(registry), agentSchema);
    return found?.uid === registry.uid ? { agent: found.record, mtime: found.mtime } : undefined;
  } catch (error) {
    // Half of it is known to nobody, and its writer writes it anew.
    if (isFault(error) && error.code === "dataerr") return undefined;
    throw error;
  }
}

function beatFile({ base, user }: Registry): string {
  return path.join(userDirectory(base, "leases", user), "agent.beat.json");
}

/** It has just taken the lease, or its heart was heard. */
function wasHeard(other: Lease, registry: Registry): boolean {
  const heard = Math.max(Date.parse(other.at), lastBeat(registry)?.mtime ?? 0);
  return serverTime(registry) - heard < silence_ms;
}
