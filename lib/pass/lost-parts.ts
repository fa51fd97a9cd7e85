// Submissions that nobody wrote down, sought by what their jobs say of themselves: a run's by the run, those of an array's
// parts by the array.
import type { JobView } from "../record/facts.js";
import { jobName } from "../record/job-name.js";
import type { Submission } from "../record/state.js";
import { timestamp } from "../record/units.js";
import { partOf, readArray, readParts, writePartReceipt } from "../registry/arrays.js";
import type { RunOnDisk } from "../registry/facts.js";
import { arrayDirectory } from "../registry/layout.js";
import type { Registry } from "../registry/open.js";
import type { FoundJob, Scheduler } from "../scheduler/scheduler.js";

type Place = NonNullable<Submission["array"]>;

/** The array of the run's last submission that was begun, and its place there. */
export function lastArray({ facts }: RunOnDisk): Submission["array"] {
  return facts.submissions.findLast(({ intent }) => intent)?.array;
}

/** Whose its job says that it is. */
export function soughtAs(run: RunOnDisk): string {
  return lastArray(run)?.id ?? run.run.id;
}

/** What its job is looked for by. */
export function soughtFor(run: RunOnDisk, registry: Registry): { run: string; job_name: string; since: number } {
  const id = soughtAs(run);
  const array = id === run.run.id ? undefined : readArray(registry, registry.user, id)?.array;
  const intent = run.facts.submissions.findLast((one) => one.intent)?.intent;
  return { run: id, job_name: jobName(array ?? run.run), since: Date.parse(intent?.at ?? run.run.planned_at) };
}

/** A function that gives the job of a run among those that were found: of an array one that no part's receipt names. */
export function foundJobs(found: readonly FoundJob[], registry: Registry): (run: RunOnDisk) => JobView | undefined {
  const byJob = new Map(found.map(({ view }) => [view.job, view]));
  const byRun = new Map<string, Set<string>>();
  for (const { run, view } of found) {
    const jobs = byRun.get(run) ?? new Set();
    byRun.set(run, jobs.add(view.job.replace(/_.*/, "")));
  }
  return (run) => {
    const place = lastArray(run);
    if (!place) return found.find((one) => one.run === run.run.id)?.view;
    const known = new Set(partsOf(place, registry).flatMap(({ receipt }) => receipt?.job ?? []));
    const jobs = [...(byRun.get(place.id) ?? [])].filter((job) => !known.has(job));
    const views = jobs.map((job) => byJob.get(`${job}_${place.index}`) ?? byJob.get(job));
    return views.find((view) => view !== undefined);
  };
}

/** Writes the receipt of the part that holds the element, whose job was found: so whoever else is in it has one. */
export function acknowledgePart(
  { registry, scheduler, now }: { registry: Registry; scheduler: Pick<Scheduler, "kind">; now: number },
  place: Place,
  found: string,
): void {
  const part = partOf(partsOf(place, registry), place.index);
  if (!part) return;
  const job = found.replace(/_.*/, "");
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

function partsOf(array: Place, registry: Registry) {
  return readParts({ array, dir: arrayDirectory(registry.base, registry.user, array.id), owner: registry.uid });
}
