// How the content of a listed file is read, so that a change since it was listed never goes unseen.
import crypto from "node:crypto";
import fs from "node:fs";
import { errnoOf, systemFault } from "../record/fault.js";
import type { StatTable } from "./stat-table.js";
import { TreeChanged } from "./tree-changed.js";
import type { Entry } from "./tree-entries.js";
import { shownPath, systemPath, type TreePath } from "./tree-path.js";

/** Opens the file of an entry, if it is still one. Throws TreeChanged, noperm and the like, naming it. */
export function openEntry(root: TreePath, { path }: Entry): number {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  try {
    return fs.openSync(systemPath(`${root}/${path}`), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ELOOP", "ENXIO"].includes(errnoOf(error) ?? "")) throw new TreeChanged(path);
    throw systemFault(
      error,
      `read '${shownPath(path)}'`,
      "leave it out by .gitignore or [source] ignore, or make it readable",
    );
  }
}

/** Reads `length` bytes on; fewer mean that the file was cut: TreeChanged. */
export function readFully(fd: number, buffer: Buffer, at: number, { path, bytes }: Entry, length = bytes): void {
  for (let got = 0; got < length; ) {
    const read = readSome(fd, buffer, at + got, length - got, path);
    if (read === 0) throw new TreeChanged(path);
    got += read;
  }
}

function readSome(fd: number, buffer: Buffer, at: number, length: number, path: TreePath): number {
  try {
    return fs.readSync(fd, buffer, at, length, null);
  } catch (error) {
    if (errnoOf(error) === "EISDIR") throw new TreeChanged(path);
    throw systemFault(error, `read '${shownPath(path)}'`);
  }
}

/** The file that was read is, also now that it was read, the one that was listed; else TreeChanged. */
export function checkUnchanged(fd: number, { path }: Entry, stats: StatTable, place: number): void {
  if (!stats.same(place, fs.fstatSync(fd, { bigint: true }))) throw new TreeChanged(path);
}

/** The sha256 in hex; for small files the one-shot function takes half the time of createHash. */
export function sha256(bytes: Buffer): string {
  return crypto.hash("sha256", bytes);
}
