// How figures are taken: what is measured and its baseline by turns, so that a busy machine is as busy for both.

/** The middle of some numbers, and how far nine tenths of them spread: the lowest and the highest tenth are left out. */
export interface Spread {
  median: number;
  low: number;
  high: number;
}

/** One measurement: does the work once and returns its figure (a time, a rate). */
export type Sample = () => number | Promise<number>;

export interface Compared {
  ours: Spread;
  baseline: Spread;
  /** Of ours to the baseline, round by round. */
  ratio: Spread;
  /** Ours less the baseline, round by round. */
  difference: Spread;
  rounds: number;
}

/** Both by turns, `rounds` times after one round that does not count; who is first changes with every round. */
export async function alternately(rounds: number, ours: Sample, baseline: Sample): Promise<Compared> {
  const pairs: { ours: number; baseline: number }[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const first = round % 2 === 0;
    const early = await (first ? ours : baseline)();
    const late = await (first ? baseline : ours)();
    if (round >= 0) pairs.push(first ? { ours: early, baseline: late } : { ours: late, baseline: early });
  }
  return {
    ours: spread(pairs.map((pair) => pair.ours)),
    baseline: spread(pairs.map((pair) => pair.baseline)),
    ratio: spread(pairs.map((pair) => pair.ours / pair.baseline)),
    difference: spread(pairs.map((pair) => pair.ours - pair.baseline)),
    rounds,
  };
}

export function spread(numbers: readonly number[]): Spread {
  const sorted = numbers.slice().sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { median: at(0.5), low: at(0.1), high: at(0.9) };
}

/** Milliseconds that the work takes. */
export async function timed(work: () => unknown): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}
