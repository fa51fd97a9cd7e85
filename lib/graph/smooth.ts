// Curves without their noise.

/**
 * The exponential moving average of the values, without the pull to zero at its beginning, as TensorBoard draws it (Kingma and
 * Ba, "Adam", 2015, section 3, for the correction). `weight` from 0 to below 1: how much of the average before stays. What is no
 * finite number stays as it is, and the average goes on behind it. Pure.
 */
export function smooth(values: Float64Array, weight: number): Float64Array {
  let [average, left] = [0, 1];
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    average = average * weight + value * (1 - weight);
    left *= weight;
    return average / (1 - left);
  });
}
