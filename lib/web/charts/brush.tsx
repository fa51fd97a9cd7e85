// A part of an axis that is wanted: dragged by mouse or finger, moved and sized by keys.
import { useRef } from "preact/hooks";

type Part = readonly [number, number];

interface Shape {
  title: string;
  range: Part | undefined;
  /** What is at a place of the axis, in words. */
  said(at: number): string;
  /** Where a place from 0 to 1 is drawn. */
  up(at: number): number;
  onRange(range: Part | undefined): void;
}

/** Arrows move it, with shift they make it larger or smaller, Escape takes it off. */
export function Brush({ title, range, said, up, onRange }: Shape) {
  const from = useRef<number | undefined>(undefined);
  const placeOf = (event: PointerEvent) => {
    const { top: edge = 0 } = (event.currentTarget as Element).closest("svg")?.getBoundingClientRect() ?? {};
    const [least, most] = [up(0), up(1)];
    return Math.min(1, Math.max(0, (event.clientY - edge - least) / (most - least)));
  };
  const drag = (event: PointerEvent) => {
    if (from.current === undefined) return;
    const to = placeOf(event);
    if (Math.abs(to - from.current) > 0.02) onRange([Math.min(from.current, to), Math.max(from.current, to)]);
  };
  const end = (event: PointerEvent) => {
    if (from.current !== undefined && Math.abs(placeOf(event) - from.current) <= 0.02) onRange(undefined);
    from.current = undefined;
  };
  return (
    <>
      <rect
        class="brush-place"
        role="slider"
        tabindex={0}
        aria-orientation="vertical"
        aria-label={`The part of ${title} that is kept`}
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={Number((((range?.[0] ?? 0) + (range?.[1] ?? 1)) / 2).toFixed(3))}
        aria-valuetext={range ? `from ${said(range[0])} to ${said(range[1])}` : "all of it"}
        x="-14"
        width="28"
        y={up(1) - 6}
        height={up(0) - up(1) + 12}
        onPointerDown={(event) => {
          (event.currentTarget as Element).setPointerCapture(event.pointerId);
          from.current = placeOf(event);
        }}
        onPointerMove={drag}
        onPointerUp={end}
        onKeyDown={(event) => {
          const next = stepped(range, event.key, event.shiftKey);
          if (next === undefined) return;
          event.preventDefault();
          event.stopPropagation();
          onRange(next === "all" ? undefined : next);
        }}
      />
      {range && (
        <rect class="brush" x="-7" width="14" y={up(range[1])} height={Math.max(2, up(range[0]) - up(range[1]))} />
      )}
    </>
  );
}

const step = 0.05;

function stepped(range: Part | undefined, key: string, sizes: boolean): Part | "all" | undefined {
  if (key === "Escape" || key === "Delete") return range ? "all" : undefined;
  const by = { ArrowUp: step, ArrowRight: step, ArrowDown: -step, ArrowLeft: -step }[key];
  if (by === undefined) return undefined;
  // The first key takes the half that it points to.
  if (!range) return by > 0 ? [0.5, 1] : [0, 0.5];
  const [low, high] = range;
  if (sizes) return [low, Math.min(1, Math.max(low + step, high + by))];
  const move = Math.max(-low, Math.min(1 - high, by));
  return [low + move, high + move];
}
