// Generations that anybody may link in a shared directory: which of the numbers count.

/**
 * A generation counts only if it is at most so many above the next lower one that is there. So nobody ends a name for
 * all by linking the highest number there is; and one who removes a few of hers takes nobody else's away with them.
 */
export const widestStep = 1000;

/** The numbers that count, lowest first, and the first one beyond them that follows none, if there is one. */
export function ladder(numbers: readonly number[]): { counting: number[]; beyond?: number } {
  const sorted = [...numbers].sort((a, b) => a - b);
  const gap = sorted.findIndex((number, i) => number - (sorted[i - 1] ?? 0) > widestStep);
  if (gap < 0) return { counting: sorted };
  return { counting: sorted.slice(0, gap), beyond: sorted[gap] as number };
}
