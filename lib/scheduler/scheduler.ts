// What every scheduler can do, however it does it. Slurm and the local scheduler are behind this.
import type { JobView } from "../record/facts.js";
import type { Resources } from "../record/resources.js";

export const dependencyTypes = ["after", "afterok", "afterany", "afternotok"] as const;
export type DependencyType = (typeof dependencyTypes)[number];

export interface SubmitRequest {
  /** The run's id, the number of this submission and the registry's id: how the job is found again by its comment. */
  run: string;
  submission: number;
  registry: string;
  /** `<recipe>.<handle>`. */
  job_name: string;
  script: string;
  run_dir: string;
  resources: Resources;
  dependencies: { type: DependencyType; jobs: string[] }[];
  /** Let it wait again after its node has failed, and when it asks for that. (Slurm reads this and the next in the script.) */
  requeue?: boolean;
  /** The signal that its script gets so many seconds before its time limit. */
  warning?: { signal: string; before_s: number };
  /** At most so many of this sweep's, or of their GPUs, at once; for a scheduler without arrays, which have this as their throttle. */
  sweep?: { id: string; max_concurrent?: number; max_gpus?: number };
}

/** A part of an array that is given to the scheduler as one job of many elements. */
export interface ArrayRequest extends Omit<SubmitRequest, "run" | "submission" | "run_dir"> {
  /** The array's id and the part's number: by them the job is found again, as a run's is by the run's. */
  array: string;
  part: number;
  dir: string;
  /** Which of its elements, as `0-299,305`. */
  indices: string;
  /** At most so many of them run at once. */
  throttle?: number;
  /** They are one job without elements: its script gets the indices. */
  one_job?: boolean;
}

/** For whose jobs is asked how many more there may be. */
export interface RoomOf {
  account?: string;
  qos?: string;
}

export interface Room {
  /** No index of an array may be as high as this. */
  max_array_size: number;
  /** How many more jobs the limits that are known leave; Infinity where none is. */
  room: number;
}

export interface Submitted {
  job: string;
  argv: string[];
  cluster?: string;
  /** The scheduler's own words, where it said more than the id. */
  says?: string;
}

/** A job to ask about, and what tells it from others of the same id: ids come round (whose.ts). */
export interface JobQuery {
  job: string;
  /** It was not submitted before (milliseconds). */
  since: number;
  /** It had been submitted by then (milliseconds), where that is known. */
  until?: number;
  owner?: JobOwner;
  job_name?: string;
  /** What it was submitted with, where that is known. */
  argv?: readonly string[];
}

/** The jobs of one look at the queue, by id (array elements as `<array>_<index>`). */
export interface Queue extends Pick<ReadonlyMap<string, JobView>, "get" | "has" | "keys" | "size"> {
  /** A text that changes with whatever tells where a job stands that has not ended. */
  row?(job: string): string | undefined;
  /** Whether some job has this row, which is cheaper to know than where one job stands. */
  hasRow?(row: string): boolean;
  /** The run that a job itself says it is of, and the name that it has. Absent where an id is never given twice. */
  whose?(job: string): JobOwner | undefined;
  name?(job: string): string | undefined;
}

export interface JobOwner {
  registry: string;
  /** Or an array, and which part of it. */
  run: string;
  part?: number;
}

/** A run, or a part of an array, whose job is sought: what that is called, and since when (milliseconds) it can have been submitted. */
export interface SoughtRun {
  run: string;
  part?: number;
  job_name: string;
  since: number;
  /** Whose it is; the caller's if not given. */
  user?: string;
}

/** A job that carries our comment. */
export interface FoundJob {
  run: string;
  /** Absent where the job does not say: accounts know no comment of one that has not ended. */
  part?: number;
  view: JobView;
}

/** A job that waits or runs, whoever's it is; absent is what is not known, or not to be seen. */
export interface QueueRow {
  view: JobView;
  user: string;
  job_name?: string;
  run?: string;
  /** The id of the run's registry. */
  registry?: string;
  /** Its place among those that wait for nothing but their turn, from 1. */
  position?: number;
  priority?: number;
  partition?: string;
  cpus?: number;
  gpus?: number;
  /** Which GPUs of its host it has. */
  gpu_indices?: number[];
  mem_bytes?: number;
  elapsed_s?: number;
  /** Until it ends at the latest, by its time limit. */
  left_s?: number;
}

export interface Scheduler {
  readonly kind: string;
  /** Whether an id that a job had may stand for another job later. */
  readonly idsComeRound?: boolean;
  /**
   * Gives one script to the scheduler. Faults: `refused` (the scheduler's words, and a remedy where one is known),
   * `unavailable` (it could not be reached; nothing was accepted), `tempfail` (it may have been accepted: look for it).
   */
  submit(request: SubmitRequest): Promise<Submitted>;
  /** Gives a part of an array to the scheduler, with the faults of `submit`. Absent where there are no arrays. */
  submitArray?(request: ArrayRequest): Promise<Submitted>;
  /** How much more it would take now. Faults: `unavailable`. */
  room?(of: RoomOf): Promise<Room>;
  /** Whether these words of a refusal speak of how many jobs there are, and not of what is asked for each. */
  isLimit?(refusal: string): boolean;
  /** Asks that jobs end, and wait to be run again; one that waits already is no error. Faults: `unavailable`, `refused`, `noperm`. */
  requeue?(jobs: string[]): Promise<void>;
  /**
   * Keeps jobs that wait from being started, or lets them go; of others nothing is done. A scheduler that can keeps the word
   * `by`, and says it in `held_by` of the view. Faults: `unavailable`, `refused`, `noperm`.
   */
  hold(jobs: string[], by?: string): Promise<void>;
  release(jobs: string[]): Promise<void>;
  /** My jobs that are in the queue, and those that left it lately. The question is under way when this returns. Faults: `unavailable`. */
  queue(): Promise<Queue>;
  /** These jobs, whoever's, as far as they are in the scheduler's memory and the caller may see them. Faults: `unavailable`. */
  jobs(ids: readonly string[]): Promise<Queue>;
  /**
   * What accounting knows of jobs that have left the queue; ids it does not know are absent. Undefined where there is no
   * accounting. Faults: `unavailable`.
   */
  accounting(jobs: JobQuery[]): Promise<Map<string, JobView> | undefined>;
  /** Views with steps and memory of jobs that have ended, in one request; ids that nothing is known of are absent. Faults: `unavailable`. */
  details(jobs: JobQuery[]): Promise<Map<string, JobView>>;
  /** Jobs of these runs of this registry, wherever they are (queue, accounting), planned after `since` (milliseconds). */
  find(registry: string, runs: SoughtRun[]): Promise<FoundJob[]>;
  /** Whether jobs of other users can be seen at all; if not said, they can. Faults: `unavailable`. */
  seesOthers?(): Promise<boolean>;
  /** How many elements an array may have; where not said, there are no arrays. Faults: `unavailable`. */
  arraySize?(): Promise<number>;
  /** Asks for the end of jobs; one that is gone already is no error. Faults: `unavailable`, `noperm`. */
  cancel(jobs: string[]): Promise<void>;
  /** Everybody's jobs that wait or run, as far as they can be seen, first those that run. Faults: `unavailable`. */
  everybody?(): Promise<QueueRow[]>;
  /** The scheduler's reason for a pending job in words a person understands, and what can be done. */
  explain(view: JobView): { message: string; hint?: string };
}
