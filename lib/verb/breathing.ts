// Long work in a server that many ask at once: it lets the others have their turn.
import { performance } from "node:perf_hooks";

/**
 * To be awaited between the steps of work: at once, or after everything else that waits, when so much time has passed since it
 * last gave way (milliseconds).
 */
export function breather(slice_ms = 12): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < slice_ms) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        since = performance.now();
        resolve();
      });
    });
  };
}
