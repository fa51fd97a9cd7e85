// SIGTERM and SIGINT: the first asks for an end at a record boundary, a second ends at once; both show in the exit status.
import { type StopSignal, stopSignal } from "../record/stop-signal.js";

/** Listens; `finish` dies by the signal that came, if one did. */
export function onSignals(): { signal: StopSignal; finish(): void } {
  const stop = stopSignal();
  let received: NodeJS.Signals | undefined;
  const handle = (signal: NodeJS.Signals) => {
    if (received) process.kill(process.pid, release(signal));
    received = signal;
    stop.abort();
  };
  const release = (signal: NodeJS.Signals) => {
    process.removeListener("SIGINT", handle);
    process.removeListener("SIGTERM", handle);
    return signal;
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return {
    signal: stop.signal,
    finish: () => {
      if (received) process.kill(process.pid, release(received));
    },
  };
}
