// What the local scheduler needs of the registry, in terms of records; lib/registry/queue.ts keeps it in files.
import type { Exit } from "../../record/facts.js";
import type { JobQueued, Lease, QueueFact, QueueRecord } from "../../record/queue.js";

/** One user's queue. Every call throws faults for what the system refuses. */
export interface QueueStore {
  /** The jobs that there are, and which facts each has, by one look. */
  jobs(): Map<string, Set<QueueFact>>;
  /** One fact, or undefined where there is none. Throws dataerr for one that is malformed or not the user's own. */
  read<F extends QueueFact>(job: string, fact: F): QueueRecord<F> | undefined;
  /** Writes a fact that is written once; `exists` when there was one. */
  note<F extends QueueFact>(job: string, fact: F, record: QueueRecord<F>): "made" | "exists";
  /** Where a fact is, or will be, for the job's own shell to read. */
  pathOf(job: string, fact: QueueFact): string;
  /** Forgets a job; the first thing to go is that it was ever queued. */
  remove(job: string): void;
  /** Calls `changed` soon after another process of this host changed the queue; gives what ends that. Other hosts are not seen. */
  watch(changed: () => void): () => void;
  /** Opens, to append, the file that takes what the job prints. Throws noinput where the run's directory is gone. */
  openOutput(queued: JobQueued): number;
  /** How the job says that it ended, if it had the time to. */
  exitOf(queued: JobQueued): Exit | undefined;
  /** The lease that a host's worker holds. */
  lease(host: string): LeaseStore;
}

/** A lease that one process at a time holds, for as long as it lives. */
export interface LeaseStore {
  /** The lease that counts, though its holder may be dead. */
  current(): Lease | undefined;
  /** Takes it if nobody alive has it: of several that try at once, one gets it. */
  take(mine: Lease, isAlive: (other: Lease) => boolean): boolean;
  /** Gives it back. */
  release(mine: Lease): void;
}
