// Writes a long file in large pieces: while one is on its way to the disk, the next is being filled.
import crypto from "node:crypto";
import fs from "node:fs";
import { systemFault } from "../record/fault.js";

export interface ChunkWriter {
  /** How many bytes a piece holds. */
  readonly capacity: number;
  /** The piece that is being filled, up to `at()`; another one after `room`. */
  chunk(): Buffer;
  at(): number;
  /** How many bytes there are by now, written or not. */
  length(): number;
  /** Makes room for so many bytes in one piece; at most `capacity`. */
  room(bytes: number): Promise<void> | undefined;
  /** Says that the piece is filled up to here. */
  advance(to: number): void;
  /** Writes what is left; the sha256 and the length of the whole. */
  finish(): Promise<{ digest: string; bytes: number }>;
  close(): Promise<void>;
}

const capacity = 2 << 20;

/** Creates the file (0600), which must not exist yet. Throws cantcreat, ioerr and the like, naming it. */
export function chunkWriter(file: string): ChunkWriter {
  const fd = created(file);
  const hash = crypto.createHash("sha256");
  const [first, second] = [Buffer.allocUnsafe(capacity), Buffer.allocUnsafe(capacity)];
  let chunk = first;
  let [at, flushed] = [0, 0];
  let writing: Promise<void> = Promise.resolve();
  const flush = async () => {
    const part = chunk.subarray(0, at);
    hash.update(part);
    await writing;
    writing = writeAll(fd, part, flushed).catch((error) => Promise.reject(systemFault(error, `write '${file}'`)));
    // It is awaited before the next piece is written; until then nobody is there to see it fail.
    writing.catch(() => {});
    flushed += at;
    chunk = chunk === first ? second : first;
    at = 0;
  };
  return {
    capacity,
    chunk: () => chunk,
    at: () => at,
    length: () => flushed + at,
    room: (wanted) => (at + wanted > capacity ? flush() : undefined),
    advance: (to) => {
      at = to;
    },
    async finish() {
      await flush();
      await writing;
      return { digest: `sha256:${hash.digest("hex")}`, bytes: flushed };
    },
    async close() {
      // Not before the last write has ended: the descriptor may be another file's by then.
      await writing.catch(() => {});
      fs.closeSync(fd);
    },
  };
}

function created(file: string): number {
  try {
    return fs.openSync(file, "wx", 0o600);
  } catch (error) {
    throw systemFault(error, `create '${file}'`);
  }
}

function writeAll(fd: number, part: Buffer, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.write(fd, part, 0, part.length, position, (error, written) => {
      if (error) reject(error);
      else if (written === part.length) resolve();
      else writeAll(fd, part.subarray(written), position + written).then(resolve, reject);
    });
  });
}
