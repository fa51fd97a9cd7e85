// Stands in the place of lib/record/random.ts in a simulation: words that nobody else draws, but the same with every run.
import { type Random, randomOf } from "./random.js";

let random: Random = randomOf(0);

export function seed(number: number): void {
  random = randomOf(number);
}

/** One of 0…n-1. */
export function chosen(n: number): number {
  return random.below(n);
}

export function randomBytes(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => random.below(256));
}

export function randomWord(bytes = 16): string {
  return Buffer.from(randomBytes(bytes)).toString("hex");
}
