// Random bytes and words from the kernel's generator; node:crypto would add a tenth to the start of every command.
import fs from "node:fs";

/** `count` bytes that nobody can guess. */
export function randomBytes(count: number): Uint8Array {
  if (count > store.length - given) fill(Math.max(count, many));
  given += count;
  return store.slice(given - count, given);
}

/** Some are read in advance: a command that makes a thousand runs needs many, a few at a time. Each is given once. */
const many = 512;
let store = new Uint8Array(0);
let given = 0;

function fill(count: number): void {
  const fd = fs.openSync("/dev/urandom", "r");
  try {
    store = new Uint8Array(count);
    given = 0;
    fs.readSync(fd, store, 0, count, null);
  } finally {
    fs.closeSync(fd);
  }
}

/** A word of `2 × bytes` hexadecimal digits that nobody else draws. */
export function randomWord(bytes = 16): string {
  return Buffer.from(randomBytes(bytes)).toString("hex");
}
