// The three ways in which anything is written in a registry: once, replaced, appended.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { errnoOf, fault, systemFault } from "../record/fault.js";
import { randomWord } from "../record/random.js";

/** Where a test may stop, fail or watch a command between two writes; see `onWrite`. */
export type WriteStep = "temp" | "link" | "rename" | "append" | "mkdir" | "marker";
let watcher: ((step: WriteStep, file: string) => void) | undefined;

/** Calls `watch` right before every write of a registry's file. The crash tests use it; nobody else should. */
export function onWrite(watch: ((step: WriteStep, file: string) => void) | undefined): void {
  watcher = watch;
}

/**
 * Writes a file that is written once: temp, fsync, link(2) to its name, unlink, fsync of the directory. Says `made`, or
 * `exists` when another got there first. A server that repeats a request can answer EEXIST to the winner, so the file's
 * token is read back. Mode 0640 whatever the umask is. Throws faults.
 */
export function writeOnce(file: string, content: string | Uint8Array, mode = 0o640): "made" | "exists" {
  const temp = writeTemp(file, content, mode);
  try {
    watcher?.("link", file);
    fs.linkSync(temp, file);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw systemFault(error, `create '${file}'`);
    return isSameFile(temp, file) ? "made" : "exists";
  } finally {
    fs.unlinkSync(temp);
    syncDirectory(path.dirname(file));
  }
  return "made";
}

/** Writes or replaces a file that has exactly one writer: temp, fsync, rename(2). Throws faults. */
export function replace(file: string, content: string | Uint8Array, mode = 0o640): void {
  const temp = writeTemp(file, content, mode);
  try {
    watcher?.("rename", file);
    fs.renameSync(temp, file);
  } catch (error) {
    fs.rmSync(temp, { force: true });
    throw systemFault(error, `replace '${file}'`);
  }
}

/** Appends whole lines in one write(2). The file must have one writing host. Throws faults. */
export function append(file: string, lines: string, mode = 0o640): void {
  const bytes = Buffer.from(lines.endsWith("\n") ? lines : `${lines}\n`);
  watcher?.("append", file);
  let fd: number | undefined;
  try {
    fd = fs.openSync(
      file,
      fs.constants.O_APPEND | fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_NOFOLLOW,
      mode,
    );
    if (fs.writeSync(fd, bytes) !== bytes.length)
      throw fault("ioerr", `cannot append to '${file}': the line was cut short`);
  } catch (error) {
    throw systemFault(error, `append to '${file}'`);
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
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
    fs.closeSync(fs.openSync(file, fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_WRONLY, 0o640));
    return "made";
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return "exists";
    throw systemFault(error, `create '${file}'`);
  }
}

/** Removes a file; one that is gone already is no error. */
export function unmark(file: string): void {
  try {
    fs.unlinkSync(file);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw systemFault(error, `remove '${file}'`);
  }
}

/** The JSON of one record as its file holds it. */
export function recordText(record: object): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

function writeTemp(file: string, content: string | Uint8Array, mode: number): string {
  const temp = path.join(path.dirname(file), `.tmp-${os.hostname()}-${process.pid}-${randomWord(6)}`);
  watcher?.("temp", file);
  let fd: number | undefined;
  try {
    fd = fs.openSync(temp, fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_WRONLY, mode);
    fs.writeFileSync(fd, content);
    fs.fchmodSync(fd, mode);
    fs.fsyncSync(fd);
  } catch (error) {
    if (fd !== undefined) fs.rmSync(temp, { force: true });
    throw systemFault(error, `write '${file}'`, hintFor(error, file));
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
  return temp;
}

function hintFor(error: unknown, file: string): string | undefined {
  if (errnoOf(error) === "ENOSPC" || errnoOf(error) === "EDQUOT")
    return `free some space: df -h '${path.dirname(file)}'`;
  if (errnoOf(error) === "EROFS") return "the registry is mounted read-only here";
  return undefined;
}

/** The temp file is ours alone, so the same inode under the final name means that our link was the one that counted. */
function isSameFile(temp: string, file: string): boolean {
  const [ours, theirs] = [fs.lstatSync(temp), fs.lstatSync(file)];
  return ours.ino === theirs.ino && ours.dev === theirs.dev;
}

function syncDirectory(directory: string): void {
  let fd: number | undefined;
  try {
    fd = fs.openSync(directory, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
    fs.fsyncSync(fd);
  } catch {
    // Some network file systems refuse to sync a directory; the link itself was synchronous there.
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

function chmod(directory: string, mode: number): void {
  try {
    fs.chmodSync(directory, mode);
  } catch (error) {
    throw systemFault(error, `set the mode of '${directory}'`);
  }
}
