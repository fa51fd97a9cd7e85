// The lines of a pack's summary file, read from its end; and the place of a run in it, found by halving.
import { type Fault, fault } from "../record/fault.js";
import { fs } from "./disk.js";
import type { Pack } from "./packs.js";

/** What every line begins with; the run's id comes next, then its state and its name. */
export const lineStart = '{"type":"summary","v":1,"id":"';
const idStart = lineStart.length;
export const idLength = 22;
/** So much of a line tells its id, and most often state and name. */
const headLength = 192;

/** A line that may not have been read whole yet. */
export interface Line {
  id: string;
  /** Its first characters, by which most filters decide. */
  head: string;
  /** All of it; and as bytes, which are there only until the next line is asked for. */
  text(): string;
  bytes(): Uint8Array;
}

/**
 * The lines of a pack from the newest run to the oldest, those of ` before` and later left out; `passes` tells by the first
 * characters whether a line is wanted. A line serves until the next is asked for. Throws dataerr where one is no summary,
 * or out of its order.
 */
export function* linesBackward(
  pack: Pack,
  before: string | undefined,
  passes: (head: string) => boolean = () => true,
): Generator<Line> {
  const stop = before === undefined ? pack.end : lowerBound(pack, before);
  let previous = before;
  let count = 0;
  for (const { buffer, from, to } of linesOf(pack, stop)) {
    const head = buffer.toString("latin1", from, Math.min(to, from + headLength));
    const id = head.slice(idStart, idStart + idLength);
    if (
      !head.startsWith(lineStart) ||
      buffer[to - 1] !== 125 ||
      (previous !== undefined && id >= previous) ||
      id < pack.first
    )
      throw damaged(pack, ` before ${previous ?? "its end"}`);
    previous = id;
    count += 1;
    if (!passes(head)) continue;
    yield { id, head, text: () => buffer.toString("utf8", from, to), bytes: () => buffer.subarray(from, to) };
  }
  if (stop === pack.end && count !== pack.header.runs)
    throw damaged(pack, `: ${count} of its ${pack.header.runs} lines`);
}

interface Place {
  buffer: Buffer;
  from: number;
  to: number;
}

const chunks = { first: 1 << 16, most: 1 << 20 };

/** The places of lines before `stop`, the last first. */
function* linesOf(pack: Pack, stop: number): Generator<Place> {
  let size = chunks.first;
  let end = stop;
  while (end > pack.start) {
    const from = Math.max(pack.start, end - size);
    const buffer = Buffer.allocUnsafe(end - from);
    readAll(pack, buffer, from);
    // Where the newline is that ends the line.
    let to = buffer.length - 1;
    for (let before = newlineBefore(buffer, to); before >= 0; before = newlineBefore(buffer, to)) {
      yield { buffer, from: before + 1, to };
      to = before;
    }
    if (from === pack.start) {
      yield { buffer, from: 0, to };
      return;
    }
    // What is left is the end of a line that begins before the chunk; one that is longer than the chunk needs a larger one.
    size = to === buffer.length - 1 ? size * 2 : chunks.most;
    end = from + to + 1;
  }
}

function newlineBefore(buffer: Buffer, to: number): number {
  return to === 0 ? -1 : buffer.lastIndexOf(10, to - 1);
}

function readAll(pack: Pack, buffer: Buffer, from: number): void {
  const read = fs.readSync(pack.fd, buffer, 0, buffer.length, from);
  if (read !== buffer.length) throw damaged(pack, ` at byte ${from}`);
}

/** Where the first line of `id` or a later run begins, or the end (bytes). Reads a few lines only. Throws dataerr. */
export function lowerBound(pack: Pack, id: string): number {
  let [low, high] = [pack.start, pack.end];
  // Halves the places at which one may begin to look: the first line from `low` on may be too early, from `high` on is not.
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const line = lineFrom(pack, middle);
    if (line === undefined || line.id >= id) high = middle;
    else low = line.at + 1;
  }
  return lineFrom(pack, low)?.at ?? pack.end;
}

/** Whether the pack has a line of the run. */
export function hasLine(pack: Pack, id: string): boolean {
  return id >= pack.first && id <= pack.last && lineFrom(pack, lowerBound(pack, id))?.id === id;
}

const step = 1 << 12;

/** The first line that begins at `place` or later. */
function lineFrom(pack: Pack, place: number): { id: string; at: number } | undefined {
  const buffer = Buffer.allocUnsafe(step);
  let at = place === pack.start ? place : undefined;
  for (let from = at ?? place - 1; from < pack.end; ) {
    const length = Math.min(step, pack.end - from);
    readAll(pack, buffer.subarray(0, length), from);
    const newline = at === undefined ? buffer.subarray(0, length).indexOf(10) : -1;
    at ??= newline < 0 ? undefined : from + newline + 1;
    if (at === undefined) from += length;
    else if (at + headLength <= from + length || from + length >= pack.end)
      return at < pack.end ? idAt(pack, buffer, at - from, at) : undefined;
    else from = at;
  }
  return undefined;
}

function idAt(pack: Pack, buffer: Buffer, offset: number, at: number): { id: string; at: number } {
  const head = buffer.toString("latin1", offset, offset + idStart + idLength);
  if (!head.startsWith(lineStart)) throw damaged(pack, ` at byte ${at}`);
  return { id: head.slice(idStart), at };
}

function damaged({ name, user }: Pack, where: string): Fault {
  return fault("dataerr", `the pack '${name}' of ${user} is damaged${where}`, { hint: "lab pack --rebuild" });
}
