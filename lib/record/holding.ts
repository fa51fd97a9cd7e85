// Which waiting jobs are held, and which of those let go, so that no more run at once than the rules say. Pure.

/** A job that waits or runs. */
export interface Holdable {
  job: string;
  /** The rules that it falls under. */
  rules: readonly string[];
  waits: boolean;
  /** It waits until somebody releases it. */
  held: boolean;
  /** It is written down that we hold it, or were about to. */
  ours: boolean;
}

export interface Holding {
  hold: string[];
  release: string[];
  /** What is written down of these is over: they run, or may, without us. */
  forget: string[];
}

/**
 * Goes through the jobs in the order given, first those that run: whoever finds room under all of its rules (how many at
 * once, by rule) may go, all others wait. A job that somebody else holds takes no place, and stays as it is.
 */
export function holding(jobs: readonly Holdable[], most: ReadonlyMap<string, number>): Holding {
  const result: Holding = { hold: [], release: [], forget: [] };
  const used = new Map<string, number>();
  const take = (rules: readonly string[]) => {
    for (const rule of rules) used.set(rule, (used.get(rule) ?? 0) + 1);
  };
  for (const { job, rules, waits, ours } of jobs) {
    if (waits) continue;
    take(rules);
    if (ours) result.forget.push(job);
  }
  for (const { job, rules, waits, held, ours } of jobs) {
    if (!waits || rules.length === 0 || (held && !ours)) continue;
    const fits = rules.every((rule) => (used.get(rule) ?? 0) < (most.get(rule) ?? Number.POSITIVE_INFINITY));
    if (fits) take(rules);
    if (fits && ours) (held ? result.release : result.forget).push(job);
    if (!fits && !held) result.hold.push(job);
  }
  return result;
}
