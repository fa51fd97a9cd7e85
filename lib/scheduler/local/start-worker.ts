// Starting a worker that outlives us: its own session, nothing of ours open but its log.
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import { setTimeout } from "node:timers/promises";
import { fault, systemFault } from "../../record/fault.js";

export interface WorkerCommand {
  /** The program and its arguments. */
  argv: [string, ...string[]];
  env: Readonly<Record<string, string | undefined>>;
  /** What it says is appended here; the directory must be there. */
  log: string;
}

/** How long (milliseconds) a worker may take to begin. */
const patience = 15_000;

/**
 * Starts the command and resolves once `isThere` says that a worker is, this one or another that was started meanwhile.
 * Throws faults where it cannot be started, or ends before that.
 */
export async function startWorker(command: WorkerCommand, isThere: () => boolean): Promise<void> {
  const child = await spawnDetached(command);
  const until = Date.now() + patience;
  while (!isThere()) {
    const ended = child.exitCode !== null || child.signalCode !== null;
    if (ended && !isThere())
      throw fault("unavailable", "cannot keep a worker: it ended at once", {
        hint: `what it said is in ${command.log}`,
      });
    if (Date.now() > until)
      throw fault("unavailable", "cannot start a worker: it does not begin", {
        hint: `what it said is in ${command.log}`,
      });
    await setTimeout(20);
  }
}

async function spawnDetached({ argv: [program, ...args], env, log }: WorkerCommand): Promise<ChildProcess> {
  const output = openLog(log);
  try {
    const child = spawn(program, args, {
      cwd: "/",
      env: outsideOfJobs(env),
      detached: true,
      stdio: ["ignore", output, output],
    });
    child.unref();
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    return child;
  } catch (error) {
    throw systemFault(error, `start '${program}'`);
  } finally {
    fs.closeSync(output);
  }
}

/** A worker that is started from inside a job must not look like a part of that job, which ends with all its processes. */
function outsideOfJobs(env: WorkerCommand["env"]): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^LAB_LOCAL_(JOB_|RESTARTS$)/.test(name)));
}

function openLog(log: string): number {
  try {
    return fs.openSync(log, "a", 0o640);
  } catch (error) {
    throw systemFault(error, `open the worker's log '${log}'`);
  }
}
