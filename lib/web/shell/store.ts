// A value that several components show.
import { useEffect, useState } from "preact/hooks";

export interface Store<T> {
  get(): T;
  set(value: T): void;
  /** Calls at each change; returns what ends it. */
  follow(listener: () => void): () => void;
}

export function store<T>(first: T): Store<T> {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of listeners) listener();
    },
    follow(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** The value now, drawn anew when it changes. */
export function useStore<T>(of: Store<T>): T {
  const [value, setValue] = useState(of.get());
  useEffect(() => {
    setValue(of.get());
    return of.follow(() => setValue(of.get()));
  }, [of]);
  return value;
}
