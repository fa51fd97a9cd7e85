// A param against what was reached: a point a run, which leads to it.
import { useRef } from "preact/hooks";
import { figure, said } from "../parts/format.js";
import { ExportMenu } from "./export-menu.js";
import { clamped, numeric, scaleOf } from "./scale.js";
import { useWidth } from "./use-width.js";

interface Point {
  id: string;
  values: Record<string, unknown>;
  value?: number | undefined;
}

interface Shape {
  title: string;
  points: readonly Point[];
  path: string;
  /** What is beyond them is drawn at the edge; all of what was reached where not said. */
  bounds?: readonly [number, number];
}

const height = 260;
const [left, right, top, bottom] = [58, 18, 12, 44];
/** More of them are no stops for the keyboard: the table has them. */
const mostLinks = 60;

export function Scatter({ title, points, path, bounds }: Shape) {
  const [box, width] = useWidth<HTMLDivElement>();
  const figureBox = useRef<HTMLElement>(null);
  const dots = points.flatMap(({ id, values, value }) =>
    values[path] === undefined || value === undefined ? [] : [{ id, x: values[path], y: value }],
  );
  if (dots.length === 0) return null;
  const xs = scaleOf(dots.map(({ x }) => x));
  const ys = numeric(bounds ?? dots.map(({ y }) => y));
  const across = (at: number) => left + 12 + at * (width - left - right - 24);
  const up = (at: number) => top + (1 - clamped(at)) * (height - top - bottom);
  return (
    <figure class="line-chart scatter" ref={figureBox}>
      <figcaption>
        <span class="soft">{title}</span>
        <ExportMenu
          title={title}
          box={figureBox}
          rows={() => [["run", path, "value"], ...dots.map(({ id, x, y }) => [id, x, y])]}
        />
      </figcaption>
      <div ref={box}>
        {/* biome-ignore lint/a11y/useSemanticElements: its points are links */}
        <svg width={width} height={height} role="group" aria-label={title}>
          {ys.ticks.map(({ at, label }) => (
            <g key={label}>
              <line class="rule" x1={left} x2={width - right} y1={up(at)} y2={up(at)} />
              <text class="tick" x={left - 8} y={up(at) + 4} text-anchor="end">
                {label}
              </text>
            </g>
          ))}
          {xs.ticks.map(({ at, label }) => (
            <text key={label} class="tick" x={across(at)} y={height - bottom + 20} text-anchor="middle">
              {label.length > 16 ? `${label.slice(0, 15)}…` : label}
            </text>
          ))}
          <text class="tick" x={width - right} y={height - 6} text-anchor="end">
            {path.replace(/^(params|args)\./, "")}
          </text>
          {dots.map(({ id, x, y }) => {
            const words = `run ${id.slice(-6)}: ${figure(y)} at ${said(x)}`;
            const dot = (
              <circle class="dot" cx={across(xs.at(x) ?? 0)} cy={up(ys.at(y) ?? 0)} r="4.5">
                <title>{words}</title>
              </circle>
            );
            return dots.length > mostLinks ? (
              <g key={id}>{dot}</g>
            ) : (
              <a key={id} href={`/runs/${id}`} aria-label={words}>
                {dot}
              </a>
            );
          })}
        </svg>
      </div>
    </figure>
  );
}
