// What has become of a run that claims: whether it has made what it was to make, still may, or never will. By its files,
// and by what the caller saw of its job, since nobody depends on its owner's coming back.
import path from "node:path";
import { lastSent } from "../record/decided.js";
import { ranToItsEnd } from "../record/ending.js";
import type { LeaderFact, SchedulerFact } from "../record/facts.js";
import { isFault } from "../record/fault.js";
import type { RunOutput } from "../record/run.js";
import { type Graces, type Standing, stateOf } from "../record/state.js";
import type { RunOnDisk } from "../registry/facts.js";
import { artifactsOf } from "../registry/outputs.js";
import { list, mayRead } from "../registry/read.js";

/** `made`: all that it declares is there. `ended`: it did not end well, or what it made is gone (`missing`). */
export interface Fate {
  is: "made" | "under way" | "ended";
  standing: Standing;
  missing?: string;
  /** Nobody has called the scheduler for it, and no job of it has begun. */
  unsent?: boolean;
}

export interface Looking {
  graces: Graces;
  /** Milliseconds. */
  now: number;
  /** What the caller saw of the run's job. */
  seen?: LeaderFact;
  /** How long it may wait to be submitted again (seconds); for ever, if not given. */
  courtesy_s?: number;
}

/** What has become of the run. Reads its outputs' directories; throws faults where these cannot be listed. */
export function fateOf(leader: RunOnDisk, looking: Looking): Fate {
  const standing = standingOf(leader, looking);
  if (standing.state === "succeeded" || endedWell(standing, leader)) {
    const missing = missingOf(leader);
    if (missing === undefined) return { is: "made", standing };
    const since = Date.parse(standing.ended_at ?? leader.facts.outcome?.at ?? "");
    const late = looking.now - since >= looking.graces.accounting_s * 1000;
    // What was written on another node may take a while to be seen here.
    return late && standing.final ? { is: "ended", standing, missing } : { is: "under way", standing };
  }
  const over = standing.final || standing.state === "lost" || isLeft(standing, looking);
  const unsent = lastSent(leader.facts) === 0 ? { unsent: true } : {};
  return { is: over && !livesOn(leader) ? "ended" : "under way", standing, ...unsent };
}

/** Whether one of its jobs has begun, and for all that is known goes on. */
export function mayCompute({ facts: { attempts } }: RunOnDisk, fate: Fate): boolean {
  const begun = attempts.some(({ start, exit }) => start && exit?.reason !== "superseded");
  return begun && fate.is === "under way";
}

function standingOf({ facts, partial }: RunOnDisk, { graces, now, seen }: Looking): Standing {
  const scheduler = newer(facts.scheduler, seen, facts.run);
  const standing = stateOf({ ...facts, ...(scheduler ? { scheduler } : {}) }, now, graces);
  return partial && !facts.outcome ? { ...standing, final: false } : standing;
}

/** Of what its owner saw and what the caller saw, the later. */
function newer(
  theirs: SchedulerFact | undefined,
  mine: LeaderFact | undefined,
  run: string,
): SchedulerFact | undefined {
  if (!mine || (theirs && Date.parse(theirs.observed_at) >= Date.parse(mine.observed_at))) return theirs;
  const { job, absent_since, ended_seen_at, observed_at } = mine;
  return {
    type: "scheduler",
    v: 1,
    run,
    ...(job ? { job } : {}),
    ...(absent_since ? { absent_since } : {}),
    ...(ended_seen_at ? { ended_seen_at } : {}),
    observed_at,
  };
}

/** As the gate of a job has it: its command ended well by itself, though nobody has written that down yet. */
function endedWell({ state, attempt }: Standing, { facts: { attempts } }: RunOnDisk): boolean {
  const exit = attempts.find(({ n }) => n === attempt)?.exit;
  return state === "exited" && exit !== undefined && ranToItsEnd(exit);
}

/** To be submitted again by somebody who does not come: whoever waits may compute it herself. */
function isLeft({ state, ended_at }: Standing, { now, courtesy_s = Infinity }: Looking): boolean {
  return state === "requeued" && now - Date.parse(ended_at ?? "") >= courtesy_s * 1000;
}

/**
 * Whether an attempt goes on that the end does not count: a job that was given up as never seen, and began after that. Its
 * fence has passed or will stop it, and until that is known it may be computing.
 */
function livesOn({ facts: { outcome, attempts } }: RunOnDisk): boolean {
  if (outcome === undefined || outcome.job !== undefined) return false;
  const counted = outcome.attempt ?? 0;
  return attempts.some(({ n, start, exit }) => n > counted && start && !exit);
}

/** Whether the caller may read what the run has made: what she may not is no answer to her. */
export function isReadable(leader: RunOnDisk): boolean {
  return Object.entries(leader.run.outputs).every(([role]) => {
    const place = placeOf(leader, role);
    return place === undefined || mayRead(place.path);
  });
}

/** The first output that is not there as the run made it; undefined where all are. */
function missingOf(leader: RunOnDisk): string | undefined {
  return Object.entries(leader.run.outputs).find(([role, output]) => {
    const place = placeOf(leader, role);
    return place === undefined || !isThere(place, output);
  })?.[0];
}

interface Place {
  path: string;
  /** How many files it had. */
  files?: number | undefined;
}

/** Where an output is, of a stream its last step: as it is registered, else as the job says that it has written it. */
function placeOf(leader: RunOnDisk, role: string): Place | undefined {
  const made = artifactsOf(leader);
  const manifests = leader.facts.attempts.findLast(({ exit }) => exit?.reason === "command")?.exit?.outputs ?? [];
  const known = made.findLast((one) => one.role === role);
  return known ?? manifests.findLast((one) => one.role === role && one.complete);
}

/** Asked by listing, as everything that others may just have written. Without a marker it is at least not empty, if it was not. */
function isThere({ path: place, files = 0 }: Place, { type, marker }: RunOutput): boolean {
  try {
    const isListed = (file: string) => list(path.dirname(file)).includes(path.basename(file));
    if (!isListed(place)) return false;
    if (type === "file") return true;
    return marker === undefined ? files === 0 || list(place).length > 0 : isListed(path.join(place, marker));
  } catch (error) {
    // What may not be looked into is there.
    if (isFault(error) && (error.code === "noinput" || error.code === "noperm")) return error.code === "noperm";
    throw error;
  }
}
