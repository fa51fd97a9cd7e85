// What jobs take of a host, across users: the numbered log hosts/<host>.<number>.json, with <number>.end beside an entry
// that its owner says is over. All are files of the one shared directory that the founder made: in a directory of its
// own, whoever made it could remove everybody's entries.
import fs from "node:fs";
import path from "node:path";
import { errnoOf, fault, isFault, systemFault } from "../record/fault.js";
import { isUserName } from "../record/names.js";
import { type Reservation, reservationSchema } from "../record/queue.js";
import { userDirectory } from "./layout.js";
import { ownerOf, type Registry } from "./open.js";
import { list, readRecord } from "./read.js";
import { mark, recordText, unmark, writeOnce } from "./write.js";

export interface Entry {
  number: number;
  reservation: Reservation;
  /** Its owner says that it is over. */
  ended: boolean;
}

export interface HostLog {
  /** In the order of their numbers. */
  entries: Entry[];
  /** The number that whoever has read this may take. */
  next: number;
}

export interface HostFiles {
  /** The entries that count. What is forged or malformed is reported and takes no more than its number. */
  read(report: (message: string) => void): HostLog;
  /** Takes a number; `exists` when another got there first. */
  link(number: number, reservation: Reservation): "made" | "exists";
  /**
   * Ends one's own entries: they are removed, save the highest number of the log, which gets its `.end`, so that no number
   * is given twice.
   */
  end(numbers: number[]): void;
  /** Calls `changed` soon after another process of this host changed the log; gives what ends that. */
  watch(changed: () => void): () => void;
}

/** The log of a host; every process that writes it is on that host, so none sees a listing older than its own link. */
export function hostFiles(registry: Registry, host: string): HostFiles {
  const directory = path.join(registry.base, "hosts");
  const file = (number: number) => path.join(directory, `${host}.${number}.json`);
  const end = (number: number) => path.join(directory, `${host}.${number}.end`);
  const known = new Map<string, Reservation | string>();

  function read(report: (message: string) => void): HostLog {
    const numbers = numbersOf(listed(), host);
    const entries: Entry[] = [];
    for (const number of [...numbers.keys()].sort((a, b) => a - b)) {
      if (!numbers.get(number)?.has("json")) continue;
      const found = entryOf(number);
      if (typeof found === "string") report(found);
      else if (found) {
        const ended = numbers.get(number)?.has("end") === true && statOf(end(number))?.uid === found.uid;
        entries.push({ number, reservation: found, ended });
      }
    }
    let next = highestOf(entries) + 1;
    // What is no entry takes no more than its number.
    while (numbers.has(next)) next += 1;
    return { entries, next };
  }

  function listed(): string[] {
    const owner = ownerOf(directory);
    if (owner === registry.founder) return list(directory);
    const cause = owner === undefined ? "there is no such directory" : `it belongs to uid ${owner}, not to its founder`;
    throw fault("noperm", `cannot use '${directory}': ${cause}`, {
      hint: "the founder of the registry makes it with lab init",
    });
  }

  /** The reservation, or why it is none; undefined for one that has gone. A file that is another one now is read again. */
  function entryOf(number: number): Reservation | string | undefined {
    const stat = statOf(file(number));
    if (!stat) return undefined;
    const key = `${number} ${stat.dev} ${stat.ino} ${stat.ctimeMs}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = readEntry(file(number), stat.uid);
    if (found !== undefined) known.set(key, found);
    if (known.size > 10_000) known.clear();
    return found;
  }

  function readEntry(name: string, owner: number): Reservation | string | undefined {
    try {
      const reservation = readRecord(name, reservationSchema, { owner, limit: 65_536 });
      return reservation && (forgeryOf(reservation, name, owner) ?? reservation);
    } catch (error) {
      if (isFault(error) && (error.code === "dataerr" || error.code === "noperm")) return error.message;
      throw error;
    }
  }

  function forgeryOf({ uid, user, host: named }: Reservation, name: string, owner: number): string | undefined {
    if (named !== host) return `cannot trust '${name}': it speaks of the host ${named}`;
    const real = isUserName(user) ? ownerOf(userDirectory(registry.base, "queue", user)) : undefined;
    if (uid === owner && real === owner) return undefined;
    return `cannot trust '${name}': it belongs to uid ${owner} and speaks of ${user} (uid ${uid})`;
  }

  function endAll(over: number[]): void {
    const numbers = numbersOf(listed(), host);
    const highest = highestOf(read(() => {}).entries);
    const ours = (name: string) => statOf(name)?.uid === registry.uid;
    for (const number of over) {
      // Where somebody else's file has the name of its end, the number is used up by that.
      const marked = number === highest && (mark(end(number)) === "made" || ours(end(number)));
      if (!marked && ours(file(number))) unmark(file(number));
    }
    for (const [number, kinds] of numbers) {
      const alone = !kinds.has("json") || over.includes(number);
      if (number !== highest && alone && kinds.has("end") && ours(end(number))) unmark(end(number));
    }
  }

  function watch(changed: () => void): () => void {
    const watcher = fs.watch(directory, { persistent: false }, (_event, name) => {
      if (name === null || numberOf(name, host)) changed();
    });
    watcher.on("error", () => watcher.close());
    return () => watcher.close();
  }

  return {
    read,
    link: (number, reservation) => writeOnce(file(number), recordText(reservation), registry.modes.file),
    end: endAll,
    watch,
  };
}

/**
 * A step so great that no host ever starts as many jobs while one runs: an entry that stands above it was put there to use
 * the numbers up. It takes what it says, like any other, but nobody's number follows it; so that when it is removed, all
 * go on from where they were.
 */
const leap = 1e9;

function highestOf(entries: readonly Entry[]): number {
  let highest = 0;
  for (const { number } of entries) {
    if (number > highest + leap) break;
    highest = number;
  }
  return highest;
}

function numbersOf(names: string[], host: string): Map<number, Set<string>> {
  const numbers = new Map<number, Set<string>>();
  for (const name of names) {
    const parsed = numberOf(name, host);
    if (!parsed) continue;
    const kinds = numbers.get(parsed.number);
    if (kinds) kinds.add(parsed.kind);
    else numbers.set(parsed.number, new Set([parsed.kind]));
  }
  return numbers;
}

function numberOf(name: string, host: string): { number: number; kind: string } | undefined {
  if (!name.startsWith(`${host}.`)) return undefined;
  const [, digits, kind] = /^([1-9]\d{0,14})\.(json|end)$/.exec(name.slice(host.length + 1)) ?? [];
  return digits === undefined || kind === undefined ? undefined : { number: Number(digits), kind };
}

function statOf(name: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(name);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw systemFault(error, `look at '${name}'`);
  }
}
