// The three ways in which anything is written in a registry: once, replaced, appended.
import path from "node:path";
import { errnoOf, fault, systemFault } from "../record/fault.js";
import { atOnce, type Calls, call } from "./calls.js";
import { fs } from "./disk.js";
import { tempName } from "./temp-name.js";

/** Where a test may stop, fail or watch a command between two writes; see `onWrite`. */
export type WriteStep = "temp" | "link" | "rename" | "append" | "mkdir" | "marker" | "unmark";
let watcher: ((step: WriteStep, file: string) => void) | undefined;

/** Calls `watch` right before every write of a registry's file. The crash tests use it; nobody else should. */
export function onWrite(watch: ((step: WriteStep, file: string) => void) | undefined): void {
  watcher = watch;
}

/**
 * Writes a file that is written once: temp, fsync, link(2) to its name, unlink, fsync of the directory. Says `made`, or
 * `exists` when another got there first. A request that came twice is answered EEXIST to the winner, and an answer can be
 * lost, so it is looked whose file is there. Mode 0640 whatever the umask is. Throws faults.
 */
export function writeOnce(file: string, content: string | Uint8Array, mode = 0o640): "made" | "exists" {
  return atOnce(writingOnce(file, content, mode));
}

/** The same, call by call. */
export function* writingOnce(file: string, content: string | Uint8Array, mode: number): Calls<"made" | "exists"> {
  const temp = yield* writingTemp(file, content, mode);
  try {
    return yield* linking(temp, file);
  } finally {
    yield* discarding(temp);
    yield* syncingDirectory(path.dirname(file));
  }
}

/**
 * Makes `file` another name of one that has the same text and is written once, too: nothing is written, and nothing waited for.
 * Says whether it is that now; not where there is another file, or the file system has no such names.
 */
