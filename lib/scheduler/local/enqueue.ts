// Putting a job into the queue, once.
import os from "node:os";
import { type Fault, fault, isFault } from "../../record/fault.js";
import type { JobQueued } from "../../record/queue.js";
import { handleOf } from "../../record/run-id.js";
import { timestamp } from "../../record/units.js";
import type { SubmitRequest } from "../scheduler.js";
import { type Capacity, impossible } from "./capacity.js";
import { located } from "./locate.js";
import type { QueueStore } from "./store.js";

export interface Enqueue {
  store: QueueStore;
  host: string;
  capacity: Capacity;
  env: Readonly<Record<string, string | undefined>>;
}

/** What a job of the local queue can be asked to be, beyond what every scheduler is asked. */
export interface LocalRequest extends SubmitRequest {
  /** It is this element of its submission's array. */
  element?: { index: number; max_concurrent?: number };
}

/** The id of the job of a submission, or of an element of it: it follows from the run, so submitting twice makes one job. */
export function localJobId(run: string, submission: number, index?: number): string {
  const job = `local-${handleOf(run)}-${submission}`;
  return index === undefined ? job : `${job}_${index}`;
}

/**
 * Queues the job of a submission, if it is not there yet, and gives its id. Throws refused (this host could never run it,
 * or it depends on what is not there), unavailable (nothing was queued), tempfail (it may have been).
 */
export function enqueue(options: Enqueue, request: LocalRequest): string {
  const { store } = options;
  const job = localJobId(request.run, request.submission, request.element?.index);
  const queued = untouched(() => {
    if (isQueued(store, job, request)) return undefined;
    checkPossible(request, options.capacity);
    return queuedOf(job, request, options, located(request, store));
  });
  if (queued && write(store, queued) === "exists") isQueued(store, job, request);
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

function checkPossible({ resources, warning }: LocalRequest, capacity: Capacity): void {
  const why = impossible(resources, capacity) ?? (warning && unwarned(warning, resources.time_s));
  if (why !== undefined) throw fault("refused", `cannot queue it: it ${why}`);
}

function unwarned({ signal, before_s }: { signal: string; before_s: number }, limit = Infinity): string | undefined {
  if (!Object.hasOwn(os.constants.signals, `SIG${signal}`))
    return `asks for the signal ${signal}, which there is none of`;
  return before_s < limit ? undefined : `asks for a warning ${before_s} s before the end of ${limit} s`;
}

const passedOn = ["PATH", "TMPDIR", "LANG", "LC_ALL", "TZ"];

function queuedOf(
  job: string,
  request: LocalRequest,
  { host, env }: Enqueue,
  dependencies: JobQueued["dependencies"],
): JobQueued {
  const { run, submission, registry, job_name, script, run_dir, resources, requeue, warning, element, sweep } = request;
  const kept: Record<string, string> = {};
  for (const name of passedOn) if (env[name]) kept[name] = env[name];
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
    priority: resources.priority ?? 5,
    host,
    env: kept,
    ...(requeue ? { requeue } : {}),
    ...(warning ? { signal: warning.signal, warn_s: warning.before_s } : {}),
    ...(element ? { array: element } : {}),
    ...(sweep ? { sweep } : {}),
    at: timestamp(Date.now()),
  };
}
