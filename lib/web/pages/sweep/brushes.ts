// What is brushed, as a word of the address: `params.lr:0.25~0.5,seed:0~1`.
import type { Brushes } from "../../charts/parallel.js";

export function brushWords(brushes: Brushes): string {
  return Object.entries(brushes)
    .map(([key, [low, high]]) => `${encodeURIComponent(key)}:${low.toFixed(3)}~${high.toFixed(3)}`)
    .join(",");
}

/** What cannot be read limits nothing. */
export function brushesIn(words: string): Brushes {
  const found: Record<string, readonly [number, number]> = {};
  for (const word of words.split(",")) {
    const [, key, low, high] = /^([^:]+):(\d(?:\.\d+)?)~(\d(?:\.\d+)?)$/.exec(word) ?? [];
    if (key !== undefined) found[decodeURIComponent(key)] = [Number(low), Number(high)];
  }
  return found;
}
