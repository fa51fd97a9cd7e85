// A registry of its own, jobs whose scripts are given as text, and workers as processes.
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import esbuild from "esbuild";
import type { Test } from "tap";
import type { JobView } from "../../../../lib/record/facts.js";
import type { Resources } from "../../../../lib/record/resources.js";
import { drawRunId } from "../../../../lib/record/run-id.js";
import { initRegistry } from "../../../../lib/registry/init.js";
import { queueFiles } from "../../../../lib/registry/queue.js";
import type { Capacity } from "../../../../lib/scheduler/local/capacity.js";
import type { LocalRequest } from "../../../../lib/scheduler/local/enqueue.js";
import { type LocalOptions, localScheduler } from "../../../../lib/scheduler/local/local-scheduler.js";
import { runWorker, type WorkerOptions } from "../../../../lib/scheduler/local/run-worker.js";

export interface ProgramOptions {
  base: string;
  host: string;
  capacity: Capacity;
  kill?: string;
  boot?: string;
  idle_s?: number;
  grace_s?: number;
}

export const host = "here";
export const big: Capacity = { cpus: 64, gpus: 4, mem_bytes: 2 ** 36 };

/** Waits for a condition, with a bound that only a hang can meet. */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  for (let i = 0; i < 3000; i += 1) {
    const value = await condition();
    if (value) return value;
    await setTimeout(20);
  }
  throw new Error(`waited in vain for ${what}`);
}

export type House = Awaited<ReturnType<typeof house>>;

export async function house(t: Test, capacity = big) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "lab-local-"));
  const { registry } = initRegistry({ base: path.join(directory, "base"), uid: os.userInfo().uid, now: Date.now() });
  const store = queueFiles(registry);
  const program = await buildProgram(directory);
  const reports: string[] = [];
  const children: ChildProcess[] = [];

  function scheduler(more: Partial<LocalOptions> = {}) {
    return localScheduler({
      store,
      host,
      capacity,
      env: process.env,
      report: (message) => reports.push(message),
      ...more,
    });
  }

  /** A run's directory with a script in it, as a request to run it. */
  function request(script: string, resources: Resources = {}, more: Partial<LocalRequest> = {}): LocalRequest {
    const run = drawRunId(Date.now());
    const run_dir = path.join(directory, "runs", more.job_name ?? "run", run);
    const file = path.join(run_dir, ".lab", "submit-1", "script.sh");
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, script);
    return {
      run,
      submission: 1,
      registry: registry.id,
      job_name: "job",
      script: file,
      run_dir,
      resources,
      dependencies: [],
      ...more,
    };
  }

  async function submit(script: string, resources?: Resources, more?: Partial<LocalRequest>) {
    const asked = request(script, resources, more);
    const { job } = await scheduler().submit(asked);
    const output = path.join(asked.run_dir, ".lab", "submit-1", `${job}.out`);
    return { ...asked, job, output, said: () => (fs.existsSync(output) ? fs.readFileSync(output, "utf8") : "") };
  }

  async function view(job: string): Promise<JobView> {
    return (await scheduler().queue()).get(job) ?? { job, phase: "unknown", reason: "absent" };
  }

  async function ended(job: string): Promise<JobView> {
    return until(`the end of ${job}`, async () => {
      const now = await view(job);
      return now.phase === "ended" && now;
    });
  }

  /** A worker in this process; `leave` is SIGTERM's work. */
  function work(more: Partial<WorkerOptions> = {}) {
    const stop = new AbortController();
    const report = (message: string) => reports.push(message);
    const result = runWorker({ store, host, capacity, report, signal: stop.signal, grace_s: 5, ...more });
    const leave = async () => {
      stop.abort();
      return result;
    };
    t.teardown(leave);
    return { result, leave };
  }

  function argv(more: Partial<ProgramOptions> = {}): [string, ...string[]] {
    const options: ProgramOptions = { base: registry.base, host, capacity, grace_s: 5, ...more };
    return [process.execPath, program, JSON.stringify(options)];
  }

  /** A worker as a process; resolves `end` with what it said and how it went. */
  function workerProcess(more: Partial<ProgramOptions> = {}) {
    const [node, ...args] = argv(more);
    const child = spawn(node, args, { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    let said = "";
    child.stdout?.on("data", (chunk) => {
      said += chunk;
    });
    const end = new Promise<{ said: string; signal: string | null }>((resolve) =>
      child.once("close", (_code, signal) => resolve({ said: said.trim(), signal })),
    );
    return { child, end };
  }

  t.teardown(() => {
    for (const child of children) child.kill("SIGKILL");
    fs.rmSync(directory, { recursive: true, force: true });
  });
  return { directory, registry, store, reports, scheduler, request, submit, view, ended, work, workerProcess, argv };
}

async function buildProgram(directory: string): Promise<string> {
  const outfile = path.join(directory, "worker.mjs");
  const source = path.join(root(), "test/lib/scheduler/local/worker-program.ts");
  await esbuild.build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    logLevel: "error",
  });
  return outfile;
}

/** The tests run from a build directory below the root. */
function root(): string {
  let directory = import.meta.dirname;
  while (!fs.existsSync(path.join(directory, "package.json"))) directory = path.dirname(directory);
  return directory;
}
