// SIGTERM and SIGINT: the first asks for an end at a record boundary, a second ends at once; both show in the exit status.

/** Listens; `finish` dies by the signal that came, if one did. */
export function onSignals(): { signal: AbortSignal; finish(): void } {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  const handle = (signal: NodeJS.Signals) => {
    if (received) process.kill(process.pid, release(signal));
    received = signal;
    controller.abort();
  };
  const release = (signal: NodeJS.Signals) => {
    process.removeListener("SIGINT", handle);
    process.removeListener("SIGTERM", handle);
    return signal;
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return {
    signal: controller.signal,
    finish: () => {
      if (received) process.kill(process.pid, release(received));
    },
  };
}
