// The whole lines of a file that only grows, many at once, onwards or from its end: for files of millions of lines.
import { fs } from "./disk.js";
import { openIfThere } from "./regular.js";

const chunk = 1 << 20;

/** What stands for a line that is longer than a mebibyte: no reader takes it for anything. */
const tooLong = "(a line of more than 1 MiB)\n";
/** What has no end of a line for so long is no text: a file with a hole can be said to have terabytes. */
const mostOfLine = 64 * chunk;

/**
 * Texts of whole lines, each with its end, from the beginning; what has no end yet is being written, and is left out. With
 * `owner` the file is that uid's. Nothing comes after 64 MiB without an end of a line.
 */
export function* lineChunks(file: string, owner?: number): Generator<string> {
  const opened = openIfThere(file, owner);
  if (opened === undefined) return;
  const buffer = Buffer.allocUnsafe(2 * chunk);
  let kept = 0;
  let skipping = false;
  let skipped = 0;
  try {
    for (;;) {
      const read = fs.readSync(opened.fd, buffer, kept, chunk, null);
      if (read === 0) return;
      const filled = kept + read;
      const first = skipping ? buffer.subarray(0, filled).indexOf(10) + 1 : 0;
      if (skipping && first === 0) {
        kept = 0;
        skipped += read;
        if (skipped > mostOfLine) return;
        continue;
      }
      [skipping, skipped] = [false, 0];
      const end = buffer.lastIndexOf(10, filled - 1) + 1;
      if (end > first) yield buffer.toString("utf8", first, end);
      const rest = Math.max(first, end);
      kept = filled - rest;
      if (kept > chunk) {
        yield tooLong;
        [kept, skipping] = [0, true];
      } else buffer.copy(buffer, 0, rest, filled);
    }
  } finally {
    fs.closeSync(opened.fd);
  }
}

/** The same from the end: the last lines first, in texts whose lines stand in their order. Longer lines than 1 MiB are left out. */
export function* lineChunksBackwards(file: string, owner?: number): Generator<string> {
  const opened = openIfThere(file, owner);
  if (opened === undefined) return;
  const { fd, stat } = opened;
  try {
    // From here on all has been given, or cannot be: it begins with a line (`whole`), or in the middle of one.
    let upTo = stat.size;
    let whole = false;
    let skipped = 0;
    for (let length = 1 << 16; upTo > 0 && skipped < mostOfLine; ) {
      const from = Math.max(0, upTo - length);
      const buffer = Buffer.allocUnsafe(upTo - from);
      const read = fs.readSync(fd, buffer, 0, buffer.length, from);
      const end: number = whole ? read : buffer.subarray(0, read).lastIndexOf(10) + 1;
      const start = from === 0 ? 0 : buffer.indexOf(10) + 1;
      if (end > start) {
        yield buffer.toString("utf8", start, end);
        [upTo, whole, length, skipped] = [from + start, true, chunk, 0];
        continue;
      }
      skipped += read;
      if (end === 0) upTo = from;
      else if (length <= chunk) [upTo, whole, length] = [from + end, true, 2 * chunk];
      else [upTo, whole] = [from, false];
    }
  } finally {
    fs.closeSync(fd);
  }
}
