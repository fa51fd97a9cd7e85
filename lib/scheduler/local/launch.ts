// Starting a job so that it runs exactly once, at whatever instant its worker is killed.
import { type ChildProcess, spawn } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import { fault, isFault, systemFault } from "../../record/fault.js";
import type { JobQueued, Reservation } from "../../record/queue.js";
import { timestamp } from "../../record/units.js";
import { demandOf } from "./capacity.js";
import { type ProcessId, processStart } from "./processes.js";
import { type Reserving, reserve } from "./reserve.js";
import type { QueueStore } from "./store.js";

/**
 * The process that becomes the job. It waits until the worker says go or is dead, and begins only if the job's `started`
 * fact, which is written once, carries its token: so the fact and nothing else decides whether and which process runs.
 */
const gate = 'IFS= read -r -u 3 _; exec 3<&-; [[ -r $1 && $(<"$1") == *"$2"* ]] || exit 0; exec bash "$3"';

/** How a job's process ended, once it has. */
export interface Child {
  exit?: { code: number | null; signal: NodeJS.Signals | null; at: string };
}

export interface Launch extends Reserving {
  store: QueueStore;
  /** Called when the job's process ends. */
  changed(): void;
}

/** A start of a job: its number (0 is the first), and the indices of its GPUs. */
export interface Start {
  queued: JobQueued;
  restarts: number;
  gpus: number[];
}

/**
 * Starts a waiting job. The process is there first, then what it takes is reserved in its name, then the fact decides:
 * whatever the worker does not live to do, the process ends, and the reservation with it. `taken`: something of what it
 * needs has been taken meanwhile; undefined: another worker had started it. Throws faults if it cannot be started, and then
 * it has not been: unavailable where nothing is wrong with the job.
 */
export function launch(options: Launch, start: Start): Child | "taken" | undefined {
  const { store, changed, report, reservations, here } = options;
  const { queued, restarts, gpus } = start;
  const { job, run_dir, script } = queued;
  const token = crypto.randomBytes(16).toString("hex");
  const output = store.openOutput(queued);
  const argv = ["-c", gate, "lab-worker", store.pathOf(job, "started", restarts), token, script];
  const child = spawnGate(argv, run_dir, environment(store, start), output);
  child.once("error", (error) => report(`cannot start ${job}: ${error.message}`));
  const result: Child = {};
  child.once("exit", (code, signal) => {
    result.exit = { code, signal, at: timestamp(Date.now()) };
    changed();
  });
  try {
    const process = processOf(child, job);
    const number = reserved(options, reservationOf(options, start, process));
    if (number === undefined) return "taken";
    const at = timestamp(Date.now());
    const started = { type: "job-started", v: 1, job, ...here, ...process, token, gpus, at } as const;
    if (store.note(job, "started", started, restarts) === "made") return result;
    reservations.end([number]);
    return undefined;
  } finally {
    // Its end of file is the word to go and look; a worker that is killed before says the same.
    child.stdio[3]?.destroy();
    child.unref();
  }
}

/** A log that cannot be written is no trouble of the job's: it waits until it can. */
function reserved(options: Launch, reservation: Reservation): number | undefined {
  try {
    return reserve(options, reservation);
  } catch (error) {
    if (!isFault(error)) throw error;
    throw fault("unavailable", error.message, { hint: error.hint, cause: error });
  }
}

function processOf({ pid }: ChildProcess, job: string): ProcessId {
  const pid_start = pid === undefined ? undefined : processStart(pid);
  if (pid !== undefined && pid_start !== undefined) return { pid, pid_start };
  throw fault("tempfail", `cannot start ${job}: no process could be made`);
}

function reservationOf({ store, here }: Launch, { queued, restarts, gpus }: Start, process: ProcessId): Reservation {
  const { cpus, mem_bytes } = demandOf(queued.resources);
  const { time_s } = queued.resources;
  return {
    type: "reservation",
    v: 1,
    ...here,
    user: store.user,
    uid: store.uid,
    job: queued.job,
    ...(restarts > 0 ? { restart: restarts } : {}),
    gpus,
    cpus,
    mem_bytes,
    ...(time_s === undefined ? {} : { time_s }),
    ...process,
    at: timestamp(Date.now()),
  };
}

function spawnGate(argv: string[], cwd: string, env: Record<string, string>, output: number): ChildProcess {
  try {
    const child = spawn("bash", argv, { cwd, env, detached: true, stdio: ["ignore", output, output, "pipe"] });
    child.stdio[3]?.on("error", () => {});
    return child;
  } catch (error) {
    throw systemFault(error, "start a process");
  } finally {
    fs.closeSync(output);
  }
}

/** What the job finds: who it is and runs for, what of the submitter's was queued with it, and nothing of the worker's. */
function environment(store: QueueStore, { queued, restarts, gpus }: Start): Record<string, string> {
  const { job, env, resources, requeue, array } = queued;
  const { username, homedir, shell } = os.userInfo();
  const devices = gpus.join(",");
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    ...env,
    HOME: homedir,
    USER: username,
    LOGNAME: username,
    SHELL: shell ?? "/bin/sh",
    CUDA_VISIBLE_DEVICES: devices,
    ROCR_VISIBLE_DEVICES: devices,
    LAB_LOCAL_JOB_ID: job,
    LAB_LOCAL_RESTARTS: String(restarts),
    LAB_LOCAL_JOB_CPUS: String(demandOf(resources).cpus),
    ...(requeue ? { LAB_LOCAL_JOB_REQUEUE: store.pathOf(job, "requeue", restarts) } : {}),
    ...(array ? { LAB_LOCAL_JOB_ARRAY: job.split("_")[0] ?? job, LAB_LOCAL_JOB_INDEX: String(array.index) } : {}),
  };
}
