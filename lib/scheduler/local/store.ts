// What the local scheduler needs of the registry, in terms of records; lib/registry/queue.ts keeps it in files.
import type { Exit } from "../../record/facts.js";
import type { JobQueued, Lease, QueueFact, QueueRecord, Reservation } from "../../record/queue.js";

/** A queue that can be read. Every call throws faults for what the system refuses. */
export interface ReadableQueue {
  readonly user: string;
  readonly uid: number;
  /** The jobs that there are, and which facts each has (`started` of the first start, `started-1` of the next), by one look. */
  jobs(): Map<string, Set<string>>;
  /**
   * One fact, or undefined where there is none; `restart` is the start that it is about. Throws dataerr for one that is
   * malformed or not the user's own.
   */
  read<F extends QueueFact>(job: string, fact: F, restart?: number): QueueRecord<F> | undefined;
}

/** Somebody else's queue, and the lease of the worker that runs it on a host. */
export interface OtherQueue extends ReadableQueue {
  lease(host: string): Lease | undefined;
}

/** One's own queue. */
export interface QueueStore extends ReadableQueue {
  /** Writes a fact that is written once; `exists` when there was one. */
  note<F extends QueueFact>(job: string, fact: F, record: QueueRecord<F>, restart?: number): "made" | "exists";
  /** Takes back that a job is held. */
  letGo(job: string): void;
  /** Where a fact is, or will be, for the job's own shell to read or write. */
  pathOf(job: string, fact: QueueFact, restart?: number): string;
  /** Forgets a job that has these facts; the first thing to go is that it was ever queued. */
  remove(job: string, facts: Iterable<string>): void;
  /** Calls `changed` soon after another process of this host changed the queue; gives what ends that. Other hosts are not seen. */
  watch(changed: () => void): () => void;
  /** Opens, to append, the file that takes what the job prints. Throws noinput where the run's directory is gone. */
  openOutput(queued: JobQueued): number;
  /** How the job says that this start of it ended, if it had the time to. */
  exitOf(queued: JobQueued, restart?: number): Exit | undefined;
  /** The lease that a host's worker holds. */
  lease(host: string): LeaseStore;
  /** Everybody else's queues. */
  others(): OtherQueue[];
  /** What jobs take of a host. */
  reservations(host: string): ReservationStore;
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

/** A numbered entry of a host's log; `ended` says its owner's word that it is over. */
export interface Entry {
  number: number;
  reservation: Reservation;
  ended: boolean;
}

export interface HostLog {
  /** Those of all hosts: a host may have had another name when a job of its present boot began. */
  entries: Entry[];
  /** The number that whoever has read this may take. */
  next: number;
}

/** The log of what jobs take of one host, across users. */
export interface ReservationStore {
  /** What counts now; the rest is reported. */
  read(report: (message: string) => void): HostLog;
  /** Takes a number; `exists` when another got there first. */
  link(number: number, reservation: Reservation): "made" | "exists";
  /** Ends one's own entries. */
  end(numbers: number[]): void;
  /** Calls `changed` soon after another process of this host changed the log; gives what ends that. */
  watch(changed: () => void): () => void;
}
