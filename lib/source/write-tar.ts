import crypto from "node:crypto";
import fs from "node:fs";
import { type ChunkWriter, chunkWriter } from "./chunk-writer.js";
import { checkUnchanged, openEntry, readFully, sha256 } from "./entry-file.js";
import { headerLength, paddedLength, writeHeader } from "./tar-header.js";
import { TreeChanged } from "./tree-changed.js";
import type { Entries, Entry } from "./tree-entries.js";
import type { TreePath } from "./tree-path.js";

/** Throws TreeChanged if the open file is not what was listed. */
type Check = (fd: number) => void;

export interface TarFile {
  path: string;
  digest: string;
  bytes: number;
}

/**
 * Writes the tar of the entries to a new file: the same bytes for the same tree, whoever writes it. Each file is hashed as
 * it is written; one whose content is not that of `sha` (which is set where it was unknown) or whose stat changed since it
 * was listed throws TreeChanged, and what was written is of no use. Throws noperm, ioerr and the like.
 */
export async function writeTar(root: TreePath, { entries, stats }: Entries, file: string): Promise<TarFile> {
  const out = chunkWriter(file);
  try {
    for (const [place, entry] of entries.entries()) {
      const check = (fd: number) => checkUnchanged(fd, entry, stats, place);
      const isSmall = paddedLength(entry.bytes) < out.capacity / 2;
      // Awaited only where there is something to wait for: with ten thousand files that is some thirty times.
      const room = out.room(headerLength(entry) + (isSmall ? paddedLength(entry.bytes) : 0));
      if (room) await room;
      out.advance(writeHeader(out.chunk(), out.at(), entry));
      if (entry.target !== undefined) continue;
      const sha = isSmall ? writeSmall(root, entry, out, check) : await writeLarge(root, entry, out, check);
      if (entry.sha !== undefined && entry.sha !== sha) throw new TreeChanged(entry.path);
      entry.sha = sha;
    }
    await writeEnd(out);
    return { path: file, ...(await out.finish()) };
  } catch (error) {
    fs.rmSync(file, { force: true });
    throw error;
  } finally {
    await out.close();
  }
}

/** Two blocks of zeros, and as many more as fill the last record of 20 blocks. */
async function writeEnd(out: ChunkWriter): Promise<void> {
  const record = 20 * 512;
  const zeros = Math.ceil((out.length() + 2 * 512) / record) * record - out.length();
  await out.room(zeros);
  out.chunk().fill(0, out.at(), out.at() + zeros);
  out.advance(out.at() + zeros);
}

/** Reads a file to its place in the tar, which has room for it. */
function writeSmall(root: TreePath, entry: Entry, out: ChunkWriter, check: Check): string {
  const [chunk, at] = [out.chunk(), out.at()];
  const fd = openEntry(root, entry);
  try {
    readFully(fd, chunk, at, entry);
    check(fd);
  } finally {
    fs.closeSync(fd);
  }
  const end = at + paddedLength(entry.bytes);
  chunk.fill(0, at + entry.bytes, end);
  out.advance(end);
  return sha256(chunk.subarray(at, at + entry.bytes));
}

async function writeLarge(root: TreePath, entry: Entry, out: ChunkWriter, check: Check): Promise<string> {
  const hash = crypto.createHash("sha256");
  const fd = openEntry(root, entry);
  try {
    for (let left = entry.bytes; left > 0; ) {
      const length = Math.min(left, out.capacity);
      await out.room(length);
      const [chunk, at] = [out.chunk(), out.at()];
      readFully(fd, chunk, at, entry, length);
      hash.update(chunk.subarray(at, at + length));
      out.advance(at + length);
      left -= length;
    }
    check(fd);
  } finally {
    fs.closeSync(fd);
  }
  const padding = paddedLength(entry.bytes) - entry.bytes;
  await out.room(padding);
  out.chunk().fill(0, out.at(), out.at() + padding);
  out.advance(out.at() + padding);
  return hash.digest("hex");
}
