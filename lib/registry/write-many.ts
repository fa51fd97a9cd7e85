// Many write-once files at once. What takes time is the disk, or the file server: it is asked for many of them together.
import path from "node:path";
import { errnoOf, systemFault } from "../record/fault.js";
import { sideBySide } from "../record/side-by-side.js";
import { fs } from "./disk.js";
import { aboutTo, hintFor, isSameFile, tempName, writeOnce } from "./write.js";

export interface NewFile {
  file: string;
  text: string;
  mode: number;
}

type Written = ("made" | "exists")[];

/** Work that stops where files are to be written, in that order up to one that exists, and goes on with what became of them. */
export type Writing<T> = Generator<readonly NewFile[], T, Written>;

/** Does the work at once: nothing else goes on meanwhile. Throws what the work throws, and faults. */
export function writeNow<T>(work: Writing<T>): T {
  let step = work.next();
  while (!step.done) {
    const said: Written = [];
    for (const { file, text, mode } of step.value) {
      said.push(writeOnce(file, text, mode));
      if (said.at(-1) === "exists") break;
    }
    step = work.next(said);
  }
  return step.value;
}

/** Does the work beside other such work, whose files are written meanwhile. Throws what the work throws, and faults. */
export async function writeBeside<T>(work: Writing<T>): Promise<T> {
  let step = work.next();
  while (!step.done) step = work.next(await writeMany(step.value, { to_first: true }));
  return step.value;
}

/**
 * Writes files that are written once, as writeOnce does each: they get their contents side by side, and then their names one
 * after the other, in the order given; each of their directories is synced once, at the end. Says of each `made`, or
 * `exists` where another was first; with `to_first` that is the end of it. Throws faults.
 */
export async function writeMany(
  files: readonly NewFile[],
  { to_first = false }: { to_first?: boolean } = {},
): Promise<Written> {
  // One name is drawn for all.
  const stem = path.basename(tempName(""));
  const temps = files.map(({ file }, i) => path.join(path.dirname(file), `${stem}-${i}`));
  try {
    // Waits for all, also where one fails: what is under way would go on behind our back.
    const written = await Promise.allSettled(files.map((one, i) => taking(() => writeTemp(one, temps[i] ?? ""))));
    for (const one of written) if (one.status === "rejected") throw one.reason;
    const said: Written = [];
    for (const [i, { file }] of files.entries())
      if (!to_first || said.at(-1) !== "exists") said.push(await taking(() => link(temps[i] ?? "", file)));
    return said;
  } finally {
    const directories = new Set(files.map(({ file }) => path.dirname(file)));
    await Promise.all(temps.map((temp) => taking(() => discard(temp))));
    await Promise.all([...directories].map((directory) => taking(() => syncDirectory(directory))));
  }
}

/** So many operations are under way at once; the process has fewer threads for them. */
const taking = sideBySide(64);

type Done<T> = (error: Error | null, value: T) => void;

/** One call of the file system's that tells by a callback how it went. */
function asked<T = void>(call: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value))));
}

async function writeTemp({ file, text, mode }: NewFile, temp: string): Promise<void> {
  aboutTo("temp", file);
  let fd: number | undefined;
  try {
    const opened = await asked<number>((done) => fs.open(temp, "wx", mode, done));
    fd = opened;
    await asked((done) => fs.writeFile(opened, text, done as (error: Error | null) => void));
    await asked((done) => fs.fchmod(opened, mode, done as (error: Error | null) => void));
    await asked((done) => fs.fsync(opened, done as (error: Error | null) => void));
  } catch (error) {
    throw systemFault(error, `write '${file}'`, hintFor(error, file));
  } finally {
    const opened = fd;
    if (opened !== undefined) await quietly((done) => fs.close(opened, done));
  }
}

async function link(temp: string, file: string): Promise<"made" | "exists"> {
  aboutTo("link", file);
  try {
    await asked((done) => fs.link(temp, file, done as (error: Error | null) => void));
    return "made";
  } catch (error) {
    // A request that came twice is answered EEXIST to the winner.
    if (isSameFile(temp, file)) return "made";
    if (errnoOf(error) !== "EEXIST") throw systemFault(error, `create '${file}'`, hintFor(error, file));
    return "exists";
  }
}

/** A temp file that stays is no harm; and some network file systems refuse to sync a directory. */
async function quietly(call: (done: (error?: Error | null) => void) => void): Promise<void> {
  await new Promise<void>((resolve) => call(() => resolve()));
}

function discard(temp: string): Promise<void> {
  return quietly((done) => fs.unlink(temp, done));
}

async function syncDirectory(directory: string): Promise<void> {
  await quietly((done) => {
    fs.open(directory, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY, (error, fd) => {
      if (error) done();
      else fs.fsync(fd, () => fs.close(fd, done));
    });
  });
}
