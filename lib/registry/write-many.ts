// Many write-once files at once. What takes time is the disk, or the file server: it is asked for many of them together.
import path from "node:path";
import { errnoOf, systemFault } from "../record/fault.js";
import { fs } from "./disk.js";
import { aboutTo, hintFor, isSameFile, tempName } from "./write.js";

export interface NewFile {
  file: string;
  text: string;
  mode: number;
}

/**
 * Writes files that are written once, as writeOnce does each: they get their contents side by side, and then their names
 * one after the other, in the order given; each of their directories is synced once, at the end. Many such lists go on at
 * once. Says of each file `made`, or `exists` where another was first. Throws faults.
 */
export async function writeMany(files: readonly NewFile[]): Promise<("made" | "exists")[]> {
  const temps = files.map(({ file }) => tempName(path.dirname(file)));
  try {
    // Waits for all, also where one fails: what is under way would go on behind our back.
    const written = await Promise.allSettled(files.map((one, i) => taking(() => writeTemp(one, temps[i] ?? ""))));
    for (const one of written) if (one.status === "rejected") throw one.reason;
    const said: ("made" | "exists")[] = [];
    for (const [i, { file }] of files.entries()) said.push(await taking(() => link(temps[i] ?? "", file)));
    return said;
  } finally {
    const directories = new Set(files.map(({ file }) => path.dirname(file)));
    await Promise.all(temps.map((temp) => taking(() => discard(temp))));
    await Promise.all([...directories].map((directory) => taking(() => syncDirectory(directory))));
  }
}

/** So many operations are under way at once; the system's own threads do not take more. */
const atOnce = 64;
let under_way = 0;
const waiting: (() => void)[] = [];

async function taking<T>(act: () => Promise<T>): Promise<T> {
  while (under_way >= atOnce) await new Promise<void>((go) => waiting.push(go));
  under_way += 1;
  try {
    return await act();
  } finally {
    under_way -= 1;
    waiting.shift()?.();
  }
}

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
