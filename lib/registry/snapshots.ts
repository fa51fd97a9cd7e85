// Snapshots by content: one tar per distinct tree of a user, and beside it what is known about it.
import path from "node:path";
import { errnoOf, systemFault } from "../record/fault.js";
import { type SnapshotRecord, snapshotSchema } from "../record/snapshot.js";
import { fs } from "./disk.js";
import { snapshotFiles } from "./layout.js";
import { ownDirectory, type Registry } from "./open.js";
import { readRecord } from "./read.js";
import { processStart } from "./submissions.js";
import { isTempName, tempName, writerHere } from "./temp-name.js";
import { recordText, writeOnce } from "./write.js";

export interface Stored {
  tar: string;
  tar_digest: string;
}

/** Where a tar may be written before its name is known: the same directory, so that it is only linked later. */
export function spoolFile(registry: Registry): string {
  return tempName(ownDirectory(registry, "snapshots"), ".tar");
}

/** The caller's snapshot of this digest, if both of its files are there. It counts as new: a run that is to be made needs it. */
export function storedSnapshot(registry: Registry, digest: string): Stored | undefined {
  touch(snapshotFiles(registry.base, registry.user, digest).json);
  return seenSnapshot(registry, digest);
}

/** The same, only looked at. */
export function seenSnapshot(registry: Registry, digest: string): Stored | undefined {
  const { tar, json } = snapshotFiles(registry.base, registry.user, digest);
  const record = readRecord(json, snapshotSchema, { owner: registry.uid });
  if (!record || !fs.existsSync(tar)) return undefined;
  return { tar, tar_digest: record.tar_digest };
}

/** Gives a written tar its name, then writes its record; the record is what makes it a snapshot. */
export function storeSnapshot(registry: Registry, record: SnapshotRecord, spool: string): Stored {
  const { tar, json } = snapshotFiles(registry.base, registry.user, record.id);
  try {
    fs.chmodSync(spool, registry.modes.file);
    sync(spool);
    // The same tree gives the same bytes: a tar that is there already is this one.
    link(spool, tar);
  } catch (error) {
    fs.rmSync(spool, { force: true });
    throw systemFault(error, `keep the snapshot '${tar}'`);
  }
  try {
    if (writeOnce(json, recordText(record), registry.modes.file) === "exists") touch(json);
    // Whoever was taking the old one away, took it before the record was here, or finds the record and puts it back.
    link(spool, tar);
  } finally {
    fs.rmSync(spool, { force: true });
  }
  removeStale(path.dirname(spool));
  return { tar, tar_digest: record.tar_digest };
}

/** A link that is there already is as good. */
function link(from: string, to: string): void {
  try {
    fs.linkSync(from, to);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw systemFault(error, `keep the snapshot '${to}'`);
  }
}

function touch(file: string): void {
  try {
    const now = new Date();
    fs.utimesSync(file, now, now);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw systemFault(error, `touch '${file}'`);
  }
}

/**
 * Takes one of the caller's snapshots away, unless somebody has asked for it since `before` (milliseconds). Its record goes
 * first: who looks for it from then on does not find it and writes it again. Says whether it has gone. Throws faults.
 */
export function removeSnapshot(registry: Registry, digest: string, before: number): boolean {
  const { tar, json } = snapshotFiles(registry.base, registry.user, digest);
  const [record, bytes] = [spoolFile(registry), spoolFile(registry)];
  try {
    fs.renameSync(json, record);
    if (fs.statSync(record).mtimeMs >= before) {
      link(record, json);
      return false;
    }
    fs.renameSync(tar, bytes);
    if (!fs.existsSync(json)) return true;
    link(bytes, tar);
    return false;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw systemFault(error, `remove the snapshot '${tar}'`);
  } finally {
    for (const file of [record, bytes]) fs.rmSync(file, { force: true });
  }
}

const day_ms = 86_400_000;

/** Removes what the caller's snapshots that were killed have left for a day, here or on other hosts. */
function removeStale(directory: string): void {
  for (const name of fs.readdirSync(directory).filter(isTempName)) {
    const writer = writerHere(name);
    if (writer !== undefined && processStart(writer) !== undefined) continue;
    const file = path.join(directory, name);
    try {
      if (Date.now() - fs.statSync(file).mtimeMs > day_ms) fs.unlinkSync(file);
    } catch {
      // Another snapshot of the caller's removed it, or has given it its name.
    }
  }
}

function sync(file: string): void {
  const fd = fs.openSync(file, "r");
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
