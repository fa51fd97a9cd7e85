// The worker: runs one user's queue on one host, until there has been nothing to do for a while.
import crypto from "node:crypto";
import { pid } from "node:process";
import type { Lease } from "../../record/queue.js";
import type { StopSignal } from "../../record/stop-signal.js";
import { timestamp } from "../../record/units.js";
import { makeBell } from "./bell.js";
import { type Here, hereOf, holds } from "./here.js";
import { makePass, type PassOptions } from "./pass.js";
import { processStart } from "./processes.js";

export interface WorkerOptions extends PassOptions {
  host: string;
  /** When aborted (SIGTERM) the worker leaves; its jobs go on, and the next worker looks after them. */
  signal: StopSignal;
  /** Seconds without any job after which the worker leaves; 60 where not said. */
  idle_s?: number;
  /** This boot of the host, where it isn't what the kernel says. */
  boot?: string;
}

/**
 * How long (milliseconds) the queue stays unlooked at when nothing is heard, at first and at the longest: a network file
 * system does not tell what other hosts write, and nobody tells that another's worker died.
 */
const pauses = { first: 500, longest: 10_000 };

/**
 * Works on the queue. Resolves with `held` at once if another worker of the user has this host, with `idle` when there was
 * nothing to do for `idle_s`, with `stopped` on the signal. Throws unavailable where there is no Linux /proc.
 */
export async function runWorker(options: WorkerOptions): Promise<"held" | "idle" | "stopped"> {
  const { store, signal } = options;
  const here = hereOf(options.host, options.boot);
  const lease = store.lease(here.host);
  const mine = leaseOf(here);
  const isAlive = (other: Lease) => holds(other, here);
  if (!lease.take(mine, isAlive)) return "held";
  const bell = makeBell();
  signal.addEventListener("abort", bell.ring);
  const reservations = store.reservations(here.host);
  const unwatch = [
    watch(options, "the queue", () => store.watch(bell.ring)),
    watch(options, "what others take", () => reservations.watch(bell.ring)),
  ];
  const { pass, hasWork } = makePass(options, here, bell.ring);
  try {
    for (;;) {
      const why = await serve();
      lease.release(mine);
      // A job that came before the lease was given back counts on us: its submitter saw us alive.
      if (why === "stopped" || !hasWork(true) || !lease.take(mine, isAlive)) return why;
    }
  } finally {
    for (const end of unwatch) end();
    signal.removeEventListener("abort", bell.ring);
  }

  async function serve(): Promise<"idle" | "stopped"> {
    let idleFrom = performance.now();
    let pause = pauses.first;
    while (!signal.aborted) {
      const now = performance.now();
      const next = pass(now);
      if (hasWork()) idleFrom = now;
      const leave = idleFrom + (options.idle_s ?? 60) * 1000;
      if (now >= leave) return "idle";
      // Not more than a third of a processor goes into looking, however much is written.
      const gather = Math.min(1000, Math.max(10, 2 * (performance.now() - now)));
      const rung = await bell.wait(Math.max(0, Math.min(next, leave, now + pause) - now), gather);
      pause = rung || next <= now ? pauses.first : Math.min(pauses.longest, pause * 1.5);
    }
    return "stopped";
  }
}

function leaseOf(here: Here): Lease {
  const token = crypto.randomBytes(16).toString("hex");
  return { type: "lease", v: 1, ...here, pid, pid_start: processStart(pid) ?? "", token, at: timestamp(Date.now()) };
}

/** Without a watch (the system may have none left) the worker still looks from time to time. */
function watch({ report }: WorkerOptions, what: string, begin: () => () => void): () => void {
  try {
    return begin();
  } catch (error) {
    report(`cannot watch ${what}: ${(error as Error).message}`);
    return () => {};
  }
}
