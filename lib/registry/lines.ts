// The lines of a file that only grows, one after the other, in as little memory as its longest line takes.
import { systemFault } from "../record/fault.js";
import { fs } from "./disk.js";
import { withRegular } from "./regular.js";

const chunk = 1 << 18;
const longest = 1 << 20;

/**
 * Gives every whole line of the file to `take`, with its number from 1; what has no end yet is being written, and is left
 * out. Of one that is longer than a mebibyte `take` gets undefined. Throws dataerr for what is no regular file of `owner`'s.
 */
export function eachLine(file: string, owner: number, take: (line: string | undefined, number: number) => void): void {
  try {
    withRegular(file, owner, (fd) => read(fd, take));
  } catch (error) {
    throw systemFault(error, `read '${file}'`);
  }
}

function read(fd: number, take: (line: string | undefined, number: number) => void): void {
  const buffer = Buffer.allocUnsafe(chunk);
  let [parts, length, number]: [Buffer[], number, number] = [[], 0, 0];
  for (let got = fs.readSync(fd, buffer, 0, chunk, null); got > 0; got = fs.readSync(fd, buffer, 0, chunk, null)) {
    for (let from = 0; from < got; ) {
      const end = buffer.indexOf(10, from);
      const to = end < 0 || end >= got ? got : end;
      length += to - from;
      // What is too long is counted, not kept.
      parts = length > longest ? [] : [...parts, Buffer.from(buffer.subarray(from, to))];
      if (to < got) {
        number += 1;
        take(length > longest ? undefined : Buffer.concat(parts).toString("utf8"), number);
        [parts, length] = [[], 0];
      }
      from = to + 1;
    }
  }
}
