// Random bytes and words from the kernel's generator; node:crypto would add a tenth to the start of every command.
import fs from "node:fs";

/** `count` bytes that nobody can guess. */
export function randomBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  const fd = fs.openSync("/dev/urandom", "r");
  try {
    fs.readSync(fd, bytes, 0, count, null);
  } finally {
    fs.closeSync(fd);
  }
  return bytes;
}

/** A word of `2 × bytes` hexadecimal digits that nobody else draws. */
export function randomWord(bytes = 16): string {
  return Buffer.from(randomBytes(bytes)).toString("hex");
}
