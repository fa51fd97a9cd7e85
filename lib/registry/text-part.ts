// Parts of a text file that may be of any size and may be growing, or shrinking, meanwhile: by seeking, in little memory.
import { systemFault } from "../record/fault.js";
import { fs } from "./disk.js";

/** Fills a buffer from a position on, without holding up anything else; says how far it got, which is less where the file ends. */
export async function readAt(fd: number, buffer: Buffer, position: number): Promise<number> {
  for (let filled = 0; ; ) {
    const read = await new Promise<number>((resolve, reject) => {
      const done = (error: Error | null, bytes: number) =>
        error ? reject(systemFault(error, "read a file of the run")) : resolve(bytes);
      fs.read(fd, buffer, filled, buffer.length - filled, position + filled, done);
    });
    filled += read;
    if (read === 0 || filled === buffer.length) return filled;
  }
}

/** The bytes from `from` to before `to`, in pieces; fewer where the file has become shorter. Closes the file in any case. */
export async function* pieces(fd: number, from: number, to: number, size = 1 << 18): AsyncGenerator<Buffer> {
  try {
    for (let at = from; at < to; ) {
      const buffer = Buffer.allocUnsafe(Math.min(size, to - at));
      const read = await readAt(fd, buffer, at);
      if (read > 0) yield buffer.subarray(0, read);
      if (read < buffer.length) return;
      at += read;
    }
  } finally {
    fs.closeSync(fd);
  }
}

export interface TextPart {
  text: string;
  /** Where it begins and ends in the file, in bytes. */
  from: number;
  to: number;
}

/** At most `most` bytes from `from` on, and at most `lines` lines where that is given; no character is cut at the end. */
export async function partFrom(
  fd: number,
  from: number,
  most: number,
  lines = Number.POSITIVE_INFINITY,
): Promise<TextPart> {
  const buffer = Buffer.allocUnsafe(most);
  const read = await readAt(fd, buffer, from);
  const end = endOfLines(buffer, read < most ? read : wholeCharacters(buffer, read), lines);
  return { text: buffer.toString("utf8", 0, end), from, to: from + end };
}

/** The last `lines` lines that end at `end`, of at most `most` bytes: of a longer one its end, from a whole character on. */
export async function partBefore(fd: number, end: number, most: number, lines: number): Promise<TextPart> {
  const start = Math.max(0, end - most);
  const buffer = Buffer.allocUnsafe(end - start);
  const read = await readAt(fd, buffer, start);
  let begin = beginOfLines(buffer, read, lines);
  if (begin === 0 && start > 0) {
    const first = buffer.indexOf(10) + 1;
    begin = first > 0 && first < read ? first : firstCharacter(buffer, read);
  }
  return { text: buffer.toString("utf8", begin, read), from: start + begin, to: start + read };
}

function endOfLines(buffer: Buffer, end: number, lines: number): number {
  let at = 0;
  for (let count = 0; count < lines && at < end; count += 1) {
    const next = buffer.indexOf(10, at) + 1;
    if (next === 0 || next > end) return end;
    at = next;
  }
  return Number.isFinite(lines) ? at : end;
}

function beginOfLines(buffer: Buffer, end: number, lines: number): number {
  let at = buffer[end - 1] === 10 ? end - 1 : end;
  for (let count = 0; count < lines; count += 1) {
    const before = at === 0 ? -1 : buffer.lastIndexOf(10, at - 1);
    if (before < 0) return 0;
    if (count === lines - 1) return before + 1;
    at = before;
  }
  return end;
}

/** How many bytes there are without the beginning of a character of UTF-8 that goes on after them. */
function wholeCharacters(buffer: Buffer, end: number): number {
  for (let at = end - 1; at >= Math.max(0, end - 3); at -= 1) {
    const byte = buffer[at] ?? 0;
    if (byte >= 0x80 && byte < 0xc0) continue; // in the middle of one
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return at + length > end ? at : end;
  }
  return end;
}

function firstCharacter(buffer: Buffer, end: number): number {
  let at = 0;
  while (at < Math.min(3, end) && ((buffer[at] ?? 0) & 0xc0) === 0x80) at += 1;
  return at;
}
