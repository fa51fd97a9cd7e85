// Where bytes of another cluster come in, and who brings them: one process at a time, and whoever comes next goes on.
import fs from "node:fs";
import path from "node:path";
import { fault, systemFault } from "../../record/fault.js";
import type { Lease } from "../../record/queue.js";
import { leaseFiles } from "../../registry/lease.js";
import type { Registry } from "../../registry/open.js";
import { serverTime } from "../../registry/server-time.js";
import { makeDirectory } from "../../registry/write.js";
import { isRunning } from "../../scheduler/local/processes.js";
import { isOfThisHost, ownLease } from "../own-lease.js";

/** One of another host that was not heard of for so long is dead; it is heard five times as often (milliseconds). */
const silence_ms = 300_000;

export interface Incoming {
  /** Where the bytes go; what an earlier try has brought is in it. */
  data: string;
  /** Gives it back; with `remove` nothing of it stays. */
  end(remove: boolean): void;
}

/** Opens the place of one artifact's bytes beside the user's own directory. Throws tempfail where somebody is at it. */
export function openIncoming(registry: Registry, own: string, name: string): Incoming {
  const directory = path.join(own, ".meta", `incoming-${name}`);
  makeDirectory(directory, registry.modes.directory);
  const mine = ownLease();
  const beat = path.join(directory, "beat");
  const lease = leaseFiles(directory, "fetch", registry.uid);
  if (!lease.take(mine, (other) => isAlive(registry, directory, other))) {
    const { host, pid: other } = lease.current() ?? mine;
    throw fault("tempfail", `cannot fetch it: process ${other} of ${host} is at it`, {
      hint: "try again when that is done",
    });
  }
  fs.writeFileSync(beat, "");
  const heart = setInterval(() => fs.utimes(beat, new Date(), new Date(), () => {}), silence_ms / 5);
  heart.unref();
  const end = (remove: boolean) => {
    clearInterval(heart);
    try {
      if (remove) fs.rmSync(directory, { recursive: true, force: true });
      else lease.release(mine);
    } catch (error) {
      throw systemFault(error, `remove '${directory}'`);
    }
  };
  return { data: path.join(directory, "data"), end };
}

/** Whether a process of this machine brings bytes into this place; of other machines its beat tells. */
export function isHeldHere(registry: Registry, directory: string): boolean {
  const holder = leaseFiles(directory, "fetch", registry.uid).current();
  return holder !== undefined && isOfThisHost(holder) && isRunning(holder);
}

function isAlive(registry: Registry, directory: string, other: Lease): boolean {
  if (isOfThisHost(other)) return isRunning(other);
  const heard = fs.lstatSync(path.join(directory, "beat"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return serverTime(registry) - Math.max(Date.parse(other.at), heard) < silence_ms;
}
