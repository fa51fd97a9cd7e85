// Which of a run's checkpoints is the best by a metric: the value that was logged at its very step counts.
import type { Goal } from "../record/goal.js";
import type { RunOnDisk } from "./facts.js";
import { metricsOf } from "./metrics.js";

export interface Scored<T> {
  one: T;
  value: number;
}

/** Those that have a value at their step, the best first, of two that are as good the later; and how many values there are at all. */
export function scored<T extends { step?: number }>(
  disk: RunOnDisk,
  all: readonly T[],
  { name, goal }: Goal,
  bad: (message: string) => void,
): { best: Scored<T>[]; values: number } {
  const rows = [...metricsOf(disk, bad, (one) => one === name)];
  const values = new Map(rows.map(({ step, value }) => [step, value]));
  const found = all.flatMap((one) => {
    const value = one.step === undefined ? undefined : values.get(one.step);
    return typeof value === "number" ? [{ one, value }] : [];
  });
  const sign = goal === "min" ? 1 : -1;
  const best = found.sort((a, b) => sign * (a.value - b.value) || (b.one.step ?? 0) - (a.one.step ?? 0));
  return { best, values: rows.length };
}
