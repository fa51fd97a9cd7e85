// What a page keeps for who comes back to it: by the entry of the browser's history, as long as the page is loaded.
import { entry } from "./router.js";

const kept = new Map<string, unknown>();
const most = 400;

/** Keeps something of this entry, or of the one that is named. */
export function keep(name: string, value: unknown, of = entry.get()): void {
  const key = `${of} ${name}`;
  kept.delete(key);
  kept.set(key, value);
  for (const oldest of kept.keys()) {
    if (kept.size <= most) break;
    kept.delete(oldest);
  }
}

/** What was kept when this entry of the history was seen before. */
export function keptHere<T>(name: string): T | undefined {
  return kept.get(`${entry.get()} ${name}`) as T | undefined;
}
