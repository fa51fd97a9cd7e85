// A box that scrolls within itself, also by keyboard; its right edge fades where there is more beyond it.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

export function Scroll({
  label,
  kind = "",
  onMore,
  children,
}: {
  label: string;
  kind?: string;
  /** Told when there comes to be more at the right, or no more. */
  onMore?: (more: boolean) => void;
  children: ComponentChildren;
}) {
  const box = useRef<HTMLElement>(null);
  const content = useRef<Element | null>(null);
  const [more, setMore] = useState(false);
  const look = () => {
    const place = box.current;
    if (place) setMore(place.scrollWidth - place.clientWidth - place.scrollLeft > 4);
  };
  const observer = useMemo(() => new ResizeObserver(look), []);
  // What is within may be replaced by something else.
  useLayoutEffect(() => {
    const now = box.current?.firstElementChild ?? null;
    if (now === content.current) return;
    if (content.current) observer.unobserve(content.current);
    if (now) observer.observe(now);
    content.current = now;
    look();
  });
  useLayoutEffect(() => {
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => onMore?.(more), [more]);
  return (
    <section
      class={`scroll-box ${more ? "more" : ""} ${kind}`}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls by the focus
      tabIndex={0}
      ref={box}
      onScroll={look}
    >
      {children}
    </section>
  );
}
