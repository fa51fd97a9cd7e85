// One machine as a scheduler: jobs are files in the user's queue, and a worker of the user's runs them.
import os from "node:os";
import type { JobView } from "../../record/facts.js";
import { isFault } from "../../record/fault.js";
import { handleOf } from "../../record/run-id.js";
import { timestamp } from "../../record/units.js";
import type { FoundJob, Scheduler, SubmitRequest, Submitted } from "../scheduler.js";
import { type Capacity, ignored } from "./capacity.js";
import { enqueue } from "./enqueue.js";
import { explain } from "./explain.js";
import { type Here, hereOf, holds } from "./here.js";
import { plan } from "./plan.js";
import { readJob, readQueue } from "./read-queue.js";
import { startWorker, type WorkerCommand } from "./start-worker.js";
import type { QueueStore } from "./store.js";
import { viewOf } from "./view.js";

export interface LocalOptions {
  store: QueueStore;
  host: string;
  capacity: Capacity;
  /** The submitter's environment: PATH, TMPDIR and the words for language and time zone go with each job, nothing else. */
  env: Readonly<Record<string, string | undefined>>;
  /** How a worker is started where work waits and none is there. Without it none ever is. */
  worker?: WorkerCommand;
  /** Files of the queue that cannot be read, and workers that cannot be started; the rest goes on. */
  report(message: string): void;
  /** This boot of the host, where it isn't what the kernel says. */
  boot?: string;
}

/** The local scheduler. Throws unavailable where there is no Linux /proc. */
export function localScheduler(options: LocalOptions): Scheduler {
  const { store, capacity, report } = options;
  const here = hereOf(options.host, options.boot);
  const ensureWorker = workerStarter(options, here);

  async function submit(request: SubmitRequest): Promise<Submitted> {
    const job = enqueue(options, request);
    const submitted: Submitted = { job, argv: ["bash", request.script] };
    const worked = (await ensureWorker()) || options.worker === undefined;
    const says = [saysOfIgnored(request), worked ? undefined : "no worker could be started"].filter(
      (words) => words !== undefined,
    );
    return says.length > 0 ? { ...submitted, says: says.join("; ") } : submitted;
  }

  async function queue(): Promise<Map<string, JobView>> {
    const items = readQueue(store, report);
    const forUs = [...items.values()].some(
      ({ queued, ended }) => !ended && queued && (queued.host ?? here.host) === here.host,
    );
    const worked = forUs && (await ensureWorker());
    const planned = plan(items, here, capacity);
    return new Map([...items.values()].map((item) => [item.job, viewOf(item, planned, worked)]));
  }

  /** A local id is never given twice, so no row can belong to an older job. */
  async function accounting(jobs: { job: string }[]): Promise<Map<string, JobView>> {
    const asked = new Set(jobs.map(({ job }) => job));
    return new Map([...(await queue())].filter(([job]) => asked.has(job)));
  }

  async function find(registry: string, runs: { run: string }[]): Promise<FoundJob[]> {
    const byHandle = new Map(runs.map(({ run }) => [handleOf(run), run]));
    const found: FoundJob[] = [];
    let views: Map<string, JobView> | undefined;
    for (const job of store.jobs().keys()) {
      const run = byHandle.get(job.split("-")[1] ?? "");
      if (run === undefined) continue;
      const item = readJob(store, job, report);
      const of = item?.ended ?? item?.queued;
      if (of?.run !== run || of.registry !== registry) continue;
      views ??= await queue();
      const view = views.get(job);
      if (view) found.push({ run, view });
    }
    return found;
  }

  async function cancel(jobs: string[]): Promise<void> {
    let asked = false;
    for (const job of jobs) {
      const item = readJob(store, job, report);
      if (!item || item.ended) continue;
      store.note(job, "cancel", { type: "job-cancel", v: 1, job, uid: os.userInfo().uid, at: timestamp(Date.now()) });
      asked = true;
    }
    if (asked) await ensureWorker();
  }

  return { kind: "local", submit, queue, accounting, details: async () => new Map(), find, cancel, explain };
}

function saysOfIgnored({ resources }: SubmitRequest): string | undefined {
  const words = ignored(resources);
  return words.length === 0 ? undefined : `${words.join(", ")}: not used on one machine`;
}

/** Makes sure that a worker lives and says whether one does; one that could not be started is not tried again at once. */
function workerStarter({ store, worker, report }: LocalOptions, here: Here): () => Promise<boolean> {
  const lease = store.lease(here.host);
  const isThere = () => holds(lease.current(), here);
  let failedAt = -Infinity;
  return async () => {
    try {
      if (isThere()) return true;
      if (!worker || Date.now() - failedAt < 30_000) return false;
      await startWorker(worker, isThere);
      return true;
    } catch (error) {
      if (!isFault(error)) throw error;
      failedAt = Date.now();
      report(error.hint === undefined ? error.message : `${error.message} (${error.hint})`);
      return false;
    }
  };
}
