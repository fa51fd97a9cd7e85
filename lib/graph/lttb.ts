// Fewer points that look like all of them.

/**
 * The indices of at most `n` of the points, in their order, chosen by Largest Triangle Three Buckets: Sveinn Steinarsson,
 * "Downsampling Time Series for Visual Representation", MSc thesis, University of Iceland, 2013, section 4.2. The first and the
 * last are always among them. `x` must not decrease; values that are no finite numbers are passed over. Pure.
 */
export function lttb(x: Float64Array, y: Float64Array, n: number): number[] {
  const count = y.length;
  if (count <= n) return Array.from({ length: count }, (_, i) => i);
  if (n < 3) return n < 1 ? [] : n === 1 ? [count - 1] : [0, count - 1];
  const chosen = [0];
  const every = (count - 2) / (n - 2);
  for (let bucket = 0; bucket < n - 2; bucket += 1) {
    const from = Math.floor(bucket * every) + 1;
    const to = Math.floor((bucket + 1) * every) + 1;
    const next = mean(x, y, to, Math.min(Math.floor((bucket + 2) * every) + 1, count));
    chosen.push(farthest(x, y, from, to, chosen[chosen.length - 1] as number, next));
  }
  chosen.push(count - 1);
  return chosen;
}

function mean(x: Float64Array, y: Float64Array, from: number, to: number): [number, number] {
  let [sumX, sumY, finite] = [0, 0, 0];
  for (let i = from; i < to; i += 1) {
    const value = y[i] as number;
    sumX += x[i] as number;
    if (!Number.isFinite(value)) continue;
    sumY += value;
    finite += 1;
  }
  return [sumX / (to - from), finite === 0 ? 0 : sumY / finite];
}

/** Which point of the bucket makes the largest triangle with the one chosen before and the mean of the next bucket. */
function farthest(
  x: Float64Array,
  y: Float64Array,
  from: number,
  to: number,
  before: number,
  [nextX, nextY]: [number, number],
): number {
  const beforeX = x[before] as number;
  const beforeY = Number.isFinite(y[before]) ? (y[before] as number) : nextY;
  let [most, found] = [-1, from];
  for (let i = from; i < to; i += 1) {
    const value = y[i] as number;
    if (!Number.isFinite(value)) continue;
    const area = Math.abs((beforeX - nextX) * (value - beforeY) - (beforeX - (x[i] as number)) * (nextY - beforeY));
    if (area > most) [most, found] = [area, i];
  }
  return found;
}
