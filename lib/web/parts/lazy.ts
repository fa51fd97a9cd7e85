// Code that is loaded when it is first needed within a page.
import { useEffect, useState } from "preact/hooks";

export interface Lazy<T> {
  get(): T | undefined;
  load(): Promise<T>;
}

/** `lazy(() => import("../charts/graph.js"))`: its default export, loaded once. */
export function lazy<T>(load: () => Promise<{ default: T }>): Lazy<T> {
  let loaded: T | undefined;
  return {
    get: () => loaded,
    async load() {
      loaded ??= (await load()).default;
      return loaded;
    },
  };
}

/** The code, or undefined while it is on its way. A failure is the page's. */
export function useLazy<T>(of: Lazy<T>): T | undefined {
  const [, draw] = useState(0);
  const [failed, fail] = useState<Error>();
  useEffect(() => {
    if (of.get() === undefined) of.load().then(() => draw((n) => n + 1), fail);
  }, [of]);
  if (failed) throw failed;
  return of.get();
}
