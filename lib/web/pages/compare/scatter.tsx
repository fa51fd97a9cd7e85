// A param against what was reached: a point a run, which leads to it.
import { useWidth } from "../../charts/use-width.js";
import { figure } from "../../parts/format.js";

interface Point {
  id: string;
  values: Record<string, unknown>;
  value?: number | undefined;
}

const height = 260;
const edge = { left: 60, right: 16, top: 12, bottom: 30 };

export function Scatter({ title, points, path }: { title: string; points: readonly Point[]; path: string }) {
  const [box, width] = useWidth<HTMLDivElement>();
  const dots = points.flatMap(({ id, values, value }) => {
    const x = values[path];
    return typeof x === "number" && value !== undefined ? [{ id, x, y: value }] : [];
  });
  const xs = dots.map(({ x }) => x);
  const ys = dots.map(({ y }) => y);
  // Over more than two magnitudes by their logarithm.
  const log = Math.min(...xs) > 0 && Math.max(...xs) / Math.min(...xs) > 20;
  const across = place(
    xs.map((x) => (log ? Math.log(x) : x)),
    edge.left,
    width - edge.right,
  );
  const up = place(ys, height - edge.bottom, edge.top);
  const ends = (all: number[]) => [...new Set([Math.min(...all), Math.max(...all)])];
  return (
    <div class="scatter" ref={box}>
      <svg width={width} height={height} aria-label={title}>
        <title>{title}</title>
        <path
          class="frame-line"
          d={`M${edge.left - 10} ${edge.top}V${height - edge.bottom + 8}H${width - edge.right}`}
        />
        {ends(xs).map((x) => (
          <text key={x} x={across(log ? Math.log(x) : x)} y={height - 6} text-anchor="middle">
            {figure(x)}
          </text>
        ))}
        {ends(ys).map((y) => (
          <text key={y} x={edge.left - 16} y={up(y) + 4} text-anchor="end">
            {figure(y)}
          </text>
        ))}
        {dots.map(({ id, x, y }) => (
          <a key={id} href={`/runs/${id}`} aria-label={`run ${id.slice(-6)}: ${figure(y)} at ${figure(x)}`}>
            <circle cx={across(log ? Math.log(x) : x)} cy={up(y)} r="5" />
          </a>
        ))}
      </svg>
      <p class="soft">{title}</p>
    </div>
  );
}

function place(values: readonly number[], from: number, to: number): (value: number) => number {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return (value) => (high === low ? (from + to) / 2 : from + ((to - from) * (value - low)) / (high - low));
}
