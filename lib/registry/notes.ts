// notes/<author>/<run>/<id>.json: what people write about runs, their own and others'. Each note is written once.
import path from "node:path";
import { fault, isFault } from "../record/fault.js";
import { isUserName } from "../record/names.js";
import { type Note, noteSchema } from "../record/note.js";
import { drawRunId, isRunId } from "../record/run-id.js";
import { notesDirectory, userDirectory } from "./layout.js";
import { ownDirectory, type Registry } from "./open.js";
import { ownerOfUser } from "./owners.js";
import { list, readRecord } from "./read.js";
import { makeDirectory, recordText, writeOnce } from "./write.js";

type Bad = (message: string) => void;

/** Larger notes are not written, nor read (bytes). */
export const largestNote = 2 ** 16;

/** Of one author so many notes about one run are read, the newest; and of so many that cannot be read it is said why. */
export const mostNotes = 1000;
const mostTold = 10;

/** Writes a note of the caller's about a run, and gives it back with its id. Throws faults. */
export function writeNote(
  registry: Registry,
  about: Omit<Note, "type" | "v" | "id" | "author" | "at">,
  now: number,
): Note {
  ownDirectory(registry, "notes");
  const directory = notesDirectory(registry.base, registry.user, about.run as string);
  makeDirectory(directory, registry.modes.directory);
  for (;;) {
    const note = noteOf(registry, about, now);
    if (writeOnce(path.join(directory, `${note.id}.json`), recordText(note), registry.modes.file) === "made")
      return note;
  }
}

/** The same, not written. */
export function noteOf(
  { user }: Registry,
  { run, ...says }: Omit<Note, "type" | "v" | "id" | "author" | "at">,
  now: number,
): Note {
  const at = new Date(now).toISOString();
  return { type: "note", v: 1, id: drawRunId(now), run: run as string, author: user, at, ...says };
}

/**
 * The notes about a run, in the order in which they were written: of each author the newest `mostNotes`, for whoever wants may
 * write about anybody's run. What cannot be read is told of and left out.
 */
export function notesOf(registry: Registry, run: string, bad: Bad, authors = authorsIn(registry, bad)): Note[] {
  const found = authors.flatMap((author) => {
    const owner = ownerIn(registry, author, bad);
    if (owner === undefined) return [];
    const directory = notesDirectory(registry.base, author, run);
    const names = namesIn(directory, bad).sort().slice(-mostNotes);
    return fewTold(bad, (few) => names.flatMap((name) => readNote(path.join(directory, name), owner, few) ?? []));
  });
  return found.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Tells of the first troubles, and then how many more there were. */
function fewTold<T>(bad: Bad, look: (few: Bad) => T): T {
  let told = 0;
  const found = look((message) => {
    told += 1;
    if (told <= mostTold) bad(message);
  });
  if (told > mostTold) bad(`${told - mostTold} more notes cannot be read`);
  return found;
}

/** The runs that anybody has written about: one list an author, no note is read. */
export function annotatedRuns(registry: Registry, bad: Bad): Set<string> {
  const runs = new Set<string>();
  for (const author of authorsIn(registry, bad)) for (const run of namesOfRuns(registry, author, bad)) runs.add(run);
  return runs;
}

/** Those who have written anything. */
export function authorsIn({ base }: Registry, bad: Bad): string[] {
  return told(() => list(path.dirname(userDirectory(base, "notes", "x"))), bad).filter(isUserName);
}

function namesOfRuns(registry: Registry, author: string, bad: Bad): string[] {
  if (ownerIn(registry, author, bad) === undefined) return [];
  return told(() => list(userDirectory(registry.base, "notes", author)), bad).filter(isRunId);
}

function ownerIn(registry: Registry, author: string, bad: Bad): number | undefined {
  const directory = userDirectory(registry.base, "notes", author);
  return told(() => [ownerOfUser(registry, directory, author)], bad)[0];
}

function namesIn(directory: string, bad: Bad): string[] {
  return told(() => list(directory), bad).filter((name) => idOfNote(name) !== undefined);
}

/** `20261121-101010-k7q3mz.json` → its id; undefined for other names. */
export function idOfNote(name: string): string | undefined {
  const id = name.endsWith(".json") ? name.slice(0, -5) : "";
  return isRunId(id) ? id : undefined;
}

function readNote(file: string, owner: number, bad: Bad): Note | undefined {
  return told(() => {
    const note = readRecord(file, noteSchema, { owner, limit: largestNote });
    if (note && wrongPlace(note, file) !== undefined)
      throw fault("dataerr", `cannot trust '${file}': it ${wrongPlace(note, file)}`);
    return note ? [note] : [];
  }, bad)[0];
}

/** What a note says of itself that its place does not; undefined where all is well. */
export function wrongPlace({ id, run, author }: Note, file: string): string | undefined {
  const directory = path.dirname(file);
  const place = [path.basename(file), path.basename(directory), path.basename(path.dirname(directory))];
  const own = [`${id}.json`, run, author];
  return own.every((word, i) => word === place[i]) ? undefined : `is note ${id} of ${author} about ${run}`;
}

function told<T>(look: () => T[], bad: Bad): T[] {
  try {
    return look();
  } catch (error) {
    if (!isFault(error)) throw error;
    bad(error.message);
    return [];
  }
}
