// The lines of a log that are in sight, of as many as there are.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useTableWindow } from "../table-window.js";
import { LogLine } from "./log-line.js";
import type { Region } from "./log-lines.js";

export const row_px = 18;
/** Wrapped lines have no height that is known beforehand: so many are drawn. */
const mostWrapped = 1000;

export interface LinesView {
  region: Region;
  q: string;
  /** Where the line begins that is looked at. */
  at: number | undefined;
  wrap: boolean;
  /** Whether the end is kept in sight. */
  stick: boolean;
  setStick(stick: boolean): void;
  more(end: "before" | "after"): void;
}

export function LogLinesView({ region, q, at, wrap, stick, setStick, more }: LinesView) {
  const { lines } = region;
  const { from, to, height, topOf, box } = useTableWindow(lines.length, row_px, 0);
  const shown = useRef({ first: region.from, count: lines.length });
  const chosen = at === undefined ? -1 : indexOf(region, at);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    // Lines that came in front move what is in sight down by as much.
    const before = shown.current;
    if (stick) element.scrollTop = element.scrollHeight;
    else if (!wrap && before.first !== region.from && before.count > 0)
      element.scrollTop += indexOf(region, before.first) * row_px;
    shown.current = { first: region.from, count: lines.length };
  }, [region, stick, wrap]);
  useEffect(() => {
    if (chosen < 0) return;
    const element = box.current;
    if (!element) return;
    if (wrap) element.querySelector(`[data-at="${at}"]`)?.scrollIntoView({ block: "center" });
    else element.scrollTop = Math.max(0, chosen * row_px - element.clientHeight / 3);
  }, [at, chosen >= 0, wrap]);
  const scrolled = (event: Event) => {
    const { scrollTop, clientHeight, scrollHeight } = event.currentTarget as HTMLElement;
    const end = scrollTop + clientHeight >= scrollHeight - row_px;
    setStick(end && region.to >= region.size);
    if (scrollTop < 20 * row_px) more("before");
    if (end) more("after");
  };
  const first = wrap
    ? Math.max(0, Math.min(lines.length - mostWrapped, chosen < 0 ? lines.length : chosen - 200))
    : from;
  const drawn = wrap ? lines.slice(first, first + mostWrapped) : lines.slice(from, to);
  return (
    <section
      class={`log-box ${wrap ? "wrapped" : ""}`}
      ref={box}
      onScroll={scrolled}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
      tabIndex={0}
      aria-label="Lines of the log"
    >
      <div class="log-lines" style={wrap ? undefined : { height: `${height}px` }}>
        {drawn.map((line, i) => (
          <LogLine
            key={line.at}
            line={line}
            q={q}
            chosen={first + i === chosen}
            {...(wrap ? {} : { style: { transform: `translateY(${topOf(from + i)}px)` } })}
          />
        ))}
      </div>
    </section>
  );
}

/** The line that a place is in; -1 where it is not in the region. */
function indexOf({ lines, from, to }: Region, at: number): number {
  if (at < from || at >= Math.max(to, from + 1)) return -1;
  let [low, high] = [0, lines.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lines[middle]?.at ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
