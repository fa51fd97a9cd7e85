// holds/<user>/<job>.json: the jobs that lab-throttle holds. Written before a job is held, removed after it is released, so
// that whoever is killed in between leaves a word too many and never one too few.
import { fault } from "../record/fault.js";
import { type Hold, holdSchema } from "../record/policy.js";
import { holdFile, userDirectory } from "./layout.js";
import { ownDirectory, type Registry } from "./open.js";
import { list, readRecord } from "./read.js";
import { recordText, replace, unmark } from "./write.js";

/** The holds of the caller by their jobs; one that cannot be read is told of, and its job is nobody's to release. */
export function holdsOf(registry: Registry, bad: (error: Error) => void): Map<string, Hold> {
  const holds = new Map<string, Hold>();
  for (const name of list(userDirectory(registry.base, "holds", registry.user))) {
    const job = /^([A-Za-z0-9][A-Za-z0-9_+-]*)\.json$/.exec(name)?.[1];
    if (job === undefined) continue;
    try {
      const file = holdFile(registry.base, registry.user, job);
      const hold = readRecord(file, holdSchema, { owner: registry.uid });
      if (hold && hold.job !== job) throw fault("dataerr", `cannot trust '${file}': it is about job ${hold.job}`);
      if (hold) holds.set(job, hold);
    } catch (error) {
      bad(error as Error);
    }
  }
  return holds;
}

/** Writes down that a job is about to be held. */
export function writeHold(registry: Registry, hold: Hold): void {
  ownDirectory(registry, "holds");
  replace(holdFile(registry.base, registry.user, hold.job), recordText(hold), registry.modes.file);
}

/** The job is not held any more. */
export function removeHold(registry: Registry, job: string): void {
  unmark(holdFile(registry.base, registry.user, job));
}
