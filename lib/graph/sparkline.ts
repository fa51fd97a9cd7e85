// A curve in one line of text.

const bars = "▁▂▃▄▅▆▇█";

export interface Sparkline {
  add(value: number): void;
  /** The curve in at most so many characters; gaps where there was no finite number. */
  text(width: number): string;
}

/** A curve of any number of values, of which it keeps the means of at most 128 equal stretches. */
export function sparkline(): Sparkline {
  let stretch = 1;
  let [sums, counts, taken]: [number[], number[], number] = [[], [], 0];
  const halve = () => {
    const pairs = <T>(list: T[]) => list.filter((_, i) => i % 2 === 0).map((one, i) => [one, list[2 * i + 1]] as const);
    sums = pairs(sums).map(([a, b]) => a + (b ?? 0));
    counts = pairs(counts).map(([a, b]) => a + (b ?? 0));
    stretch *= 2;
  };
  return {
    add(value) {
      const at = Math.floor(taken / stretch);
      taken += 1;
      if (at >= 128) {
        halve();
        taken -= 1;
        this.add(value);
        return;
      }
      sums[at] = (sums[at] ?? 0) + (Number.isFinite(value) ? value : 0);
      counts[at] = (counts[at] ?? 0) + (Number.isFinite(value) ? 1 : 0);
    },
    text: (width) => drawn(meansOf(sums, counts, width)),
  };
}

function meansOf(sums: number[], counts: number[], width: number): number[] {
  const wide = Math.min(width, sums.length);
  return Array.from({ length: wide }, (_, i) => {
    const [from, to] = [Math.floor((i * sums.length) / wide), Math.floor(((i + 1) * sums.length) / wide)];
    const total = (list: number[]) => list.slice(from, to).reduce((sum, one) => sum + one, 0);
    return total(sums) / total(counts);
  });
}

function drawn(means: number[]): string {
  const finite = means.filter(Number.isFinite);
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  return means
    .map((mean) => {
      if (!Number.isFinite(mean)) return " ";
      const level = most === least ? 3 : Math.round(((mean - least) / (most - least)) * (bars.length - 1));
      return bars[level];
    })
    .join("");
}
