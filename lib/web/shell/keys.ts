// Keys of the page: those of the frame, and those of what is shown now. `?` lists them.
import { useEffect, useRef } from "preact/hooks";
import { store } from "./store.js";

export interface Key {
  /** As the browser names it (`j`, `Enter`, `?`), two with a space between (`g r`), or with the command key (`mod+k`). */
  keys: string;
  does: string;
  run(event: KeyboardEvent): void;
}

/** All that are listened to now, what was shown last first. */
export const keysNow = store<readonly (readonly Key[])[]>([]);
const patience_ms = 1200;
let first = "";
let firstAt = 0;

/** Listens to keys as long as the component is there. Not while somebody types, and not behind a dialog. */
export function useKeys(list: readonly Key[]): void {
  const latest = useRef(list);
  latest.current = list;
  const names = list.map(({ keys }) => keys).join(" ");
  useEffect(() => {
    const own = names.length === 0 ? [] : latest.current.map((key, i) => stable(key, () => latest.current[i]));
    keysNow.set([own, ...keysNow.get()]);
    return () => keysNow.set(keysNow.get().filter((one) => one !== own));
  }, [names]);
}

function stable(key: Key, now: () => Key | undefined): Key {
  return { keys: key.keys, does: key.does, run: (event) => now()?.run(event) };
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !/^(checkbox|radio|button|range)$/.test(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const mod = event.metaKey || event.ctrlKey;
  if (document.querySelector("dialog[open]") || (!mod && isTyping(event.target))) return;
  const single = mod ? `mod+${event.key.toLowerCase()}` : event.key;
  const pair = performance.now() - firstAt < patience_ms ? `${first} ${single}` : single;
  const all = keysNow.get().flat();
  const key = all.find(({ keys }) => keys === pair) ?? all.find(({ keys }) => keys === single);
  first = "";
  if (key) {
    event.preventDefault();
    key.run(event);
  } else if (all.some(({ keys }) => keys.startsWith(`${single} `))) {
    first = single;
    firstAt = performance.now();
  }
});
