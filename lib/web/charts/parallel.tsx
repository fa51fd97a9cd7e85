// Parallel coordinates: a line a point, an axis a parameter; what is brushed on axes stays, the rest fades.
import { said } from "../parts/format.js";
import { Brush } from "./brush.js";
import { ExportMenu } from "./export-menu.js";
import { clamped, goodness, numeric, type Scale, scaleOf } from "./scale.js";
import { useWidth } from "./use-width.js";

export interface ParallelPoint {
  id: string;
  values: Record<string, unknown>;
  /** What it reached. */
  value?: number | undefined;
}

/** By axis the part of it that is wanted, from 0 to 1. */
export type Brushes = Readonly<Record<string, readonly [number, number]>>;

interface Shape {
  points: readonly ParallelPoint[];
  axes: readonly { key: string; title: string }[];
  /** Of what was reached: the last axis, by which lines are coloured. */
  metric?: { title: string; goal: "min" | "max"; bounds: readonly [number, number] } | undefined;
  brushes: Brushes;
  onBrush(brushes: Brushes): void;
  lit?: ReadonlySet<string> | undefined;
}

const height = 270;
const [top, bottom, side] = [38, 18, 44];
const reached = "\u0000reached";

/** The scale of each axis, also for who asks which points are within brushes. */
export function scalesOf({ points, axes, metric }: Pick<Shape, "points" | "axes" | "metric">): Map<string, Scale> {
  const scales = new Map(axes.map(({ key }) => [key, scaleOf(points.map(({ values }) => values[key]))]));
  const values = points.flatMap(({ value }) => (value === undefined ? [] : [value]));
  if (metric && values.length > 0) {
    const scale = numeric(metric.bounds);
    const at = (value: unknown) => {
      const place = scale.at(value);
      return place === undefined ? undefined : clamped(place);
    };
    scales.set(reached, { ...scale, at });
  }
  return scales;
}

export function isWithin(point: ParallelPoint, brushes: Brushes, scales: ReadonlyMap<string, Scale>): boolean {
  return Object.entries(brushes).every(([key, [low, high]]) => {
    const at = scales.get(key)?.at(key === reached ? point.value : point.values[key]);
    return at !== undefined && at >= low - 1e-9 && at <= high + 1e-9;
  });
}

export function Parallel({ points, axes, metric, brushes, onBrush, lit }: Shape) {
  const [box, width] = useWidth<HTMLDivElement>();
  const scales = scalesOf({ points, axes, metric });
  const all = [...axes, ...(metric && scales.has(reached) ? [{ key: reached, title: metric.title }] : [])];
  const across = (i: number) => side + (i * (width - 2 * side)) / Math.max(1, all.length - 1);
  const up = (at: number) => top + (1 - at) * (height - top - bottom);
  const lines = points.map((point) => {
    const dots = all.flatMap(({ key }, i) => {
      const at = scales.get(key)?.at(key === reached ? point.value : point.values[key]);
      return at === undefined ? [] : [`${across(i).toFixed(1)},${up(at).toFixed(1)}`];
    });
    const good = metric && point.value !== undefined ? goodness(point.value, metric.bounds, metric.goal) : undefined;
    const within = isWithin(point, brushes, scales) && (!lit || lit.has(point.id));
    return { point, way: dots.join(" "), good, within };
  });
  // The best are drawn last, above the others.
  lines.sort((a, b) => Number(a.within) - Number(b.within) || (a.good ?? -1) - (b.good ?? -1));
  const brush = (key: string, range: readonly [number, number] | undefined) => {
    const { [key]: _, ...rest } = brushes;
    onBrush(range ? { ...rest, [key]: range } : rest);
  };
  const faded = Math.max(0.25, Math.min(0.85, 12 / Math.sqrt(points.length + 1)));
  const room = (width - 2 * side) / Math.max(1, all.length - 1) / 6.6;
  return (
    <div class="parallel" ref={box}>
      <ExportMenu
        title={metric ? `${metric.title} by all axes` : "All axes"}
        box={box}
        rows={() => [
          ["run", ...axes.map(({ key }) => key), metric?.title ?? "value"],
          ...points.map(({ id, values, value }) => [id, ...axes.map(({ key }) => values[key]), value]),
        ]}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing with sliders in it */}
      <svg
        width={width}
        height={height}
        role="group"
        aria-label={`${points.length} points over ${all.map(({ title }) => title).join(", ")}; the table below has the same`}
      >
        {lines.map(({ point, way, good, within }) => (
          <polyline
            key={point.id}
            points={way}
            class={within ? "" : "dim"}
            style={{ ...(good === undefined ? {} : { stroke: shade(good) }), opacity: within ? faded : 0.3 }}
          />
        ))}
        {all.map(({ key, title }, i) => (
          <g key={key} transform={`translate(${across(i)} 0)`}>
            <text
              class="parallel-title"
              y="14"
              text-anchor={i === 0 ? "start" : i === all.length - 1 ? "end" : "middle"}
              x={i === 0 ? -side + 4 : i === all.length - 1 ? side - 4 : 0}
            >
              <title>{title}</title>
              {fitted(title, i === 0 || i === all.length - 1 ? room / 2 + 6 : room)}
            </text>
            <line y1={top} y2={height - bottom} />
            {(scales.get(key)?.ticks ?? []).map(({ at, label }) => (
              <text
                key={label}
                class="tick"
                x={i === all.length - 1 ? 6 : -6}
                y={up(at) + 4}
                text-anchor={i === all.length - 1 ? "start" : "end"}
              >
                {label.length > 14 ? `${label.slice(0, 13)}…` : label}
              </text>
            ))}
            <Brush
              title={title}
              range={brushes[key]}
              said={(at) => said(scales.get(key)?.value(at))}
              up={up}
              onRange={(range) => brush(key, range)}
            />
          </g>
        ))}
      </svg>
      {Object.keys(brushes).length > 0 && (
        <p class="parallel-said">
          {Object.entries(brushes).map(([key, [low, high]]) => (
            <button
              key={key}
              type="button"
              class="chip"
              onClick={() => brush(key, undefined)}
              aria-label={`Take the limits off ${key === reached ? metric?.title : key}`}
            >
              {key === reached ? metric?.title : key} {said(scales.get(key)?.value(low))} …{" "}
              {said(scales.get(key)?.value(high))} ×
            </button>
          ))}
        </p>
      )}
    </div>
  );
}

/** The part of an axis that is wanted: drawn anew by dragging; a click takes it away. */
/** From pale (worst) to the accent (best). */
export function shade(good: number): string {
  return `color-mix(in oklab, var(--accent) ${Math.round(12 + 88 * Math.min(1, Math.max(0, good)))}%, var(--line))`;
}

/** The end of a long name tells more than its beginning. */
function fitted(title: string, room: number): string {
  const most = Math.max(5, Math.floor(room) - 1);
  return title.length > most ? `…${title.slice(1 - most)}` : title;
}
