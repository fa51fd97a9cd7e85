// Submissions that nobody wrote down, sought by what their jobs say of themselves: a run's by the run, those of an array's
// parts by the array and the part.
import type { JobView } from "../record/facts.js";
import { jobName } from "../record/job-name.js";
import type { Submission } from "../record/state.js";
import { timestamp } from "../record/units.js";
import { type ArrayPart, partOf, readArray, readParts, writePartReceipt } from "../registry/arrays.js";
import type { RunOnDisk } from "../registry/facts.js";
import { arrayDirectory } from "../registry/layout.js";
import type { Registry } from "../registry/open.js";
import type { FoundJob, Scheduler, SoughtRun } from "../scheduler/scheduler.js";

type Place = NonNullable<Submission["array"]>;

/** The array of the run's last submission that was begun, and its place there. */
export function lastArray({ facts }: RunOnDisk): Submission["array"] {
  return facts.submissions.findLast(({ intent }) => intent)?.array;
}

/** What its job is looked for by. */
export function soughtFor(disk: RunOnDisk, registry: Registry): SoughtRun {
  const { run, facts, owner } = disk;
  const { intent } = facts.submissions.findLast((one) => one.intent) ?? {};
  const since = Date.parse(intent?.at ?? run.planned_at);
  const place = lastArray(disk);
  const array = place && readArray(registry, run.user, place.id, owner)?.array;
  if (!place || !array) return { run: run.id, job_name: jobName(run), since };
  const part = partOf(partsOf(place, disk, registry), place.index)?.part;
  return { run: place.id, ...(part === undefined ? {} : { part }), job_name: jobName(array), since };
}

/** A function that gives the job of a run among those that were found. */
export function foundJobs(found: readonly FoundJob[], registry: Registry): (run: RunOnDisk) => JobView | undefined {
  const byRun = new Map<string, FoundJob[]>();
  for (const job of found) {
    const others = byRun.get(job.run);
    if (others) others.push(job);
    else byRun.set(job.run, [job]);
  }
  return (disk) => {
    const place = lastArray(disk);
    if (!place) return byRun.get(disk.run.id)?.[0]?.view;
    const parts = partsOf(place, disk, registry);
    const part = partOf(parts, place.index);
    const jobs = byRun.get(place.id)?.filter((job) => part && isJobOf(job, part, parts)) ?? [];
    const own = jobs.find(({ view }) => elementIn(view.job) === place.index);
    return (own ?? jobs.find(({ view }) => elementIn(view.job) === undefined))?.view;
  };
}

/** Whether a job is that of a part; where it does not say, by its elements, and by what the receipts of others name. */
export function isJobOf({ part, view }: FoundJob, one: ArrayPart, parts: readonly ArrayPart[]): boolean {
  if (part !== undefined) return part === one.part;
  const index = elementIn(view.job);
  if (index !== undefined && !one.indices.has(index)) return false;
  return parts.every(({ receipt }) => receipt?.job !== parentOf(view.job));
}

/** Writes the receipt of the part that holds the element, whose job was found: so whoever else is in it has one. */
export function acknowledgePart(
  { registry, scheduler, now }: { registry: Registry; scheduler: Pick<Scheduler, "kind">; now: number },
  disk: RunOnDisk,
  place: Place,
  found: string,
): void {
  const part = partOf(partsOf(place, disk, registry), place.index);
  if (!part) return;
  const job = parentOf(found);
  writePartReceipt(registry, arrayDirectory(registry.base, registry.user, place.id), {
    type: "part-receipt",
    v: 1,
    array: place.id,
    part: part.part,
    scheduler: scheduler.kind,
    job,
    ...(job === found ? { one_job: true } : {}),
    found: true,
    at: timestamp(now),
  });
}

function partsOf(array: Place, { run, owner }: RunOnDisk, registry: Registry): ArrayPart[] {
  return readParts({ array, dir: arrayDirectory(registry.base, run.user, array.id), owner });
}

function elementIn(job: string): number | undefined {
  const [, index] = /^\d+_(\d+)$/.exec(job) ?? [];
  return index === undefined ? undefined : Number(index);
}

function parentOf(job: string): string {
  return job.replace(/_.*/, "");
}
