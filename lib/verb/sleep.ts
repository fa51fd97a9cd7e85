// Waiting for a while, unless the command is asked to end.
import type { StopSignal } from "../record/stop-signal.js";

/** Waits, or less long when the command is asked to end. */
export function sleep(ms: number, signal: StopSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", end);
      resolve();
    }, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
