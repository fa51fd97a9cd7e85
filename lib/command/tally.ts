// The line below a list: how many there are, and how they stand.
import type { TableStyle } from "./table.js";
import { at, paint } from "./table.js";

export interface Tally {
  /** The option that asks for it. */
  option: string;
  /** What is counted by, and its values in the order in which they are told. */
  key: string;
  order: readonly string[];
  /** What one of them is called: `run`. */
  noun: string;
  /** On a terminal only so many rows are shown, unless the option `unless` says how many there are to be. */
  most: number;
  unless: string;
}

export interface Count {
  /** Whether this row is still one of those to show. */
  add(record: unknown): boolean;
  /** `12 runs: 3 running, 8 succeeded, 1 failed`. */
  line(): string;
}

export function tallied({ key, order, noun, most }: Tally, isLimited: boolean, { colour }: TableStyle): Count {
  const counts = new Map<string, number>();
  let all = 0;
  return {
    add(record) {
      const value = String(at(record, key) ?? "unknown");
      counts.set(value, (counts.get(value) ?? 0) + 1);
      all += 1;
      return isLimited || all <= most;
    },
    line() {
      if (all === 0) return `no ${noun}s`;
      const rank = (value: string) => (order.includes(value) ? order.indexOf(value) : order.length);
      const parts = [...counts]
        .sort(([a], [b]) => rank(a) - rank(b))
        .map(([value, n]) => `${n} ${colour ? paint(value, "state") : value}`);
      const hidden = isLimited || all <= most ? "" : `; the first ${most} are shown`;
      return `${all} ${noun}${all === 1 ? "" : "s"}: ${parts.join(", ")}${hidden}`;
    },
  };
}
