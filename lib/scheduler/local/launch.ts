// Starting a job so that it runs exactly once, at whatever instant its worker is killed.
import { type ChildProcess, spawn } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import { fault, systemFault } from "../../record/fault.js";
import type { JobQueued } from "../../record/queue.js";
import { timestamp } from "../../record/units.js";
import { demandOf } from "./capacity.js";
import type { Here } from "./here.js";
import { processStart } from "./processes.js";
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

export interface Launch {
  store: QueueStore;
  here: Here;
  /** Called when the job's process ends. */
  changed(): void;
  report(message: string): void;
}

/**
 * Starts a waiting job on these GPUs; undefined if another worker had started it. Throws faults if it cannot be started,
 * and then it has not been.
 */
export function launch({ store, here, changed, report }: Launch, queued: JobQueued, gpus: number[]): Child | undefined {
  const { job, run_dir, script } = queued;
  const token = crypto.randomBytes(16).toString("hex");
  const output = store.openOutput(queued);
  const child = spawnGate(
    ["-c", gate, "lab-worker", store.pathOf(job, "started"), token, script],
    run_dir,
    environment(queued, gpus),
    output,
  );
  child.once("error", (error) => report(`cannot start ${job}: ${error.message}`));
  const result: Child = {};
  child.once("exit", (code, signal) => {
    result.exit = { code, signal, at: timestamp(Date.now()) };
    changed();
  });
  try {
    const pid_start = child.pid === undefined ? undefined : processStart(child.pid);
    if (child.pid === undefined || pid_start === undefined)
      throw fault("tempfail", `cannot start ${job}: no process could be made`);
    const at = timestamp(Date.now());
    const made = store.note(job, "started", {
      type: "job-started",
      v: 1,
      job,
      ...here,
      pid: child.pid,
      pid_start,
      token,
      gpus,
      at,
    });
    return made === "made" ? result : undefined;
  } finally {
    // Its end of file is the word to go and look; a worker that is killed before says the same.
    child.stdio[3]?.destroy();
    child.unref();
  }
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
function environment({ job, env, resources }: JobQueued, gpus: number[]): Record<string, string> {
  const { username, homedir, shell } = os.userInfo();
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    ...env,
    HOME: homedir,
    USER: username,
    LOGNAME: username,
    SHELL: shell ?? "/bin/sh",
    CUDA_VISIBLE_DEVICES: gpus.join(","),
    LAB_LOCAL_JOB_ID: job,
    LAB_LOCAL_RESTARTS: "0",
    LAB_LOCAL_JOB_CPUS: String(demandOf(resources).cpus),
  };
}
