// The lines of a graph, on a canvas of the size of what is seen: thousands are drawn anew for each movement.
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Drawn } from "./layout.js";
import { useDark } from "./use-dark.js";
import type { View } from "./view-box.js";

interface LinesShape {
  drawn: Drawn;
  edges: readonly { from: string; to: string; kind?: string }[];
  lit: ReadonlySet<string> | undefined;
  view: View;
  size: { width: number; height: number };
}

interface Line {
  points: Drawn["lines"][number];
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export function GraphLines({ drawn, edges, lit, view, size }: LinesShape) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const lines = useMemo(() => drawn.lines.map(boundsOf), [drawn]);
  const dark = useDark();
  const { width, height } = size;
  const dots = Math.min(2, devicePixelRatio || 1);
  useLayoutEffect(() => {
    const element = canvas.current;
    const pen = element?.getContext("2d");
    if (!element || !pen) return;
    const isLit = ({ from, to }: { from: string; to: string }) => lit?.has(from) && lit.has(to);
    const isHere = (points: Line["points"]) =>
      [points[0], points.at(-1)].every((point) => {
        const [x, y] = [(point?.[0] ?? 0) * view.scale + view.x, (point?.[1] ?? 0) * view.scale + view.y];
        return x >= 0 && x <= width && y >= 0 && y <= height;
      });
    const { color, outlineColor } = getComputedStyle(element);
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    pen.clearRect(0, 0, width, height);
    const inSight = lines.flatMap((line, i) => {
      const edge = edges[i];
      const [x, y] = [(at: number) => at * view.scale + view.x, (at: number) => at * view.scale + view.y];
      const out = x(line.right) < 0 || x(line.left) > width || y(line.bottom) < 0 || y(line.top) > height;
      return out || !edge || line.points.length === 0 ? [] : [{ ...edge, points: line.points }];
    });
    // Where there are too many to be told apart only those that begin and end here are drawn, and those lit up.
    const seen = inSight.length <= tellable ? inSight : inSight.filter((line) => isLit(line) || isHere(line.points));
    const stroke = (some: readonly { points: Line["points"] }[], colour: string, thick: number, alpha: number) => {
      pen.strokeStyle = colour;
      pen.lineWidth = Math.max(0.5, thick * Math.min(1, view.scale * 1.4));
      pen.globalAlpha = alpha;
      pen.beginPath();
      for (const { points } of some) trace(pen, points, view);
      pen.stroke();
    };
    const faint = (lit ? 0.35 : 1) * (seen.length > tellable ? 0.4 : 1);
    pen.setLineDash([]);
    stroke(
      seen.filter(({ kind }) => kind !== "parent"),
      color,
      1.3,
      faint,
    );
    pen.setLineDash([4, 4]);
    stroke(
      seen.filter(({ kind }) => kind === "parent"),
      color,
      1.3,
      faint,
    );
    pen.setLineDash([]);
    if (lit) stroke(seen.filter(isLit), outlineColor, 1.9, 1);
  }, [lines, edges, lit, view, width, height, dark, dots]);
  return <canvas ref={canvas} class="graph-lines" width={width * dots} height={height * dots} />;
}

const tellable = 400;

function boundsOf(points: Line["points"]): Line {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return { points, left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** A line that leaves and arrives level. */
function trace(pen: CanvasRenderingContext2D, [first, ...rest]: Line["points"], { x: dx, y: dy, scale }: View): void {
  if (!first) return;
  let [x, y] = [first[0] * scale + dx, first[1] * scale + dy];
  pen.moveTo(x, y);
  for (const point of rest) {
    const [toX, toY] = [point[0] * scale + dx, point[1] * scale + dy];
    const middle = (x + toX) / 2;
    if (y === toY) pen.lineTo(toX, toY);
    else pen.bezierCurveTo(middle, y, middle, toY, toX, toY);
    [x, y] = [toX, toY];
  }
}
