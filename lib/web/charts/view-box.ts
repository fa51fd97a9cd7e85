// What part of a drawing is seen: moved by dragging, enlarged by the wheel, two fingers or keys.
import type { RefObject } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

export interface View {
  x: number;
  y: number;
  scale: number;
}

const [least, most] = [0.01, 2];

export interface ViewBox {
  view: View;
  size: { width: number; height: number };
  box: RefObject<HTMLDivElement | null>;
  /** What is read well of it, or everything however small. */
  fit(everything?: boolean): void;
  zoom(by: number, at?: { x: number; y: number }): void;
  /** Moves so that a part of the drawing can be seen. */
  reveal(part: { x: number; y: number; width: number; height: number }): void;
  /** Moves so that a place of the drawing is in the middle, no smaller than that. */
  centre(x: number, y: number, smallest?: number): void;
}

/** The view of a drawing of that size; `around` is what is in the middle where it does not fit legibly. */
export function useViewBox(
  drawing: { width: number; height: number } | undefined,
  around?: { x: number; y: number; width: number; height: number },
): ViewBox {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [view, setView] = useState<View>({ x: 0, y: 0, scale: 1 });
  const moved = useRef(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const fit = useCallback(
    (everything = false) => {
      if (!drawing || size.width === 0) return;
      moved.current = everything;
      setView(fitted(drawing, size, around, everything ? least : around || size.width < narrow ? legible : least));
    },
    [drawing, size, around],
  );
  useEffect(() => {
    if (!moved.current) fit();
  }, [fit]);
  const zoom = useCallback((by: number, at?: { x: number; y: number }) => {
    moved.current = true;
    const { clientWidth: width = 0, clientHeight: height = 0 } = box.current ?? {};
    const { x, y } = at ?? { x: width / 2, y: height / 2 };
    setView((old) => {
      const scale = Math.min(most, Math.max(least, old.scale * by));
      const ratio = scale / old.scale;
      return { scale, x: x - (x - old.x) * ratio, y: y - (y - old.y) * ratio };
    });
  }, []);
  const reveal: ViewBox["reveal"] = (part) =>
    setView((old) => {
      const left = part.x * old.scale + old.x;
      const top = part.y * old.scale + old.y;
      const [width, height] = [part.width * old.scale, part.height * old.scale];
      const inside = (from: number, length: number, all: number) =>
        from < 24 ? 24 - from : from + length > all - 24 ? all - 24 - from - length : 0;
      const [dx, dy] = [inside(left, width, size.width), inside(top, height, size.height)];
      if (dx === 0 && dy === 0) return old;
      moved.current = true;
      return { ...old, x: old.x + dx, y: old.y + dy };
    });
  const centre: ViewBox["centre"] = (x, y, smallest = 0) => {
    moved.current = true;
    setView((old) => {
      const scale = Math.max(old.scale, smallest);
      return { scale, x: size.width / 2 - x * scale, y: size.height / 2 - y * scale };
    });
  };
  useGestures(box, zoom, (dx, dy) => {
    moved.current = true;
    setView((old) => ({ ...old, x: old.x + dx, y: old.y + dy }));
  });
  return { view, size, box, fit, zoom, reveal, centre };
}

const [legible, narrow] = [0.75, 600];

function fitted(
  drawing: { width: number; height: number },
  size: { width: number; height: number },
  around: { x: number; y: number; width: number; height: number } | undefined,
  smallest: number,
): View {
  const whole = Math.min((size.width - 32) / drawing.width, (size.height - 32) / drawing.height, 1);
  const scale = Math.max(whole, smallest);
  const middle = (all: number, length: number, at: number) =>
    length * scale <= all
      ? (all - length * scale) / 2
      : Math.min(16, Math.max(all - length * scale - 16, all / 2 - at * scale));
  const at = around ?? { x: 0, y: 0, width: 0, height: 0 };
  return {
    scale,
    x: middle(size.width, drawing.width, at.x + at.width / 2),
    y: middle(size.height, drawing.height, at.y + at.height / 2),
  };
}

type Zoom = ViewBox["zoom"];

function useGestures(box: RefObject<HTMLDivElement | null>, zoom: Zoom, move: (dx: number, dy: number) => void): void {
  const moving = useRef(move);
  moving.current = move;
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const pointers = new Map<number, { x: number; y: number }>();
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      if (event.shiftKey) moving.current(-event.deltaY, 0);
      else zoom(Math.exp(-event.deltaY / 420), { x: event.clientX - left, y: event.clientY - top });
    };
    const down = (event: PointerEvent) => {
      if (event.button !== 0 || (event.target as Element).closest("a, button, input, select")) return;
      pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      element.setPointerCapture(event.pointerId);
    };
    const moved = (event: PointerEvent) => {
      const before = pointers.get(event.pointerId);
      if (!before) return;
      const now = { x: event.clientX, y: event.clientY };
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      pointers.set(event.pointerId, now);
      if (!other) return moving.current(now.x - before.x, now.y - before.y);
      const { left, top } = element.getBoundingClientRect();
      const apart = (a: { x: number; y: number }) => Math.hypot(a.x - other.x, a.y - other.y) || 1;
      zoom(apart(now) / apart(before), { x: (now.x + other.x) / 2 - left, y: (now.y + other.y) / 2 - top });
    };
    const up = (event: PointerEvent) => pointers.delete(event.pointerId);
    element.addEventListener("wheel", wheel, { passive: false });
    element.addEventListener("pointerdown", down);
    element.addEventListener("pointermove", moved);
    element.addEventListener("pointerup", up);
    element.addEventListener("pointercancel", up);
    return () => {
      element.removeEventListener("wheel", wheel);
      element.removeEventListener("pointerdown", down);
      element.removeEventListener("pointermove", moved);
      element.removeEventListener("pointerup", up);
      element.removeEventListener("pointercancel", up);
    };
  }, [box, zoom]);
}
