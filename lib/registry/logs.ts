// The logs of a run: read by seeking, from the end or onwards from where one was, never whole.
import path from "node:path";
import { fs } from "./disk.js";
import type { RunOnDisk } from "./facts.js";
import { arrayDirectory, attemptDirectory, envelope, placeOfRun, submissionDirectory } from "./layout.js";
import { list } from "./read.js";
import { openIfThere } from "./regular.js";

export interface LogFile {
  /** Its path inside .lab/; of an array's element in the registry's tree. */
  source: string;
  file: string;
  attempt?: number;
}

/** The log files of a run in the order of time: the scheduler's own words of each submission, then its attempts' logs. */
export function logFiles({ run, dir, facts }: RunOnDisk, attempt?: number): LogFile[] {
  const lab = envelope(dir);
  const files: LogFile[] = [];
  for (const { n, array, receipt } of facts.submissions) {
    const begun = facts.attempts.findLast(({ start }) => start?.submission === n)?.start?.job;
    if (array) files.push(...ofArray(dir, array.id, receipt?.job ?? begun));
    const directory = submissionDirectory(lab, n);
    for (const name of list(directory).sort()) {
      if (/\.out$/.test(name)) files.push({ source: `submit-${n}/${name}`, file: path.join(directory, name) });
    }
    for (const { n: a, start, exit } of facts.attempts) {
      if ((start?.submission ?? 1) !== n) continue;
      const isEvaluated = run.eval !== undefined && exit?.code === 0;
      for (const name of isEvaluated ? ["job.log", "eval.log"] : ["job.log"])
        files.push({ source: `attempt-${a}/${name}`, file: path.join(attemptDirectory(lab, a), name), attempt: a });
    }
  }
  return attempt === undefined ? files : files.filter((log) => log.attempt === attempt);
}

/** The scheduler's own words of the job of an element are beside the script of its array. */
function ofArray(dir: string, id: string, job: string | undefined): LogFile[] {
  const { base, user } = placeOfRun(dir);
  const directory = arrayDirectory(base, user, id);
  const there = list(directory).filter((name) => name === `slurm-${job}.out`);
  return there.map((name) => ({ source: `arrays/${id}/${name}`, file: path.join(directory, name) }));
}

const chunk = 1 << 16;

/** Where the last `lines` lines of a file begin, in bytes; 0 where it has fewer, or is not there. */
export function tailOffset(file: string, lines: number): number {
  return withFile(file, 0, (fd, size) => {
    let position = size;
    let newlines = 0;
    const buffer = Buffer.alloc(chunk);
    while (position > 0) {
      const length = Math.min(chunk, position);
      position -= length;
      fs.readSync(fd, buffer, 0, length, position);
      for (let i = length - 1; i >= 0; i -= 1) {
        if (buffer[i] !== 10 || position + i === size - 1) continue;
        newlines += 1;
        if (newlines === lines) return position + i + 1;
      }
    }
    return 0;
  });
}

/**
 * The lines of a file from `offset` on; says where to go on. A last line without its end comes only where `whole` (the
 * file is complete). One longer than 64 kB comes in parts of whole characters.
 */
export function* linesFrom(file: string, offset: number, whole: boolean, owner?: number): Generator<string, number> {
  const { fd } = openIfThere(file, owner) ?? {};
  if (fd === undefined) return offset;
  const buffer = Buffer.alloc(chunk);
  let position = offset;
  try {
    for (;;) {
      const read = fs.readSync(fd, buffer, 0, chunk, position);
      if (read === 0) return position;
      const end = buffer.lastIndexOf(10, read - 1);
      const part = end < 0 || end >= read;
      if (part && read < chunk && !whole) return position;
      const stop = !part ? end : read === chunk ? wholeCharacters(buffer) : read;
      yield* buffer.toString("utf8", 0, stop).split("\n");
      position += part ? stop : stop + 1;
    }
  } finally {
    fs.closeSync(fd);
  }
}

/** How many bytes of a buffer there are without the beginning of a character of UTF-8 that goes on after it. */
function wholeCharacters(buffer: Buffer): number {
  for (let at = buffer.length - 1; at >= buffer.length - 3; at -= 1) {
    const byte = buffer[at] ?? 0;
    if (byte >= 0x80 && byte < 0xc0) continue; // in the middle of one
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return at + length > buffer.length ? at : buffer.length;
  }
  return buffer.length;
}

/** The size of a file in bytes; 0 where it is not there. */
export function sizeOf(file: string): number {
  return withFile(file, 0, (_, size) => size);
}

function withFile<T>(file: string, otherwise: T, act: (fd: number, size: number) => T): T {
  const opened = openIfThere(file);
  if (opened === undefined) return otherwise;
  try {
    return act(opened.fd, opened.stat.size);
  } finally {
    fs.closeSync(opened.fd);
  }
}
