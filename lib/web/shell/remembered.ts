// What this browser remembers of a person's taste. All that another person should see too is in the address instead.

/** What was remembered under a name; undefined also where the browser keeps nothing. */
export function recall(name: string): string | undefined {
  try {
    return localStorage.getItem(`lab.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(`lab.${name}`);
    else localStorage.setItem(`lab.${name}`, value);
  } catch {
    // A browser that keeps nothing asks again.
  }
}
