// Numbers by the million, in eight bytes each.

export interface Column {
  readonly length: number;
  push(value: number): void;
  /** What is in it, without a copy: good until the next push. */
  values(): Float64Array;
}

/** A column of numbers that grows. */
export function column(): Column {
  let kept = new Float64Array(64);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      if (length === kept.length) {
        const more = new Float64Array(length * 2);
        more.set(kept);
        kept = more;
      }
      kept[length] = value;
      length += 1;
    },
    values: () => kept.subarray(0, length),
  };
}

/** Whether a number is among those of a sorted array. */
export function isAmong(sorted: Float64Array, value: number): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === value;
}
