// The local scheduler's queue in files: queue/<user>/<job>.<fact>.json, each written once, and the workers' leases.
// Only that a job is held is taken back.
import path from "node:path";
import { type Exit, exitSchema, startSchema } from "../record/facts.js";
import { errnoOf, fault, isFault, systemFault } from "../record/fault.js";
import { isName, isUserName } from "../record/names.js";
import type { JobQueued, Lease, QueueFact, QueueRecord } from "../record/queue.js";
import { fs } from "./disk.js";
import { hostFiles } from "./hosts.js";
import { attemptDirectory, envelope, numbered, submissionDirectory, userDirectory } from "./layout.js";
import { type LeaseFiles, leaseFiles } from "./lease.js";
import { checkOwner, ownDirectory, ownerOf, type Registry } from "./open.js";
import { parseFactFile, type QueueFacts, queueFactsIn } from "./queue-facts.js";
import { list, readRecord } from "./read.js";
import { recordText, unmark, writeOnce } from "./write.js";

export type QueueFiles = ReturnType<typeof queueFiles>;

/** The caller's own queue. Reading makes nothing; the directory is made when the first job is queued, or by a worker. */
export function queueFiles(registry: Registry) {
  const directory = userDirectory(registry.base, "queue", registry.user);
  const { read, pathOf, ...facts } = queueFactsIn(directory, registry.uid);

  function jobs(): Map<string, Set<string>> {
    if (ownerOf(directory) !== undefined) checkOwner(directory, registry.uid);
    return facts.jobs();
  }

  function note<F extends QueueFact>(job: string, fact: F, record: QueueRecord<F>, restart = 0): "made" | "exists" {
    ownDirectory(registry, "queue");
    return writeOnce(pathOf(job, fact, restart), recordText(record), registry.modes.file);
  }

  /** `queued` first: facts without it are no job. `ended` last: until it is gone the job cannot seem to have to run. */
  function remove(job: string, names: Iterable<string>): void {
    const rank = (fact: string) => (fact === "queued" ? 0 : fact === "ended" ? 2 : 1);
    for (const fact of [...names].sort((a, b) => rank(a) - rank(b)))
      unmark(path.join(directory, `${job}.${fact}.json`));
  }

  function watch(changed: () => void): () => void {
    ownDirectory(registry, "queue");
    const watcher = fs.watch(directory, { persistent: false }, (_event, name) => {
      if (name === null || parseFactFile(name)) changed();
    });
    // Out of watches, or the directory has gone: the caller looks from time to time anyway.
    watcher.on("error", () => watcher.close());
    return () => watcher.close();
  }

  function lease(host: string): LeaseFiles {
    const files = leaseFiles(userDirectory(registry.base, "leases", registry.user), leaseName(host), registry.uid);
    const take = (mine: Lease, isAlive: (other: Lease) => boolean) => {
      ownDirectory(registry, "leases");
      return files.take(mine, isAlive);
    };
    return { ...files, take };
  }

  return {
    user: registry.user,
    uid: registry.uid,
    jobs,
    read,
    note,
    letGo: (job: string) => unmark(pathOf(job, "held")),
    remove,
    pathOf,
    watch,
    lease,
    others: () => others(registry),
    reservations: (host: string) => hostFiles(registry, checkedHost(host)),
    openOutput: (queued: JobQueued) => openOutput(queued, registry.modes.file),
    exitOf: (queued: JobQueued, restart = 0) => exitOf(queued, restart, registry.uid),
  };
}

export interface OtherQueue extends Pick<QueueFacts, "jobs" | "read"> {
  user: string;
  uid: number;
  /** The lease of this user's worker on a host, which may be dead. */
  lease(host: string): Lease | undefined;
}

/** Everybody else's queue: a directory counts as the queue of whom it belongs to. */
function others({ base, user, uid }: Registry): OtherQueue[] {
  return list(path.join(base, "queue")).flatMap((name) => {
    if (!isUserName(name) || name === user) return [];
    const directory = userDirectory(base, "queue", name);
    const owner = ownerOf(directory);
    if (owner === undefined || owner === uid) return [];
    const leases = userDirectory(base, "leases", name);
    const lease = (host: string) =>
      ownerOf(leases) === owner ? leaseFiles(leases, leaseName(host), owner).current() : undefined;
    const { jobs, read } = queueFactsIn(directory, owner);
    return [{ user: name, uid: owner, jobs, read, lease }];
  });
}

/** A host's worker is one per user: leases/<user>/worker-<host>. */
function leaseName(host: string): string {
  return `worker-${checkedHost(host)}`;
}

function checkedHost(host: string): string {
  if (isName(host)) return host;
  throw fault("config", `cannot work on the host '${host}': its name cannot be the name of a file`);
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

/** The exit of the latest attempt, if this start of this job made it. What is no such record says nothing. */
function exitOf({ job, run_dir }: JobQueued, restart: number, owner: number): Exit | undefined {
  const lab = envelope(run_dir);
  const attempts = list(lab).map((name) => numbered(name, "attempt-"));
  for (const n of attempts.filter((n) => n !== undefined).sort((a, b) => b - a)) {
    const start = whole(() => readRecord(path.join(attemptDirectory(lab, n), "start.json"), startSchema, { owner }));
    if (start?.job !== job) continue;
    if ((start.restart ?? 0) !== restart) return undefined;
    return whole(() => readRecord(path.join(attemptDirectory(lab, n), "exit.json"), exitSchema, { owner }));
  }
  return undefined;
}

/** A job that wrote nonsense, or was killed while it wrote, must come to its end all the same. */
function whole<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isFault(error) && error.code === "dataerr") return undefined;
    throw error;
  }
}
