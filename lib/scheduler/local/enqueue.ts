// Putting a job into the queue, once.
import { type Fault, fault, isFault } from "../../record/fault.js";
import type { JobQueued } from "../../record/queue.js";
import { handleOf } from "../../record/run-id.js";
import { timestamp } from "../../record/units.js";
import type { SubmitRequest } from "../scheduler.js";
import { type Capacity, impossible } from "./capacity.js";
import type { QueueStore } from "./store.js";

export interface Enqueue {
  store: QueueStore;
  host: string;
  capacity: Capacity;
  env: Readonly<Record<string, string | undefined>>;
}

/** The id of the job of a submission: it follows from the run, so submitting twice makes one job. */
export function localJobId(run: string, submission: number): string {
  return `local-${handleOf(run)}-${submission}`;
}

/**
 * Queues the job of a submission, if it is not there yet, and gives its id. Throws refused (this host could never run it,
 * or it depends on what is not there), unavailable (nothing was queued), tempfail (it may have been).
 */
export function enqueue(options: Enqueue, request: SubmitRequest): string {
  const { store, capacity } = options;
  const job = localJobId(request.run, request.submission);
  const there = untouched(() => {
    if (isQueued(store, job, request)) return true;
    checkPossible(request, capacity, store);
    return false;
  });
  if (there) return job;
  if (write(store, queuedOf(job, request, options)) === "exists") isQueued(store, job, request);
  return job;
}

/** Before anything was written every trouble but a refusal means the same: the queue cannot be reached. */
function untouched<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (!isFault(error) || error.code === "refused") throw error;
    throw fault("unavailable", error.message, { hint: error.hint, cause: error });
  }
}

/** Whether the job is in the queue already. Another run's of the same handle is refused: one id is one job. */
function isQueued(store: QueueStore, job: string, { run, registry }: SubmitRequest): boolean {
  const facts = store.jobs().get(job);
  if (!facts?.has("queued")) return false;
  const queued = store.read(job, "queued");
  if (queued && (queued.run !== run || queued.registry !== registry)) {
    throw fault("refused", `cannot queue it: the job id ${job} is another run's (${queued.run})`, {
      hint: "plan the run again, for another id",
    });
  }
  return queued !== undefined;
}

/** After a failed write the queue is asked what became of it: a job that stands there was accepted. Throws unavailable, tempfail. */
function write(store: QueueStore, queued: JobQueued): "made" | "exists" {
  try {
    return store.note(queued.job, "queued", queued);
  } catch (error) {
    if (!isFault(error)) throw error;
    const { hint } = error;
    if (!hasQueued(store, queued.job, error)) throw fault("unavailable", error.message, { hint, cause: error });
    return "made";
  }
}

function hasQueued(store: QueueStore, job: string, cause: Fault): boolean {
  try {
    return store.jobs().get(job)?.has("queued") ?? false;
  } catch {
    throw fault("tempfail", `cannot tell whether ${job} was queued: ${cause.message}`, { cause });
  }
}

function checkPossible({ resources, dependencies }: SubmitRequest, capacity: Capacity, store: QueueStore): void {
  const why = impossible(resources, capacity);
  if (why !== undefined) throw fault("refused", `cannot queue it: it ${why}`);
  if (dependencies.length === 0) return;
  const known = store.jobs();
  const missing = dependencies.flatMap(({ jobs }) => jobs).find((job) => !known.get(job)?.has("queued"));
  if (missing !== undefined)
    throw fault("refused", `cannot queue it: it depends on ${missing}, which is not in the queue`);
}

const passedOn = ["PATH", "TMPDIR", "LANG", "LC_ALL", "TZ"];

function queuedOf(job: string, request: SubmitRequest, { host, env }: Enqueue): JobQueued {
  const { run, submission, registry, job_name, script, run_dir, resources, dependencies } = request;
  const kept: Record<string, string> = {};
  for (const name of passedOn) if (env[name]) kept[name] = env[name];
  const priority = resources.priority ?? 5;
  const at = timestamp(Date.now());
  return {
    type: "job-queued",
    v: 1,
    job,
    run,
    submission,
    registry,
    job_name,
    script,
    run_dir,
    resources,
    dependencies,
    priority,
    host,
    env: kept,
    at,
  };
}
