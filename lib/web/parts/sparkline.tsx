// A series as small as a word. It has no axes: its first and last value are told to those who cannot see it.
import { figure } from "./format.js";

export function Sparkline({
  points,
  width = 88,
  height = 20,
  label,
}: {
  points: readonly (readonly [x: number, y: number])[];
  width?: number;
  height?: number;
  label: string;
}) {
  const finite = points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  const [first, last] = [finite[0], finite.at(-1)];
  if (!first || !last || finite.length < 2) return <span class="sparkline" />;
  const ys = finite.map(([, y]) => y);
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const across = (x: number) => 1 + ((x - first[0]) / (last[0] - first[0] || 1)) * (width - 4);
  const up = (y: number) => height - 2 - ((y - low) / (high - low || 1)) * (height - 4);
  const line = finite.map(([x, y]) => `${across(x).toFixed(1)},${up(y).toFixed(1)}`).join(" ");
  return (
    <svg
      class="sparkline"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${label}: from ${figure(first[1])} to ${figure(last[1])}`}
    >
      <polyline points={line} />
      <circle cx={across(last[0])} cy={up(last[1])} r="1.6" />
    </svg>
  );
}
