// A series of any length in a bounded number of points that keep its extremes, made while it is read.

/** A place and a value; of several points in one also their smallest and largest value. */
export type EnvelopePoint = [x: number, y: number] | [x: number, y: number, min: number, max: number];

export interface Envelope {
  add(x: number, y: number): void;
  /** At most as many as asked for, in the order of x. The value of one that stands for several is the last of them. */
  points(): EnvelopePoint[];
  /** The smallest x of all points; infinite where there is none. */
  first(): number;
}

interface Bucket {
  x: number;
  y: number;
  /** Of the finite ones; min is above max where there is none. */
  min: number;
  max: number;
  count: number;
}

/**
 * At most `most` points, in memory for twice as many. Points are gathered in buckets of equal width, which is doubled whenever
 * they become too many: no point needs to be kept, whatever the range of x turns out to be, and in whatever order they come.
 */
export function envelope(most: number): Envelope {
  let exact: Bucket[] = [];
  let buckets: Map<number, Bucket> | undefined;
  let [origin, width, first] = [0, 0, Number.POSITIVE_INFINITY];
  const put = (bucket: Bucket) => {
    const place = Math.floor((bucket.x - origin) / width);
    const there = buckets?.get(place);
    if (there) merge(there, bucket);
    else buckets?.set(place, { ...bucket });
  };
  const spread = (given: Bucket[], at: number) => {
    buckets = new Map();
    width = at;
    for (const bucket of given) put(bucket);
  };
  return {
    add(x, y) {
      const finite = Number.isFinite(y);
      first = Math.min(first, x);
      const one = {
        x,
        y,
        min: finite ? y : Number.POSITIVE_INFINITY,
        max: finite ? y : Number.NEGATIVE_INFINITY,
        count: 1,
      };
      if (!buckets) {
        exact.push(one);
        if (exact.length <= most) return;
        origin = exact.reduce((low, { x }) => Math.min(low, x), Number.POSITIVE_INFINITY);
        const end = exact.reduce((high, { x }) => Math.max(high, x), Number.NEGATIVE_INFINITY);
        spread(exact, Math.max((end - origin) / (most / 2), Number.MIN_VALUE * 2 ** 60));
        exact = [];
      } else put(one);
      while (buckets && buckets.size > most) spread([...buckets.values()], width * 2);
    },
    first: () => first,
    points() {
      const all = buckets ? [...buckets.values()] : exact;
      return all.sort((a, b) => a.x - b.x).map(asPoint);
    },
  };
}

function merge(into: Bucket, more: Bucket): void {
  into.min = Math.min(into.min, more.min);
  into.max = Math.max(into.max, more.max);
  into.count += more.count;
  // The value at the largest x; of a row of numbers with a NaN in it a number.
  if (more.x < into.x || (!Number.isFinite(more.y) && Number.isFinite(into.y))) return;
  into.x = more.x;
  into.y = more.y;
}

function asPoint({ x, y, min, max, count }: Bucket): EnvelopePoint {
  return count === 1 || min > max ? [x, y] : [x, y, min, max];
}
