// What a run takes from other runs: whether it is made, is about to be, or will not come. An id that has left the
// scheduler's memory is silently no dependency at all, so only jobs are waited for that were just seen there.
import { fault } from "../record/fault.js";
import type { Run } from "../record/run.js";
import { type Graces, type Standing, stateOf } from "../record/state.js";
import { isBest } from "../record/step-pick.js";
import type { RunOnDisk } from "../registry/facts.js";
import { makerOfRun } from "../registry/makers.js";
import type { Registry } from "../registry/open.js";
import { openRun } from "../registry/runs.js";
import type { Scheduler } from "../scheduler/scheduler.js";
import type { Asker } from "./answer.js";
import { fateOf } from "./fate.js";
import { madeSince } from "./made-since.js";
import { observe } from "./observe.js";

export interface Producers {
  /** Jobs that were just seen pending or running: the run's own job can wait for them. */
  jobs: string[];
  /** Those that have neither succeeded nor such a job. */
  awaited: Producer[];
  /** Those that have ended and will not make it. */
  failed: (Producer & { standing: Standing })[];
}

/** A run that makes inputs of another, and as which. */
export interface Producer {
  run: string;
  user: string;
  inputs: string[];
  /** Only its metrics tell what is taken of it: that it has a job is not enough. */
  best?: boolean;
}

export interface Asking {
  registry: Registry;
  scheduler: Scheduler;
  graces: Graces;
  now: number;
  /** Who asks what has been made since of what was not; nobody, if not given. */
  asker?: Asker;
}

/** The runs whose success a run needs; a step of a stream is there already, whatever becomes of its run. */
export function producersOf({ inputs, user }: Pick<Run, "inputs" | "user">): Producer[] {
  const found = new Map<string, Producer>();
  for (const [role, input] of Object.entries(inputs)) {
    if (input.type !== "artifact" || input.run === undefined || input.step !== undefined) continue;
    const producer = found.get(input.run) ?? { run: input.run, user: input.user ?? user, inputs: [] };
    const best = producer.best || isBest(input.pick) ? { best: true } : {};
    found.set(input.run, { ...producer, inputs: [...producer.inputs, role], ...best });
  }
  return [...found.values()];
}

/** How the producers of a run are now. Throws noinput for one that is gone, and `unavailable`. */
export async function lookAtProducers(run: Run, asking: Asking): Promise<Producers> {
  const found: Producers = { jobs: [], awaited: [], failed: [] };
  const underWay: { producer: Producer; disk: RunOnDisk; job: string }[] = [];
  for (const producer of producersOf(run)) {
    const disk = makerOfRun(asking.registry, openProducer(asking.registry, producer));
    const standing = stateOf(disk.facts, asking.now, asking.graces);
    if (hasMadeIt(standing)) continue;
    const job = standing.final ? undefined : standing.job;
    // What a run follows may fail and the run take over: it has not failed itself.
    if (standing.final && disk.run.id !== producer.run) found.awaited.push(producer);
    else if (standing.final && asking.asker && (await madeSince(disk, asking.asker))) continue;
    else if (standing.final) found.failed.push({ ...producer, standing });
    else if (producer.best || job === undefined || isLocal(job) !== (asking.scheduler.kind === "local"))
      found.awaited.push(producer);
    else underWay.push({ producer, disk, job });
  }
  if (underWay.length === 0) return found;
  const seen = await asking.scheduler.jobs(underWay.map(({ job }) => job));
  for (const { producer, disk, job } of underWay) {
    const view = seen.get(job);
    const whose = seen.whose?.(job);
    const isIts = whose === undefined || (whose.run === disk.run.id && whose.registry === asking.registry.id);
    if (isIts && view && ["pending", "running", "completing"].includes(view.phase)) found.jobs.push(job);
    else if (!isIts || view?.verdict !== "completed") {
      const standing = await endSeen(run, disk, asking);
      if (standing && asking.asker && (await madeSince(disk, asking.asker))) continue;
      if (standing && disk.run.id === producer.run) found.failed.push({ ...producer, standing });
      else found.awaited.push(producer);
    }
  }
  return found;
}

/** How a producer has ended, by what is seen of its job, where it did not end well: nobody has to wait for its owner to look. */
async function endSeen(run: Run, disk: RunOnDisk, asking: Asking): Promise<Standing | undefined> {
  const seen = await observe(disk, { run: run.id, before: undefined }, asking);
  const fate = fateOf(disk, { graces: asking.graces, now: asking.now, ...(seen ? { seen } : {}) });
  return fate.is === "ended" && fate.standing.final ? fate.standing : undefined;
}

/** In words that follow the name of the run: what keeps it. */
export function waitsFor(awaited: readonly Producer[], me: string): string {
  const words = awaited.map(({ run, user, inputs }) => `${named(run, user, me)} to make ${quoted(inputs)}`);
  return `waits for ${words.join(", and for ")}`;
}

/** Why it will never start. */
export function willNotStart({ run, user, inputs, standing }: Producers["failed"][number], me: string): string {
  return `${named(run, user, me)}, which was to make ${quoted(inputs)}, ${howItEnded(standing)}`;
}

/** `has failed (oom)`, `was cancelled`, `is lost`. */
export function howItEnded({ state, mode }: Pick<Standing, "state" | "mode">): string {
  if (state === "failed") return `has failed${mode === undefined ? "" : ` (${mode})`}`;
  return state === "lost" ? "is lost" : `was ${state}`;
}

function named(run: string, user: string, me: string): string {
  return user === me ? `the run ${run}` : `${user}'s run ${run}`;
}

function quoted(inputs: readonly string[]): string {
  return `its input ${inputs.map((role) => `'${role}'`).join(" and ")}`;
}

function openProducer(registry: Registry, { run, user, inputs }: Producer): RunOnDisk {
  const disk = openRun(registry, user, run);
  if (disk) return disk;
  throw fault("noinput", `the run ${run} of ${user}, which makes ${quoted(inputs)}, is gone`);
}

/** As the job's own gate has it: its latest attempt ended well, though nobody has written that down yet. */
export function hasMadeIt({ state, exit_code, signal }: Pick<Standing, "state" | "exit_code" | "signal">): boolean {
  return state === "succeeded" || (state === "exited" && exit_code === 0 && signal === undefined);
}

function isLocal(job: string): boolean {
  return job.startsWith("local-");
}
