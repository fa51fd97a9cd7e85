// What a command of this process may hold alone among all of its user's, on whatever host.
import os from "node:os";
import { pid } from "node:process";
import type { Context } from "../command/context.js";
import { fault } from "../record/fault.js";
import type { Lease } from "../record/queue.js";
import { randomWord } from "../record/random.js";
import { timestamp } from "../record/units.js";
import { leaseFiles } from "../registry/lease.js";
import { ownDirectory, type Registry } from "../registry/open.js";
import { serverTime } from "../registry/server-time.js";
import { bootId, isRunning, processStart } from "../scheduler/local/processes.js";
import { sleep } from "./sleep.js";

/** A lease of this process. */
export function ownLease(now = Date.now()): Lease {
  const pid_start = processStart(pid) ?? "";
  return { type: "lease", v: 1, ...thisHost(), pid, pid_start, token: randomWord(24), at: timestamp(now) };
}

/** Whether it is of this host as it runs now: then its process can be looked for. A container may have its host's boot. */
export function isOfThisHost(lease: Lease, mine: Pick<Lease, "host" | "boot"> = thisHost()): boolean {
  return lease.host === mine.host && lease.boot === mine.boot;
}

function thisHost(): Pick<Lease, "host" | "boot"> {
  return { host: os.hostname(), boot: bootId() ?? "" };
}

/** What takes a moment takes no longer on any host: whoever holds it since then is dead (milliseconds). */
const moment_ms = 300_000;
/** How long another is waited for (milliseconds). */
const patience_ms = 60_000;

/**
 * Takes the user's lease `name` for a command that takes a moment; another one is waited for. Gives what gives it back, and
 * undefined where the command is stopped meanwhile. Throws tempfail where the other takes too long.
 */
export async function alone(registry: Registry, name: string, context: Context): Promise<(() => void) | undefined> {
  const files = leaseFiles(ownDirectory(registry, "leases"), name, registry.uid);
  const now = () => serverTime(registry);
  const isAlive = (other: Lease) => (isOfThisHost(other) ? isRunning(other) : now() - Date.parse(other.at) < moment_ms);
  const began = Date.now();
  for (let pause = 50; !context.signal.aborted; pause = Math.min(pause * 1.5, 2000)) {
    const mine = ownLease(now());
    if (files.take(mine, isAlive)) return () => files.release(mine);
    if (Date.now() - began > patience_ms) {
      const { host, pid: other } = files.current() ?? mine;
      throw fault("tempfail", `process ${other} of ${host} is at it`, { hint: "try again when that is done" });
    }
    await sleep(pause, context.signal);
  }
  return undefined;
}
