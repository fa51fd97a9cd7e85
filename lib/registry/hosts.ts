// What jobs take of a host, across users: the numbered log hosts/<host>.<number>.json, with <number>.end beside an entry
// that its owner says is over. All are files of the one shared directory that the founder made: in a directory of its
// own, whoever made it could remove everybody's entries.
import path from "node:path";
import { errnoOf, fault, isFault, systemFault } from "../record/fault.js";
import { isUserName } from "../record/names.js";
import { type Reservation, reservationSchema } from "../record/queue.js";
import { fs, type Stats } from "./disk.js";
import { type Numbers, numbersByHost, parseHostFile } from "./host-names.js";
import { userDirectory } from "./layout.js";
import { ownerOf, type Registry } from "./open.js";
import { list, readRecord } from "./read.js";
import { isTempName } from "./temp-name.js";
import { mark, recordText, unmark, writeOnce } from "./write.js";

export interface Entry {
  number: number;
  reservation: Reservation;
  /** Its owner says that it is over. */
  ended: boolean;
}

export interface HostLog {
  /** Those of one host in the order of their numbers. */
  entries: Entry[];
  /** The number that whoever has read this may take of this host's. */
  next: number;
}

export interface HostFiles {
  /** The entries that count, of all hosts. What is forged or malformed in this host's log is reported, and takes no more than its number. */
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

/**
 * The log of a host; every process that writes it is on that host, so none sees a listing older than its own link. Entries
 * of other hosts are read with it: a host may have had another name when a job of its present boot began.
 */
export function hostFiles(registry: Registry, host: string): HostFiles {
  const directory = path.join(registry.base, "hosts");
  const file = (number: number, of = host) => path.join(directory, `${of}.${number}.json`);
  const end = (number: number, of = host) => path.join(directory, `${of}.${number}.end`);
  const ours = (name: string) => statOf(name)?.uid === registry.uid;
  /** What files were found to say at the last look and at this one, by what shows that a file is still the same. */
  let before = new Map<string, Reservation | string>();
  let known = new Map<string, Reservation | string>();

  function read(report: (message: string) => void): HostLog {
    const hosts = numbersByHost(listed());
    const entries = [...hosts].flatMap(([of, numbers]) => entriesOf(of, numbers, of === host ? report : () => {}));
    let next = highestOf(entries, host) + 1;
    // What is no entry takes no more than its number.
    while (hosts.get(host)?.has(next)) next += 1;
    // What has gone is forgotten.
    [before, known] = [known, new Map()];
    return { entries, next };
  }

  function entriesOf(of: string, numbers: Numbers, report: (message: string) => void): Entry[] {
    const entries: Entry[] = [];
    for (const number of [...numbers.keys()].sort((a, b) => a - b)) {
      if (!numbers.get(number)?.has("json")) continue;
      const found = entryOf(of, number);
      if (typeof found === "string") report(found);
      else if (found) {
        const ended = numbers.get(number)?.has("end") === true && statOf(end(number, of))?.uid === found.uid;
        entries.push({ number, reservation: found, ended });
      }
    }
    return entries;
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
  function entryOf(of: string, number: number): Reservation | string | undefined {
    const stat = statOf(file(number, of));
    if (!stat) return undefined;
    const key = `${of} ${number} ${stat.dev} ${stat.ino} ${stat.ctimeMs}`;
    const found = before.get(key) ?? readEntry(file(number, of), of, stat.uid);
    if (found !== undefined) known.set(key, found);
    return found;
  }

  function readEntry(name: string, of: string, owner: number): Reservation | string | undefined {
    try {
      const reservation = readRecord(name, reservationSchema, { owner, limit: 65_536 });
      return reservation && (forgeryOf(reservation, name, of, owner) ?? reservation);
    } catch (error) {
      if (isFault(error) && (error.code === "dataerr" || error.code === "noperm")) return error.message;
      throw error;
    }
  }

  function forgeryOf(found: Reservation, name: string, of: string, owner: number): string | undefined {
    const { uid, user } = found;
    if (found.host !== of) return `cannot trust '${name}': it speaks of the host ${found.host}`;
    const real = isUserName(user) ? ownerOf(userDirectory(registry.base, "queue", user)) : undefined;
    if (uid === owner && real === owner) return undefined;
    return `cannot trust '${name}': it belongs to uid ${owner} and speaks of ${user} (uid ${uid})`;
  }

  function endAll(over: number[]): void {
    const names = listed();
    const numbers: Numbers = numbersByHost(names).get(host) ?? new Map();
    const highest = highestOf(read(() => {}).entries, host);
    for (const number of over) {
      // Where somebody else's file has the name of its end, the number is used up by that.
      const marked = number === highest && (mark(end(number)) === "made" || ours(end(number)));
      if (!marked && ours(file(number))) unmark(file(number));
    }
    for (const [number, kinds] of numbers) {
      const alone = !kinds.has("json") || over.includes(number);
      if (number !== highest && alone && kinds.has("end") && ours(end(number))) unmark(end(number));
    }
    for (const name of names) if (isLeftover(path.join(directory, name))) unmark(path.join(directory, name));
  }

  /** A temporary file of ours that nobody can be writing any more. */
  function isLeftover(name: string): boolean {
    if (!isTempName(path.basename(name)) || !ours(name)) return false;
    const stat = statOf(name);
    return stat?.isFile() === true && Date.now() - stat.ctimeMs > 3_600_000;
  }

  function watch(changed: () => void): () => void {
    const watcher = fs.watch(directory, { persistent: false }, (_event, name) => {
      if (name === null || parseHostFile(name)?.host === host) changed();
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

function highestOf(entries: readonly Entry[], host: string): number {
  let highest = 0;
  for (const { number, reservation } of entries) {
    if (reservation.host !== host) continue;
    if (number > highest + leap) break;
    highest = number;
  }
  return highest;
}

function statOf(name: string): Stats | undefined {
  try {
    return fs.lstatSync(name);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw systemFault(error, `look at '${name}'`);
  }
}
