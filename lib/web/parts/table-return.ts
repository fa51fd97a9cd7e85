// A table that is come back to is where it was left: how far it was scrolled, its current row, and the focus.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { keep, keptHere } from "../shell/kept.js";
import { entry } from "../shell/router.js";
import { useStore } from "../shell/store.js";

interface Left {
  top: number;
  cursor: number;
}
type Box = { current: HTMLDivElement | null };

/** The current row. With `main` it and the scrolling are kept by the entry of the history; a new entry begins at the top. */
export function useReturn(box: Box, main: boolean): [number, (to: number) => void] {
  const mine = useStore(entry);
  const [cursor, setCursor] = useState(() => (main ? keptHere<Left>("table")?.cursor : undefined) ?? -1);
  const now = useRef(cursor);
  now.current = cursor;
  const isFirst = useRef(true);
  useLayoutEffect(() => {
    const element = box.current;
    if (!main || !element) return;
    const left = keptHere<Left>("table");
    if (left || !isFirst.current) {
      element.scrollTop = left?.top ?? 0;
      setCursor(left?.cursor ?? -1);
    }
    isFirst.current = false;
    const scrolled = () => {
      if (entry.get() === mine) keep("table", { top: element.scrollTop, cursor: now.current } satisfies Left, mine);
    };
    element.addEventListener("scroll", scrolled, { passive: true });
    return () => element.removeEventListener("scroll", scrolled);
  }, [mine, main, box]);
  useEffect(() => {
    const element = box.current;
    if (main && element && entry.get() === mine) keep("table", { top: element.scrollTop, cursor }, mine);
  }, [cursor, main, mine, box]);
  return [cursor, setCursor];
}

/** A row that had the focus and is gone leaves it to its table. */
export function useFocusKept(box: Box): void {
  const had = useRef(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const came = () => {
      had.current = true;
    };
    const went = ({ target }: FocusEvent) =>
      queueMicrotask(() => {
        if ((target as Element).isConnected) had.current = false;
      });
    element.addEventListener("focusin", came);
    element.addEventListener("focusout", went);
    return () => {
      element.removeEventListener("focusin", came);
      element.removeEventListener("focusout", went);
    };
  }, [box]);
  useLayoutEffect(() => {
    if (had.current && document.activeElement === document.body) box.current?.focus({ preventScroll: true });
  });
}
