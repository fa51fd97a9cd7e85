// One machine as a scheduler: jobs are files in the user's queue, and a worker of the user's runs them.
import os from "node:os";
import type { JobView } from "../../record/facts.js";
import { fault, isFault } from "../../record/fault.js";
import { handleOf } from "../../record/run-id.js";
import { timestamp } from "../../record/units.js";
import type {
  FoundJob,
  JobOwner,
  QueueRow,
  Scheduler,
  Queue as SchedulerQueue,
  SubmitRequest,
  Submitted,
} from "../scheduler.js";
import { type Capacity, ignored } from "./capacity.js";
import { enqueue, type LocalRequest } from "./enqueue.js";
import { explain } from "./explain.js";
import { type Here, hereOf } from "./here.js";
import { plan } from "./plan.js";
import { type Queue, readJob } from "./read-queue.js";
import { startWorker, type WorkerCommand } from "./start-worker.js";
import type { QueueStore } from "./store.js";
import { viewOf } from "./view.js";
import { wholeQueue } from "./whole-queue.js";
import { makeLooker, type Standing, workerOf } from "./world.js";

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

/** The local scheduler, which can also be asked for what only it has. */
export interface LocalScheduler extends Scheduler {
  submit(request: LocalRequest): Promise<Submitted>;
  everybody(): Promise<QueueRow[]>;
  /** Asks that jobs that run end, and wait to be run again. Throws refused for one that does not run or that may not be. */
  requeue(jobs: string[]): Promise<void>;
}

/** The local scheduler. Throws unavailable where there is no Linux /proc. */
export function localScheduler(options: LocalOptions): LocalScheduler {
  const { store, capacity, report } = options;
  const here = hereOf(options.host, options.boot);
  const ensureWorker = workerStarter(options, here);
  const looker = makeLooker(store, here, report);

  async function submit(request: LocalRequest): Promise<Submitted> {
    const job = enqueue(options, request);
    const submitted: Submitted = { job, argv: ["bash", request.script] };
    const worked = (await ensureWorker()) !== "gone" || options.worker === undefined;
    const says = [saysOfIgnored(request), worked ? undefined : "no worker could be started"].filter(
      (words) => words !== undefined,
    );
    return says.length > 0 ? { ...submitted, says: says.join("; ") } : submitted;
  }

  /** Where work waits for a worker, it gets one from whoever looks. */
  async function workerFor(items: Queue): Promise<Standing> {
    const forUs = [...items.values()].some(
      ({ queued, over }) => !over && queued && (queued.host ?? here.host) === here.host,
    );
    return forUs ? ensureWorker() : "gone";
  }

  async function queue(): Promise<Map<string, JobView>> {
    const standing = await workerFor(looker.own());
    const items = looker.own();
    const waits = [...items.values()].some(({ started, over }) => !started && !over);
    const planned = waits ? plan(looker.world(standing), capacity) : undefined;
    return new Map([...items.values()].map((item) => [item.job, viewOf(item, planned)]));
  }

  async function everybody(): Promise<QueueRow[]> {
    const standing = await workerFor(looker.own());
    looker.own();
    const world = looker.world(standing);
    return wholeQueue(world, plan(world, capacity), capacity, Date.now());
  }

  /** A local id is never given twice, so no row can belong to an older job. */
  async function accounting(jobs: { job: string }[]): Promise<Map<string, JobView>> {
    const asked = new Set(jobs.map(({ job }) => job));
    return new Map([...(await queue())].filter(([job]) => asked.has(job)));
  }

  /** A job that two users say they have is nobody's: it cannot be waited for. */
  async function jobs(ids: readonly string[]): Promise<SchedulerQueue> {
    const asked = new Set(ids);
    const found = (await everybody()).filter(({ view }) => asked.has(view.job));
    const alone = found.filter(({ view }) => found.filter((row) => row.view.job === view.job).length === 1);
    const views = await accounting(ids.map((job) => ({ job })));
    const owners = new Map<string, JobOwner>();
    for (const { view, run, registry } of alone) {
      views.set(view.job, view);
      if (run !== undefined && registry !== undefined) owners.set(view.job, { run, registry });
    }
    return Object.assign(views, { whose: (job: string) => owners.get(job) });
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
      if (!item || item.over) continue;
      store.note(job, "cancel", { type: "job-cancel", v: 1, job, uid: os.userInfo().uid, at: timestamp(Date.now()) });
      asked = true;
    }
    if (asked) await ensureWorker();
  }

  async function requeue(jobs: string[]): Promise<void> {
    for (const job of jobs) {
      const item = readJob(store, job, report);
      if (!item?.started || !item.queued?.requeue || item.over)
        throw fault("refused", `cannot requeue ${job}: it does not run, or was not submitted so that it may run again`);
      store.note(job, "requeue", { type: "job-requeue", v: 1, job, at: timestamp(Date.now()) }, item.restarts);
    }
    await ensureWorker();
  }

  /** What has begun, or is gone, is not held. */
  async function hold(jobs: string[], by?: string): Promise<void> {
    for (const job of jobs) {
      const item = readJob(store, job, report);
      if (!item || item.over || item.started) continue;
      const word = by === undefined ? {} : { by };
      store.note(job, "held", { type: "job-held", v: 1, job, ...word, at: timestamp(Date.now()) });
    }
  }

  async function release(jobs: string[]): Promise<void> {
    for (const job of jobs) store.letGo(job);
    if (jobs.length > 0) await ensureWorker();
  }

  const asked = { cancel, requeue, hold, release };
  const details = async () => new Map();
  return { kind: "local", submit, queue, jobs, everybody, accounting, details, find, ...asked, explain };
}

function saysOfIgnored({ resources }: SubmitRequest): string | undefined {
  const words = ignored(resources);
  return words.length === 0 ? undefined : `${words.join(", ")}: not used on one machine`;
}

/** Makes sure that a worker lives and says how it is; one that could not be started is not tried again at once. */
function workerStarter({ store, worker, report }: LocalOptions, here: Here): () => Promise<Standing> {
  const lease = store.lease(here.host);
  const standing = () => workerOf(lease.current(), here);
  let failedAt = -Infinity;
  return async () => {
    try {
      const now = standing();
      if (now !== "gone" || !worker || performance.now() - failedAt < 30_000) return now;
      await startWorker(worker, () => standing() !== "gone");
      return standing();
    } catch (error) {
      if (!isFault(error)) throw error;
      failedAt = performance.now();
      report(error.hint === undefined ? error.message : `${error.message} (${error.hint})`);
      return "gone";
    }
  };
}
