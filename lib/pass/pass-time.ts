// By which clock a pass measures how long ago something was seen.
import { isFault } from "../record/fault.js";
import { clock_skew_ms } from "../record/seen.js";
import type { Registry } from "../registry/open.js";
import { serverTime } from "../registry/server-time.js";

/**
 * The file server's time (milliseconds): passes of one user may take turns on hosts whose clocks differ. Where it cannot be
 * had, the earliest that it may be: a pass then waits longer, and ends nothing too early. Clocks that agree to a
 * second are one: some file systems tell the time no more finely.
 */
export function passTime(registry: Registry): number {
  const here = Date.now();
  try {
    const there = serverTime(registry);
    return Math.abs(there - here) < 1000 ? here : there;
  } catch (error) {
    if (!isFault(error)) throw error;
    return Date.now() - clock_skew_ms;
  }
}
