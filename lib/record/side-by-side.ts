// Work that is done side by side, some at a time.

/** Makes a function that does each work it is given, in order, at most `most` at once; its promise is that work's own. */
export function sideBySide(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let busy = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (busy >= most) await new Promise<void>((go) => waiting.push(go));
    else busy += 1;
    try {
      return await work();
    } finally {
      // Whoever waits takes the place.
      const next = waiting.shift();
      if (next) next();
      else busy -= 1;
    }
  };
}