export function nameAlso(same: string, file: string): boolean {
  try {
    watcher?.("link", file);
    fs.linkSync(same, file);
    return true;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

/** Writes or replaces a file that has exactly one writer: temp, fsync, rename(2). Throws faults. */
export function replace(file: string, content: string | Uint8Array, mode = 0o640): void {
  const temp = atOnce(writingTemp(file, content, mode));
  try {
    watcher?.("rename", file);
    fs.renameSync(temp, file);
  } catch (error) {
    if (holds(file, content)) return;
    atOnce(discarding(temp));
    throw systemFault(error, `replace '${file}'`, hintFor(error, file));
  }
}

/**
 * Appends whole lines in one write(2), with exactly this mode where it makes the file. The file must have one writing
 * host. A line that a killed writer left without its end is ended first, or it would spoil ours. Throws faults.
 */
export function append(file: string, lines: string, mode = 0o640): void {
  const bytes = Buffer.from(lines.endsWith("\n") ? lines : `${lines}\n`);
  watcher?.("append", file);
  let fd: number | undefined;
  try {
    fd = openToAppend(file, mode);
    const start = endsInside(fd) ? Buffer.concat([newline, bytes]) : bytes;
    if (fs.writeSync(fd, start) !== start.length)
      throw fault("ioerr", `cannot append to '${file}': the line was cut short`, { hint: spaceHint(file) });
    // A network file system may say only now that there is no space.
    const written = fd;
    fd = undefined;
    fs.closeSync(written);
  } catch (error) {
    throw systemFault(error, `append to '${file}'`, hintFor(error, file));
  } finally {
    if (fd !== undefined) closeQuietly(fd);
  }
}

const newline = Buffer.from("\n");

/** Neither a link is followed nor a pipe waited for: only a regular file is appended to. */
function openToAppend(file: string, mode: number): number {
  const { O_APPEND, O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  const flags = O_APPEND | O_RDWR | O_NOFOLLOW | O_NONBLOCK;
  if (appended === file)
    try {
      return openRegular(file, flags);
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
    }
  appended = file;
  try {
    const made = fs.openSync(file, flags | O_CREAT | O_EXCL, mode);
    fs.fchmodSync(made, mode);
    return made;
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
  return openRegular(file, flags);
}

/** What this process appended to last: nearly always it is there still. */
let appended: string | undefined;

function openRegular(file: string, flags: number): number {
  const fd = fs.openSync(file, flags);
  if (fs.fstatSync(fd).isFile()) return fd;
  fs.closeSync(fd);
  throw fault("dataerr", `cannot append to '${file}': not a regular file`);
}

function endsInside(fd: number): boolean {
  const { size } = fs.fstatSync(fd);
  const last = Buffer.alloc(1);
  return size > 0 && fs.readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== newline[0];
}

/** Makes one directory with exactly this mode (the umask has no say). Says `made` or `exists`. Throws faults. */
export function makeDirectory(directory: string, mode = 0o750): "made" | "exists" {
  try {
    watcher?.("mkdir", directory);
    fs.mkdirSync(directory, { mode });
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return "exists";
    throw systemFault(error, `make the directory '${directory}'`);
  }
  chmod(directory, mode);
  return "made";
}

/** An empty file whose name is all that it says. Says `made` or `exists`. */
export function mark(file: string): "made" | "exists" {
  try {
    watcher?.("marker", file);
    const fd = fs.openSync(file, fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_WRONLY, 0o640);
    fs.fchmodSync(fd, 0o640);
    fs.closeSync(fd);
    return "made";
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return "exists";
    throw systemFault(error, `create '${file}'`);
  }
}

/** Removes a file; one that is gone already is no error. */
export function unmark(file: string): void {
  try {
    watcher?.("unmark", file);
    fs.unlinkSync(file);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw systemFault(error, `remove '${file}'`);
  }
}

/** The JSON of one record as its file holds it. */
export function recordText(record: object): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/** The file's content under another name in its directory, synced: the first step of what is written once or replaced. */
export function* writingTemp(file: string, content: string | Uint8Array, mode: number): Calls<string> {
  watcher?.("temp", file);
  let fd: number | undefined;
  let temp = "";
  try {
    [fd, temp] = yield* openingTemp(path.dirname(file), mode);
    yield* call("writeFile", fd, content);
    // As it nearly always is; to look asks nobody.
    if ((fs.fstatSync(fd).mode & 0o7777) !== mode) yield* call("fchmod", fd, mode);
    yield* call("fsync", fd);
  } catch (error) {
    if (fd !== undefined) yield* discarding(temp);
    throw systemFault(error, `write '${file}'`, hintFor(error, file));
  } finally {
    if (fd !== undefined) yield* quietly(call("close", fd));
  }
  return temp;
}

/** Nobody else has its name; where it is taken all the same, our own request came twice, and that file stays empty. */
function* openingTemp(directory: string, mode: number, tries = 3): Calls<[fd: number, temp: string]> {
  const { O_CREAT, O_EXCL, O_WRONLY } = fs.constants;
  const temp = tempName(directory);
  try {
    return [yield* call("open", temp, O_CREAT | O_EXCL | O_WRONLY, mode), temp];
  } catch (error) {
    if (errnoOf(error) !== "EEXIST" || tries <= 1) throw error;
    yield* discarding(temp);
    return yield* openingTemp(directory, mode, tries - 1);
  }
}

/** The step that decides: gives the temp file its name, if nobody has it. */
export function* linking(temp: string, file: string): Calls<"made" | "exists"> {
  try {
    watcher?.("link", file);
    yield* call("link", temp, file);
    return "made";
  } catch (error) {
    if (yield* isSameFile(temp, file)) return "made";
    if (errnoOf(error) !== "EEXIST") throw systemFault(error, `create '${file}'`, hintFor(error, file));
    return "exists";
  }
}

/** The temp file is ours alone, so the same inode under the final name means that our link was the one that counted. */
function* isSameFile(temp: string, file: string): Calls<boolean> {
  try {
    const ours = yield* call("lstat", temp, { bigint: true });
    const theirs = yield* call("lstat", file, { bigint: true });
    return ours.ino === theirs.ino && ours.dev === theirs.dev;
  } catch (error) {
    // Whoever was first took it back meanwhile.
    if (errnoOf(error) === "ENOENT") return false;
    throw systemFault(error, `look at '${file}'`);
  }
}

/** A temp file that stays is no harm: nobody takes it for a fact. */
export function discarding(temp: string): Calls<void> {
  return quietly(call("unlink", temp));
}

/** Some network file systems refuse to sync a directory; the link itself was synchronous there. */
export function* syncingDirectory(directory: string): Calls<void> {
  yield* quietly(syncing(directory));
}

function* syncing(directory: string): Calls<void> {
  const fd = yield* call("open", directory, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
  try {
    yield* call("fsync", fd);
  } finally {
    yield* call("close", fd);
  }
}

/** What goes wrong outside is known already, or no harm. */
function* quietly(work: Calls<unknown>): Calls<void> {
  try {
    yield* work;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

/** What may help where a write failed. */
function hintFor(error: unknown, file: string): string | undefined {
  if (errnoOf(error) === "ENOSPC" || errnoOf(error) === "EDQUOT") return spaceHint(file);
  if (errnoOf(error) === "EROFS") return "the registry is mounted read-only here";
  return undefined;
}

function spaceHint(file: string): string {
  return `free some space: df -h '${path.dirname(file)}'`;
}

/** Whether a file holds this already: a rename that came twice is answered ENOENT though it was done. */
function holds(file: string, content: string | Uint8Array): boolean {
  try {
    return Buffer.from(content as Uint8Array).equals(fs.readFileSync(file));
  } catch {
    return false;
  }
}

/** What went wrong is known already. */
function closeQuietly(fd: number): void {
  try {
    fs.closeSync(fd);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

function chmod(directory: string, mode: number): void {
  try {
    fs.chmodSync(directory, mode);
  } catch (error) {
    throw systemFault(error, `set the mode of '${directory}'`);
  }
}
