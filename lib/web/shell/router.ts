// The address is the state: what is looked at and how is in it, so that a link shows another person the same.
import { useCallback } from "preact/hooks";
import { store, useStore } from "./store.js";

/** Which entry of the history this is: one that is gone back to has the name that it had. */
export const entry = store(entryOf(history.state) ?? drawn());
history.scrollRestoration = "manual";
history.replaceState({ entry: entry.get() }, "");
const here = store(location.pathname + location.search);
addEventListener("popstate", ({ state }) => {
  entry.set(entryOf(state) ?? drawn());
  here.set(location.pathname + location.search);
});

function entryOf(state: unknown): string | undefined {
  return (state as { entry?: string } | null)?.entry;
}

function drawn(): string {
  return Math.random().toString(36).slice(2);
}

/** Goes to an address of this page. `replace`: one step back leads past where one is now. */
export function go(address: string, { replace = false } = {}): void {
  if (address === location.pathname + location.search) return;
  if (!replace) entry.set(drawn());
  if (replace) history.replaceState({ entry: entry.get() }, "", address);
  else history.pushState({ entry: entry.get() }, "", address);
  here.set(location.pathname + location.search);
}

/** Links to this page change the address without loading it anew; those for a new tab, and downloads, are the browser's. */
export function followLinks(): void {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.("a");
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.pathname.startsWith("/api/") || link.getAttribute("href")?.startsWith("#")) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}

export interface Place {
  path: string;
  query: URLSearchParams;
}

export function usePlace(): Place {
  const url = new URL(useStore(here), location.origin);
  return { path: url.pathname, query: url.searchParams };
}

export type Change = Record<string, string | readonly string[] | undefined>;

/** The address of here with some words of its query changed; undefined and "" take one away. */
export function withQuery(change: Change, from = location.pathname + location.search): string {
  const url = new URL(from, location.origin);
  for (const [name, value] of Object.entries(change)) {
    url.searchParams.delete(name);
    for (const one of typeof value === "string" ? [value] : (value ?? [])) if (one) url.searchParams.append(name, one);
  }
  return url.pathname + url.search;
}

export interface Going {
  /** A step of its own in the history; what is typed letter by letter is none. */
  push?: boolean;
}

/** One word of the address's query, and how to change it: `const [tab, setTab] = useQuery("tab", "overview")`. */
export function useQuery(name: string, usual = ""): [string, (value: string | undefined, how?: Going) => void] {
  const value = usePlace().query.get(name) ?? usual;
  const set = useCallback(
    (next: string | undefined, { push = false }: Going = {}) =>
      go(withQuery({ [name]: next === usual ? undefined : next }), { replace: !push }),
    [name, usual],
  );
  return [value, set];
}

/** All words of that name in the address's query: `?tag=a&tag=b`. */
export function useQueryAll(name: string): [string[], (values: readonly string[], how?: Going) => void] {
  const values = usePlace().query.getAll(name);
  const set = useCallback(
    (next: readonly string[], { push = false }: Going = {}) => go(withQuery({ [name]: next }), { replace: !push }),
    [name],
  );
  return [values, set];
}
