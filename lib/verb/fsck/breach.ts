// What the checks have in common: what they look at, and how they tell what they find.
import type { Fault } from "../../record/fault.js";
import { isFault } from "../../record/fault.js";
import type { Registry } from "../../registry/open.js";
import type { PromiseName } from "./promises.js";

/** A promise that is broken, and by what. */
export interface Breach {
  check: PromiseName;
  path: string;
  message: string;
  hint?: string;
  /** The run that it is about. */
  run?: string;
  /** Of what is one's own and follows from something else: makes it so again. Throws faults. */
  mend?: () => void;
}

/** A look that tells breaches one after the other; `undefined` lets others have their turn. */
export type Looking<T = void> = Generator<Breach | undefined, T>;

export interface Survey {
  registry: Registry;
  now: number;
  /** Read all bytes again. */
  deep: boolean;
  /** Of a registry for a group. */
  gid: number | undefined;
  /** Only what is this user's. */
  only: string | undefined;
  /** Only runs that were named. */
  alone: boolean;
  /** What the runs that were looked at last may have in the index, by `user/run`. */
  edges: Map<string, ReadonlySet<string>>;
  /** Whether a pack of the user's has the run. */
  isPacked(user: string, id: string): boolean;
  /** Counts something that was looked at. */
  looked(): void;
  /** Tells of something that cannot be looked at: that is no breach. */
  unread(file: string, why: Fault): void;
}

export const hour_ms = 3_600_000;
export const day_ms = 24 * hour_ms;

/** What `read` gives; a fault that is about what is there is a breach, and one that keeps us from looking is told of. */
export function* reading<T>(survey: Survey, check: PromiseName, file: string, read: () => T): Looking<T | undefined> {
  try {
    return read();
  } catch (error) {
    if (!isFault(error)) throw error;
    if (error.code === "dataerr") yield breachOf(check, file, error);
    else if (error.code !== "noinput") survey.unread(file, error);
    return undefined;
  }
}

export function breachOf(check: PromiseName, file: string, { message, hint }: Fault): Breach {
  return { check, path: file, message: withoutPath(message, file), ...(hint === undefined ? {} : { hint }) };
}

/** Messages say which file they are about; a breach says that itself. */
export function withoutPath(message: string, file: string): string {
  const [before = "", after] = message.split(`'${file}'`, 2);
  return after === undefined || !/^(cannot [a-z ]+ )?$/.test(before)
    ? message
    : after.replace(/^( does not count)?:? /, "");
}

/**
 * Looks again where something was found: only what is found twice is told, so that what another process was just doing is
 * not taken for a breach. What is told in between is gathered, so that a look is to be of one thing.
 */
export function* twice(look: () => Looking): Looking {
  const first = gathered(look);
  if (first.length === 0) return yield undefined;
  const before = new Set(first.map(keyOf));
  yield* gathered(look).filter((breach) => before.has(keyOf(breach)));
}

/** All that a look finds. */
export function gathered(look: () => Looking): Breach[] {
  return [...look()].filter((breach) => breach !== undefined);
}

export function keyOf({ check, path, message }: Breach): string {
  return `${check}\0${path}\0${message}`;
}
