// Numbers that follow from a seed alone, so that a failure can be had again.

export interface Random {
  /** One of 0…n-1. */
  below(n: number): number;
  /** Whether something of this probability happens. */
  chance(p: number): boolean;
  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T;
  /** A generator of its own, which draws by others do not move. */
  split(): Random;
}

/** The mulberry32 generator of Tommy Ettinger. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (n) => Math.floor(next() * n),
    chance: (p) => next() < p,
    pick: (items) => items[Math.floor(next() * items.length)] as never,
    split: () => randomOf(Math.floor(next() * 2 ** 32)),
  };
}
