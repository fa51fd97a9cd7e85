// The local scheduler's queue in files: queue/<user>/<job>.<fact>.json, each written once, and the workers' leases.
import fs from "node:fs";
import path from "node:path";
import { type Exit, exitSchema, startSchema } from "../record/facts.js";
import { errnoOf, fault, systemFault } from "../record/fault.js";
import { isName } from "../record/names.js";
import { type JobQueued, type Lease, type QueueFact, type QueueRecord, queueFacts } from "../record/queue.js";
import { attemptDirectory, envelope, numbered, submissionDirectory, userDirectory } from "./layout.js";
import { type LeaseFiles, leaseFiles } from "./lease.js";
import { checkOwner, ownDirectory, ownerOf, type Registry } from "./open.js";
import { list, readRecord } from "./read.js";
import { recordText, unmark, writeOnce } from "./write.js";

export type QueueFiles = ReturnType<typeof queueFiles>;

/** The caller's own queue. Reading makes nothing; the directory is made when the first job is queued, or by a worker. */
export function queueFiles(registry: Registry) {
  const directory = userDirectory(registry.base, "queue", registry.user);
  const rules = { owner: registry.uid };
  const pathOf = (job: string, fact: QueueFact) => path.join(directory, `${job}.${fact}.json`);

  function jobs(): Map<string, Set<QueueFact>> {
    const found = new Map<string, Set<QueueFact>>();
    if (ownerOf(directory) === undefined) return found;
    checkOwner(directory, registry.uid);
    for (const name of list(directory)) {
      const parsed = parseName(name);
      if (!parsed) continue;
      const facts = found.get(parsed.job);
      if (facts) facts.add(parsed.fact);
      else found.set(parsed.job, new Set([parsed.fact]));
    }
    return found;
  }

  function read<F extends QueueFact>(job: string, fact: F): QueueRecord<F> | undefined {
    const file = pathOf(job, fact);
    const record = readRecord(file, queueFacts[fact], rules);
    if (record && record.job !== job) throw fault("dataerr", `cannot read '${file}': it is about '${record.job}'`);
    return record as QueueRecord<F> | undefined;
  }

  function note<F extends QueueFact>(job: string, fact: F, record: QueueRecord<F>): "made" | "exists" {
    ownDirectory(registry, "queue");
    return writeOnce(pathOf(job, fact), recordText(record), registry.modes.file);
  }

  /** `queued` first: facts without it are no job. `ended` last: until it is gone the job cannot seem to have to run. */
  function remove(job: string): void {
    for (const fact of factOrder) unmark(pathOf(job, fact));
  }

  function watch(changed: () => void): () => void {
    ownDirectory(registry, "queue");
    const watcher = fs.watch(directory, { persistent: false }, (_event, name) => {
      if (name === null || parseName(name)) changed();
    });
    // Out of watches, or the directory has gone: the caller looks from time to time anyway.
    watcher.on("error", () => watcher.close());
    return () => watcher.close();
  }

  /** A host's worker is one per user: leases/<user>/worker-<host>. */
  function lease(host: string): LeaseFiles {
    if (!isName(host))
      throw fault("config", `cannot work on the host '${host}': its name cannot be the name of a file`);
    const files = leaseFiles(userDirectory(registry.base, "leases", registry.user), `worker-${host}`, registry.uid);
    const take = (mine: Lease, isAlive: (other: Lease) => boolean) => {
      ownDirectory(registry, "leases");
      return files.take(mine, isAlive);
    };
    return { ...files, take };
  }

  return {
    jobs,
    read,
    note,
    remove,
    pathOf,
    watch,
    lease,
    openOutput: (queued: JobQueued) => openOutput(queued, registry.modes.file),
    exitOf: (queued: JobQueued) => exitOf(queued, registry.uid),
  };
}

const factOrder = ["queued", "started", "cancel", "ending", "ended"] as const satisfies QueueFact[];

function parseName(name: string): { job: string; fact: QueueFact } | undefined {
  const match = /^(local-[0-9a-z]{6}-\d{1,9})\.([a-z]+)\.json$/.exec(name);
  const [, job, fact] = match ?? [];
  return job !== undefined && fact !== undefined && fact in queueFacts ? { job, fact: fact as QueueFact } : undefined;
}

/** What the job prints goes to submit-<n>/local-<job>.out, as Slurm's goes to slurm-<job>.out. */
function openOutput({ job, run_dir, submission }: JobQueued, mode: number): number {
  const file = path.join(submissionDirectory(envelope(run_dir), submission), `${job}.out`);
  const flags = fs.constants.O_WRONLY | fs.constants.O_APPEND | fs.constants.O_CREAT | fs.constants.O_NOFOLLOW;
  try {
    const fd = fs.openSync(file, flags, mode);
    fs.fchmodSync(fd, mode);
    return fd;
  } catch (error) {
    throw systemFault(
      error,
      `open '${file}'`,
      errnoOf(error) === "ENOENT" ? "has the run's directory been removed?" : undefined,
    );
  }
}

/** The exit of the latest attempt that this job made. */
function exitOf({ job, run_dir }: JobQueued, owner: number): Exit | undefined {
  const lab = envelope(run_dir);
  const attempts = list(lab).map((name) => numbered(name, "attempt-"));
  for (const n of attempts.filter((n) => n !== undefined).sort((a, b) => b - a)) {
    const start = readRecord(path.join(attemptDirectory(lab, n), "start.json"), startSchema, { owner });
    if (start?.job === job) return readRecord(path.join(attemptDirectory(lab, n), "exit.json"), exitSchema, { owner });
  }
  return undefined;
}
