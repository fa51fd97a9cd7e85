// How many elements of each of several arrays may run at once where all of them together have so many GPUs.
import { type Fault, fault } from "./fault.js";

/** One array: how many elements it has, and how many GPUs each of them takes. */
export interface Sharing {
  tasks: number;
  gpus: number;
}

export interface Shares {
  /** `serial`: not even one of each fits at once, so that they go one after the other. */
  how: "together" | "serial";
  /** Of each, in the order given: the K of `%K`. */
  throttles: number[];
  /** The GPUs that they take at most at once. */
  most: number;
}

/**
 * Shares `budget` GPUs out: each array gets one element, and what is left goes round one element at a time, to those first
 * whose elements take fewer GPUs, then those that have more of them, until none can take more. Where one of each does not
 * fit, each gets all, and they are to follow one another. What takes no GPU is not held. No throttle is above `highest`.
 * Throws dataerr where one element alone takes more than there are.
 */
export function shareGpus(arrays: readonly Sharing[], budget: number, highest = Number.POSITIVE_INFINITY): Shares {
  const large = arrays.findIndex(({ gpus }) => gpus > budget);
  if (large >= 0) throw tooManyGpus(arrays[large]?.gpus ?? 0, budget);
  const room = arrays.map(({ tasks }) => Math.min(tasks, highest));
  const taken = (throttles: readonly number[]) => throttles.map((k, i) => k * (arrays[i]?.gpus ?? 0));
  const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
  if (sum(arrays.map(({ gpus }) => gpus)) > budget) {
    const throttles = arrays.map(({ gpus }, i) =>
      gpus === 0 ? (room[i] ?? 1) : Math.min(room[i] ?? 1, Math.floor(budget / gpus)),
    );
    return { how: "serial", throttles, most: Math.max(...taken(throttles)) };
  }
  const throttles = arrays.map(({ gpus }, i) => (gpus === 0 ? (room[i] ?? 1) : 1));
  const order = arrays
    .map((array, i) => ({ ...array, i }))
    .filter(({ gpus }) => gpus > 0)
    .sort((a, b) => a.gpus - b.gpus || b.tasks - a.tasks || a.i - b.i);
  let left = budget - sum(taken(throttles));
  for (let given = true; given; ) {
    given = false;
    for (const { gpus, i } of order) {
      const k = throttles[i] ?? 1;
      if (gpus > left || k >= (room[i] ?? 1)) continue;
      throttles[i] = k + 1;
      left -= gpus;
      given = true;
    }
  }
  return { how: "together", throttles, most: sum(taken(throttles)) };
}

/** What is said of a run that could never start. */
export function tooManyGpus(gpus: number, budget: number): Fault {
  return fault("dataerr", `cannot start a run that takes ${gpus} GPUs: max_gpus is ${budget}`, {
    hint: "raise max_gpus, or ask for fewer GPUs",
  });
}
