// How the best that was reached became better in time.

export interface Ended {
  at: string;
  run: string;
  index: number;
  value: number;
}

/** Every point in the order in which they ended, with the best up to then. What is no number counts for nothing. Pure. */
export function bestSoFar(ended: readonly Ended[], goal: "min" | "max"): (Ended & { best: number })[] {
  const ordered = ended
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.index - b.index));
  let best: number | undefined;
  return ordered.map((one) => {
    const isBetter = best === undefined || (goal === "min" ? one.value < best : one.value > best);
    best = isBetter || best === undefined ? one.value : best;
    return { ...one, best };
  });
}
