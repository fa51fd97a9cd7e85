// The last values of metrics for somebody who looks again and again while they are written: what has come since is read, and of
// what was there before a bounded part at a time, the newest first.
import { type Point, pointsIn, wordOf } from "../record/point.js";
import type { Metric } from "../record/records.js";
import { fs } from "./disk.js";
import type { RunOnDisk } from "./facts.js";
import { attemptsOf, printedAmong, resultsOf } from "./metrics.js";
import { openIfThere } from "./regular.js";

/** What was read of a run's files: to be kept from look to look. */
export type Followed = Map<string, FollowedFile>;

interface FollowedFile {
  ino: number;
  /** All whole lines between these places have been read. */
  from: number;
  to: number;
  last: Map<string, Point>;
}

/** So much is read at a look (bytes), of all files of a run. */
const most = 4 << 20;
const chunk = 1 << 20;
/** A file of more names than these is none that anybody would list. */
const mostNames = 2000;

export interface FollowedValues {
  values: Record<string, Metric["value"]>;
  /** Everything was read that there is: the values are those of `lastValues`, if what is printed has steps always or never. */
  complete: boolean;
}

/** The last values as far as they are known after one more look. Throws faults, as reading does. */
export function followedValues(disk: RunOnDisk, followed: Followed, budget = most): FollowedValues {
  const left = { bytes: budget };
  let complete = true;
  const all = new Map<string, Point>();
  for (const point of resultsOf(disk)) all.set(point.name, point);
  for (const { owner, files, log } of attemptsOf(disk).reverse()) {
    const last = new Map<string, Point>();
    for (const [i, file] of [...files, ...(log === undefined ? [] : [log])].entries()) {
      const state = look(file, owner, i < files.length ? points : printed, followed, left);
      if (!state) continue;
      complete &&= state.done;
      for (const point of state.last.values()) take(last, point);
    }
    for (const [name, point] of last) if (!all.has(name)) all.set(name, point);
  }
  return { values: Object.fromEntries([...all].map(([name, { value }]) => [name, wordOf(value)])), complete };
}

type Fold = (text: string, into: Map<string, Point>) => void;

/** The last line of each name. */
const points: Fold = (text, into) => {
  for (const point of pointsIn(text, () => {})) put(into, point);
};

/** Of each name the highest step. */
const printed: Fold = (text, into) => {
  for (const point of printedAmong(text)) take(into, point);
};

function take(into: Map<string, Point>, point: Point): void {
  const other = into.get(point.name);
  if (!other || !(point.step !== undefined && other.step !== undefined && point.step < other.step)) put(into, point);
}

function put(into: Map<string, Point>, point: Point): void {
  if (into.size < mostNames || into.has(point.name)) into.set(point.name, point);
}

interface Left {
  bytes: number;
}

function look(file: string, owner: number, fold: Fold, followed: Followed, left: Left) {
  const opened = openIfThere(file, owner);
  if (!opened) return undefined;
  const { fd, stat } = opened;
  try {
    const known = followed.get(file);
    const isKnown = known !== undefined && known.ino === stat.ino && stat.size >= known.to;
    const state = isKnown ? known : { ino: stat.ino, from: stat.size, to: stat.size, last: new Map<string, Point>() };
    followed.set(file, state);
    while (isKnown && left.bytes > 0 && onwards(fd, state, stat.size, fold, left));
    const isNew = left.bytes > 0;
    while (left.bytes > 0 && state.from > 0) backwards(fd, state, fold, left);
    return { last: state.last, done: isNew && state.from === 0 };
  } finally {
    fs.closeSync(fd);
  }
}

function read(fd: number, from: number, to: number, left: Left): Buffer {
  const buffer = Buffer.allocUnsafe(to - from);
  left.bytes -= buffer.length;
  return buffer.subarray(0, fs.readSync(fd, buffer, 0, buffer.length, from));
}

/** Reads what comes after; says whether there was anything. */
function onwards(fd: number, state: FollowedFile, size: number, fold: Fold, left: Left): boolean {
  if (state.to >= size) return false;
  const buffer = read(fd, state.to, Math.min(size, state.to + chunk), left);
  const end = buffer.lastIndexOf(10) + 1;
  if (end > 0) fold(buffer.toString("utf8", 0, end), state.last);
  // A line without an end in so many bytes is none.
  const step = end > 0 ? end : buffer.length === chunk ? chunk : 0;
  state.to += step;
  return step > 0;
}

function backwards(fd: number, state: FollowedFile, fold: Fold, left: Left): void {
  const from = Math.max(0, state.from - chunk);
  const buffer = read(fd, from, state.from, left);
  const start = from === 0 ? 0 : buffer.indexOf(10) + 1;
  const end = buffer.lastIndexOf(10) + 1;
  // What is not whole yet at the first look is read again from where it begins.
  if (state.from === state.to) state.to = from + end;
  if (end > start) {
    const earlier = new Map<string, Point>();
    fold(buffer.toString("utf8", start, end), earlier);
    for (const point of earlier.values()) {
      const later = state.last.get(point.name);
      const isHigher = fold === printed && (point.step ?? 0) > (later?.step ?? Number.POSITIVE_INFINITY);
      if (!later || (isHigher && point.step !== undefined)) put(state.last, point);
    }
  }
  // A line that is longer than this is passed over.
  state.from = end > start || from === 0 ? from + start : from;
}
