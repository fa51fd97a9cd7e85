// Which rows of a long table are in sight. Only those are drawn, and the scroll bar is true to all of them.
import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";

/** No browser draws an element of more pixels reliably; longer tables scroll in larger steps. */
const highest_px = 8_000_000;
const around = 8;

export interface TableWindow {
  from: number;
  to: number;
  /** Pixels of all rows together, as far as the scroll bar is concerned. */
  height: number;
  topOf(index: number): number;
  /** Scrolls as little as needed to have a row in sight. */
  reveal(index: number): void;
  box: { current: HTMLDivElement | null };
}

/** `head`: pixels of the head that stays in sight. */
export function useTableWindow(total: number, row: number, head: number): TableWindow {
  const box = useRef<HTMLDivElement>(null);
  const [{ top, view }, look] = useState({ top: 0, view: 800 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => {
      look({ top: element.scrollTop, view: element.clientHeight });
      element.toggleAttribute("data-aside", element.scrollLeft > 0);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    measure();
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, []);
  const all = total * row;
  const height = Math.min(all, highest_px);
  const seen = Math.max(row, view - head);
  const ratio = height > seen && all > height ? (all - seen) / (height - seen) : 1;
  const offset = Math.min(top, Math.max(0, height - seen)) * ratio;
  const first = Math.floor(offset / row);
  const reveal = useCallback(
    (index: number) => {
      const element = box.current;
      if (!element) return;
      const shown = element.clientHeight - head;
      const now = element.scrollTop * ratio;
      const wanted = Math.min(Math.max(now, (index + 1) * row - shown), index * row);
      if (wanted !== now) element.scrollTop = wanted / ratio;
    },
    [row, head, ratio],
  );
  return {
    from: Math.max(0, first - around),
    to: Math.min(total, first + Math.ceil(seen / row) + 1 + around),
    height,
    topOf: (index) => index * row - offset + offset / ratio,
    reveal,
    box,
  };
}
