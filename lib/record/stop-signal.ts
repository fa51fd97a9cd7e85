// The wish that a command comes to its end.

/** What of an AbortSignal is needed to heed the wish; an AbortSignal is one. */
export interface StopSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", call: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", call: () => void): void;
}

/** A signal, and `abort` to give it. Node's own takes half a millisecond to make and to listen to, at every start. */
export function stopSignal(): { signal: StopSignal; abort(): void } {
  const calls = new Set<() => void>();
  let aborted = false;
  return {
    signal: {
      get aborted() {
        return aborted;
      },
      addEventListener: (_, call) => void calls.add(call),
      removeEventListener: (_, call) => void calls.delete(call),
    },
    abort() {
      if (aborted) return;
      aborted = true;
      for (const call of calls) call();
    },
  };
}
