// Finding words in a text file of any size, a bounded part of it at a time, in the memory of a few chunks.
import { readAt } from "./text-part.js";

export interface Hit {
  /** Where its line begins, in bytes. */
  at: number;
  /** The number of its line, counted from that of the line where the search began. */
  line: number;
  /** The line, or what is around the hit where the line is long. */
  text: string;
}

export interface Found {
  hits: Hit[];
  /** Where to go on, and the number of the line there; absent where the file has been searched to its end. */
  next?: number;
  next_line?: number;
}

export interface Limits {
  hits: number;
  bytes: number;
  ms: number;
}

const chunk = 1 << 18;
const shown = 400;

/**
 * The lines that hold `words` from a position on, which begins a line of number `line`. Letters of ASCII are the same large or
 * small, unless a large one is wanted. Reads no further than the limits say, but at least one chunk.
 */
export async function searchText(
  fd: number,
  words: string,
  from: number,
  line: number,
  limits: Limits,
): Promise<Found> {
  const exact = /[A-Z]/.test(words);
  const wanted = wantedAs(words, exact);
  const buffer = Buffer.allocUnsafe(chunk + wanted.folded.length);
  const until = Date.now() + limits.ms;
  const hits: Hit[] = [];
  for (let at = from, number = line; ; ) {
    const read = await readAt(fd, buffer, at);
    const last = read < buffer.length;
    // Whole lines at a time; of a line that is longer than a chunk, pieces that overlap by the length of the words.
    const newline = buffer.lastIndexOf(10, read - 1) + 1;
    const end = last ? read : newline > 0 && newline <= read ? newline : chunk;
    const piece: Piece = { buffer: buffer.subarray(0, read), end, at, line: number };
    const stopped = search(piece, wanted, hits, limits.hits);
    if (stopped) return { hits, next: stopped.at, next_line: stopped.line };
    if (last) return { hits };
    number += newlines(buffer, 0, end);
    at += end;
    if (hits.length >= limits.hits || at - from >= limits.bytes || Date.now() >= until)
      return { hits, next: at, next_line: number };
  }
}

interface Piece {
  buffer: Buffer;
  /** Where the next piece begins. */
  end: number;
  at: number;
  line: number;
}

/** One hit a line; where enough were found, what follows the last. */
function search(
  { buffer, end, at, line }: Piece,
  wanted: Wanted,
  hits: Hit[],
  most: number,
): { at: number; line: number } | undefined {
  const text = wanted.exact ? buffer.toString("latin1") : buffer.toString("latin1").toLowerCase();
  let [counted, number] = [0, line];
  for (let found = text.indexOf(wanted.folded); found >= 0 && found < end; ) {
    if (!isMeant(buffer, found, wanted)) {
      found = text.indexOf(wanted.folded, found + 1);
      continue;
    }
    const begin = found === 0 ? 0 : buffer.lastIndexOf(10, found - 1) + 1;
    const next = buffer.indexOf(10, found);
    number += newlines(buffer, counted, begin);
    counted = begin;
    hits.push({ at: at + begin, line: number, text: around(buffer, begin, next < 0 ? buffer.length : next, found) });
    if (hits.length >= most && next >= 0) return { at: at + next + 1, line: number + 1 };
    if (next < 0) return undefined;
    found = text.indexOf(wanted.folded, next + 1);
  }
  return undefined;
}

interface Wanted {
  exact: boolean;
  /** Bytes as characters, so that places in the one are places in the other. */
  folded: string;
  ascii: string;
}

function wantedAs(words: string, exact: boolean): Wanted {
  const bytes = Buffer.from(words).toString("latin1");
  return { exact, folded: exact ? bytes : bytes.toLowerCase(), ascii: bytes };
}

/** Folding bytes as characters of latin1 is fast, and takes some bytes of UTF-8 for others. */
function isMeant(buffer: Buffer, found: number, { exact, folded, ascii }: Wanted): boolean {
  if (exact) return true;
  const there = buffer.toString("latin1", found, found + folded.length);
  return there.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) === ascii;
}

function newlines(buffer: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = buffer.indexOf(10, from); at >= 0 && at < to; at = buffer.indexOf(10, at + 1)) count += 1;
  return count;
}

function around(buffer: Buffer, begin: number, stop: number, found: number): string {
  const from = stop - begin <= shown ? begin : Math.max(begin, found - shown / 4);
  const to = Math.min(stop, from + shown);
  const text = buffer.toString("utf8", from, to).replace(/^\ufffd+|\ufffd+$/g, "");
  return `${from > begin ? "…" : ""}${text.replace(/\r$/, "")}${to < stop ? "…" : ""}`;
}
