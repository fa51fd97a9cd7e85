// The whole of a drawing, small, with what is seen of it: for going to another part of what does not fit.
import { useMemo } from "preact/hooks";
import type { Box, Drawn } from "./layout.js";
import type { View } from "./view-box.js";

const [widest, highest] = [168, 132];

interface MapShape {
  drawn: Drawn;
  view: View;
  size: { width: number; height: number };
  marked: ReadonlySet<string> | undefined;
  /** Goes to where that place of the drawing is in the middle. */
  onGo(x: number, y: number): void;
}

export function MiniMap({ drawn, view, size, marked, onGo }: MapShape) {
  // Very long ones are squeezed: where one is has to be seen, not the shape.
  const [across, down] = [widest / drawn.width, highest / drawn.height];
  const even = Math.min(across, down);
  const [sx, sy] = [Math.min(across, even * 2.5), Math.min(down, even * 2.5)];
  const [all, found] = useMemo(
    () => [waysOf(drawn.boxes, sx, sy), marked && waysOf(drawn.boxes, sx, sy, marked)],
    [drawn, sx, sy, marked],
  );
  const fits =
    drawn.width * view.scale + view.x <= size.width + 1 &&
    drawn.height * view.scale + view.y <= size.height + 1 &&
    view.x >= -1 &&
    view.y >= -1;
  if (fits || size.width < 560) return null;
  const go = (event: PointerEvent) => {
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect();
    onGo((event.clientX - left) / sx, (event.clientY - top) / sy);
  };
  const [width, height] = [drawn.width * sx, drawn.height * sy];
  const clip = (at: number, most: number) => Math.min(most, Math.max(0, at));
  const [left, top] = [clip((-view.x / view.scale) * sx, width), clip((-view.y / view.scale) * sy, height)];
  const right = clip(((size.width - view.x) / view.scale) * sx, width);
  const bottom = clip(((size.height - view.y) / view.scale) * sy, height);
  return (
    <svg
      class="mini-map"
      width={width}
      height={height}
      aria-hidden="true"
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        go(event);
      }}
      onPointerMove={(event) => event.buttons === 1 && go(event)}
    >
      <path class="mini-all" d={all} />
      {found && <path class="mini-found" d={found} />}
      <rect
        class="mini-view"
        x={left}
        y={top}
        width={Math.max(3, right - left)}
        height={Math.max(3, bottom - top)}
        rx="2"
      />
    </svg>
  );
}

/** Boxes as one drawing. */
export function waysOf(boxes: ReadonlyMap<string, Box>, sx: number, sy: number, only?: ReadonlySet<string>): string {
  let way = "";
  for (const [id, { x, y, width, height }] of boxes) {
    if (only && !only.has(id)) continue;
    const [wide, high] = [Math.max(2, width * sx), Math.max(1, height * sy)];
    way += `M${(x * sx).toFixed(1)} ${(y * sy).toFixed(1)}h${wide.toFixed(1)}v${high.toFixed(1)}h${(-wide).toFixed(1)}z`;
  }
  return way;
}
