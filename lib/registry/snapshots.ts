// Snapshots by content: one tar per distinct tree of a user, and beside it what is known about it.
import os from "node:os";
import path from "node:path";
import { errnoOf, systemFault } from "../record/fault.js";
import { randomWord } from "../record/random.js";
import { type SnapshotRecord, snapshotSchema } from "../record/snapshot.js";
import { fs } from "./disk.js";
import { snapshotFiles } from "./layout.js";
import { ownDirectory, type Registry } from "./open.js";
import { readRecord } from "./read.js";
import { recordText, writeOnce } from "./write.js";

export interface Stored {
  tar: string;
  tar_digest: string;
}

/** Where a tar may be written before its name is known: the same directory, so that it is only linked later. */
export function spoolFile(registry: Registry): string {
  const name = `.tmp-${os.hostname()}-${process.pid}-${randomWord(6)}.tar`;
  return path.join(ownDirectory(registry, "snapshots"), name);
}

/** The caller's snapshot of this digest, if both of its files are there. */
export function storedSnapshot(registry: Registry, digest: string): Stored | undefined {
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
    fs.linkSync(spool, tar);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw systemFault(error, `keep the snapshot '${tar}'`);
  } finally {
    fs.rmSync(spool, { force: true });
  }
  writeOnce(json, recordText(record), registry.modes.file);
  removeStale(path.dirname(spool));
  return { tar, tar_digest: record.tar_digest };
}

const day_ms = 86_400_000;

/** Removes what the caller's snapshots that were killed have left for a day, here or on other hosts. */
function removeStale(directory: string): void {
  for (const name of fs.readdirSync(directory).filter((entry) => entry.startsWith(".tmp-"))) {
    const [, host, pid] = /^\.tmp-(.+)-(\d+)-[^-]+$/.exec(name) ?? [];
    if (host === os.hostname() && fs.existsSync(`/proc/${pid}`)) continue;
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
