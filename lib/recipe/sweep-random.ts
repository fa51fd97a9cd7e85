// Numbers drawn for a sweep: the same for the same seed and name on every machine, and the first n of more are the same n.
import crypto from "node:crypto";

export interface Draw {
  /** From 0 up to, and without, 1. */
  unit(): number;
  /** A whole number from 0 up to, and without, `n`. */
  below(n: number): number;
}

/**
 * A stream of numbers by a seed and a name, so that two axes of one seed do not move together. xoshiro128** (Blackman and
 * Vigna, 2018), its state the first 16 bytes of sha256("<seed>:<name>").
 */
export function drawing(seed: number, name: string): Draw {
  const bytes = crypto.createHash("sha256").update(`${seed}:${name}`).digest();
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => bytes.readUInt32LE(at)) as [number, number, number, number];
  const next = () => {
    const word = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotated(d, 11);
    return word;
  };
  const unit = () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
  return { unit, below: (n) => Math.floor(unit() * n) };
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** `n` different whole numbers below `count`, in order (Floyd's algorithm: nothing of the size of `count` is made). */
export function sampled(count: number, n: number, draw: Draw): number[] {
  if (n >= count) return Array.from({ length: count }, (_, i) => i);
  const taken = new Set<number>();
  for (let last = count - n; last < count; last += 1) {
    const one = draw.below(last + 1);
    taken.add(taken.has(one) ? last : one);
  }
  return [...taken].sort((x, y) => x - y);
}
